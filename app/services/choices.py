"""Fixed codes of records and their labels in both languages."""

from __future__ import annotations

from collections.abc import Mapping

Labelled = Mapping[str, Mapping[str, str]]

COLLABORATION: Labelled = {
    "pilot": {"fr": "Projet pilote", "en": "Pilot project"},
    "purchase": {"fr": "Achat", "en": "Purchase"},
    "co-development": {"fr": "Codéveloppement", "en": "Co-development"},
    "licence": {"fr": "Licence", "en": "Licence"},
    "expertise": {"fr": "Expertise", "en": "Expertise"},
}
OWNER_KINDS: Labelled = {
    "company": {"fr": "Entreprise", "en": "Company"},
    "ministry": {"fr": "Ministère", "en": "Ministry"},
    "city": {"fr": "Ville", "en": "City"},
    "hospital": {"fr": "Établissement de santé", "en": "Hospital or health network"},
    "agency": {"fr": "Organisme public", "en": "Public agency"},
    "transit": {"fr": "Société de transport", "en": "Transit agency"},
    "school": {"fr": "Établissement d’enseignement", "en": "School or university"},
    "museum": {"fr": "Musée ou bibliothèque", "en": "Museum or library"},
    "utility": {"fr": "Service public", "en": "Utility"},
}
HEADCOUNTS: tuple[str, ...] = ("1-10", "11-50", "51-200", "201-500", "500+")
LANGUAGE_NAMES: Labelled = {"fr": {"fr": "Français", "en": "French"}, "en": {"fr": "Anglais", "en": "English"}}
CHALLENGE_STATUS: Labelled = {
    "draft": {"fr": "Brouillon", "en": "Draft"},
    "in_review": {"fr": "En révision", "en": "In review"},
    "changes_requested": {"fr": "Corrections demandées", "en": "Changes requested"},
    "open": {"fr": "Ouvert", "en": "Open"},
    "closed": {"fr": "Fermé", "en": "Closed"},
    "in_evaluation": {"fr": "En évaluation", "en": "In evaluation"},
    "concluded": {"fr": "Conclu", "en": "Concluded"},
    "archived": {"fr": "Archivé", "en": "Archived"},
    "withdrawn": {"fr": "Retiré", "en": "Withdrawn"},
    "published": {"fr": "Publiée", "en": "Published"},
}
REASONS: Labelled = {
    "off_topic": {"fr": "Hors sujet", "en": "Off topic"},
    "no_capacity": {"fr": "Pas de capacité pour le moment", "en": "No capacity for now"},
    "conflict": {"fr": "Conflit d’intérêts", "en": "Conflict of interest"},
    "already_in_contact": {"fr": "Déjà en contact", "en": "Already in contact"},
    "too_early": {"fr": "Solution trop peu mûre", "en": "Solution too early"},
    "too_mature": {"fr": "Solution trop aboutie", "en": "Solution too mature"},
}
FEATURES: Labelled = {
    "meaning": {"fr": "Sens des textes", "en": "Meaning of the texts"},
    "words": {"fr": "Mots communs", "en": "Words in common"},
    "needs": {"fr": "Besoins couverts", "en": "Needs answered"},
    "technologies": {"fr": "Technologies", "en": "Technologies"},
    "sector": {"fr": "Secteur", "en": "Sector"},
    "maturity": {"fr": "Maturité", "en": "Maturity"},
    "collaboration": {"fr": "Type de collaboration", "en": "Type of collaboration"},
    "place": {"fr": "Lieu", "en": "Place"},
    "service_language": {"fr": "Langue de service", "en": "Language of service"},
    "budget": {"fr": "Budget", "en": "Budget"},
}
SUBMISSION_STATUS: Labelled = {
    "draft": {"fr": "Brouillon", "en": "Draft"},
    "submitted": {"fr": "Soumise", "en": "Submitted"},
    "under_evaluation": {"fr": "En évaluation", "en": "Under evaluation"},
    "shortlisted": {"fr": "Présélectionnée", "en": "Shortlisted"},
    "not_retained": {"fr": "Non retenue", "en": "Not retained"},
    "ineligible": {"fr": "Non admissible", "en": "Ineligible"},
    "chosen": {"fr": "Choisie", "en": "Chosen"},
    "withdrawn": {"fr": "Retirée", "en": "Withdrawn"},
}
