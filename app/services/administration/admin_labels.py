"""Labels of what administrators see: jobs, states, audit entries; in both languages."""

from __future__ import annotations

from app.services.choices import Labelled

ROLES: Labelled = {
    "facilitator": {"fr": "Facilitation", "en": "Facilitator"},
    "administrator": {"fr": "Administration", "en": "Administrator"},
    "member": {"fr": "Membre", "en": "Member"},
    "manager": {"fr": "Responsable", "en": "Manager"},
}
USER_STATES: Labelled = {
    "active": {"fr": "Compte actif", "en": "Active"},
    "inactive": {"fr": "Compte désactivé", "en": "Deactivated"},
    "unconfirmed": {"fr": "Adresse non confirmée", "en": "Address not confirmed"},
}
JOB_STATES: Labelled = {
    "running": {"fr": "En cours", "en": "Running"},
    "succeeded": {"fr": "Réussie", "en": "Succeeded"},
    "failed": {"fr": "Échouée, nouvel essai à venir", "en": "Failed, will be tried again"},
    "dead": {"fr": "Abandonnée", "en": "Given up"},
    "retried": {"fr": "Relancée", "en": "Sent again"},
}
JOBS: Labelled = {
    "index_challenge": {"fr": "Indexer un défi", "en": "Index a challenge"},
    "index_firm": {"fr": "Indexer une entreprise", "en": "Index a firm"},
    "match_challenge": {"fr": "Jumeler un défi", "en": "Match a challenge"},
    "match_firm": {"fr": "Jumeler une entreprise", "en": "Match a firm"},
    "index_slice": {"fr": "Indexer un lot importé", "en": "Index imported records"},
    "match_slice": {"fr": "Jumeler un lot importé", "en": "Match imported records"},
    "mail": {"fr": "Envoyer un courriel", "en": "Send a message"},
    "approval": {"fr": "Annoncer une approbation", "en": "Tell of an approval"},
    "moderation": {"fr": "Annoncer une révision", "en": "Tell of a review"},
    "import": {"fr": "Importer un fichier", "en": "Import a file"},
    "rebuild_index": {"fr": "Reconstruire un index", "en": "Rebuild an index"},
    "sweep_index": {"fr": "Vérifier un index", "en": "Sweep an index"},
    "reindex_code": {"fr": "Réindexer un terme", "en": "Index a term anew"},
    "close_expired": {"fr": "Fermer les défis échus", "en": "Close expired challenges"},
    "sweep_challenges": {"fr": "Vérifier l’index des défis", "en": "Sweep the index of challenges"},
    "sweep_firms": {"fr": "Vérifier l’index des entreprises", "en": "Sweep the index of firms"},
    "refresh_statistics": {"fr": "Recalculer les statistiques", "en": "Compute statistics anew"},
    "purge": {"fr": "Effacer l’ancien", "en": "Remove what is old"},
    "purge_uploads": {"fr": "Effacer les fichiers téléversés", "en": "Remove uploaded files"},
}
INDEXES: Labelled = {
    "challenge": {"fr": "Défis", "en": "Challenges"},
    "firm": {"fr": "Entreprises", "en": "Firms"},
}
OBJECTS: Labelled = {
    "challenge": {"fr": "Défi", "en": "Challenge"},
    "firm": {"fr": "Entreprise", "en": "Firm"},
    "match": {"fr": "Jumelage", "en": "Match"},
    "submission": {"fr": "Proposition", "en": "Submission"},
    "user": {"fr": "Compte", "en": "User"},
    "organisation": {"fr": "Organisation", "en": "Organisation"},
    "workshop": {"fr": "Atelier", "en": "Workshop"},
    "sector": {"fr": "Secteur", "en": "Sector"},
    "technology": {"fr": "Technologie", "en": "Technology"},
    "job_run": {"fr": "Tâche", "en": "Job run"},
    "index": {"fr": "Index", "en": "Index"},
    "import": {"fr": "Importation", "en": "Import"},
}
_VERBS: Labelled = {
    "add": {"fr": "Ajout", "en": "Added"},
    "create": {"fr": "Création", "en": "Created"},
    "edit": {"fr": "Modification", "en": "Edited"},
    "amend": {"fr": "Addenda", "en": "Amended"},
    "save": {"fr": "Enregistrement", "en": "Saved"},
    "publish": {"fr": "Publication", "en": "Published"},
    "submit_for_review": {"fr": "Envoi en révision", "en": "Sent for review"},
    "request_changes": {"fr": "Demande de corrections", "en": "Changes requested"},
    "reopen_for_edit": {"fr": "Reprise pour modification", "en": "Taken back for editing"},
    "close": {"fr": "Fermeture", "en": "Closed"},
    "import_closed": {"fr": "Importation comme fermé", "en": "Imported as closed"},
    "reopen": {"fr": "Réouverture", "en": "Reopened"},
    "withdraw": {"fr": "Retrait", "en": "Withdrawn"},
    "submit": {"fr": "Dépôt", "en": "Submitted"},
    "approve": {"fr": "Approbation", "en": "Approved"},
    "reject": {"fr": "Rejet", "en": "Rejected"},
    "snooze": {"fr": "Mise en veille", "en": "Snoozed"},
    "undo": {"fr": "Annulation", "en": "Undone"},
    "activate": {"fr": "Activation", "en": "Activated"},
    "deactivate": {"fr": "Désactivation", "en": "Deactivated"},
    "confirm": {"fr": "Confirmation de l’adresse", "en": "Address confirmed"},
    "retry": {"fr": "Relance", "en": "Sent again"},
    "rebuild": {"fr": "Reconstruction", "en": "Rebuild asked for"},
    "sweep": {"fr": "Vérification", "en": "Sweep asked for"},
    "start": {"fr": "Démarrage", "en": "Started"},
    "check": {"fr": "Essai à blanc", "en": "Dry run"},
    "merge": {"fr": "Fusion", "en": "Merged"},
}
ACTIONS: Labelled = {
    "sign_up": {"fr": "Inscription", "en": "Signed up"},
    "grant_role": {"fr": "Rôle accordé", "en": "Role granted"},
    "revoke_role": {"fr": "Rôle retiré", "en": "Role revoked"},
    "set_membership": {"fr": "Appartenance accordée", "en": "Membership set"},
    "end_membership": {"fr": "Appartenance retirée", "en": "Membership ended"},
    "firm_interested": {"fr": "Entreprise intéressée", "en": "Firm interested"},
    "firm_decline": {"fr": "Refus de l’entreprise", "en": "Firm declined"},
    "firm_take_back": {"fr": "Réponse reprise par l’entreprise", "en": "Firm took its answer back"},
}
DETAILS: Labelled = {
    "state": {"fr": "État", "en": "State"},
    "reason": {"fr": "Raison", "en": "Reason"},
    "note": {"fr": "Note", "en": "Note"},
    "code": {"fr": "Code", "en": "Code"},
    "changed": {"fr": "Ce qui a changé", "en": "What changed"},
    "version": {"fr": "Version", "en": "Version"},
    "role": {"fr": "Rôle", "en": "Role"},
    "roles": {"fr": "Rôles", "en": "Roles"},
    "organisation_id": {"fr": "Organisation n°", "en": "Organisation no."},
    "same_name": {"fr": "Organisations du même nom, n°", "en": "Organisations of the same name, no."},
    "undoes": {"fr": "Décision annulée, n°", "en": "Decision undone, no."},
    "kind": {"fr": "Contenu", "en": "Content"},
    "file": {"fr": "Fichier", "en": "File"},
    "upload": {"fr": "Téléversement", "en": "Upload"},
    "merged": {"fr": "Organisation versée, n°", "en": "Organisation merged into it, no."},
    "name": {"fr": "Nom", "en": "Name"},
    "members": {"fr": "Personnes", "en": "People"},
    "challenges": {"fr": "Défis", "en": "Challenges"},
    "firm": {"fr": "Profil d’entreprise n°", "en": "Firm profile no."},
}


def action_label(action: str, language: str) -> str:
    """What an audit entry says was done: "publish_challenge" → "Published"; unknown ones with their words apart."""
    if action in ACTIONS:
        return ACTIONS[action][language]
    verb, _, last = action.rpartition("_")
    return _VERBS.get(verb or last, {}).get(language) or action.replace("_", " ").capitalize()
