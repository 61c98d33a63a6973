"""What can be wrong with an input: cause codes, with a sentence for each in both languages."""

from __future__ import annotations

from collections.abc import Mapping

# Code → (French, English). A code that carries a number is written "too_long:200"; {0} is that number.
TEXTS: Mapping[str, tuple[str, str]] = {
    "required": ("Ce champ est obligatoire.", "This field is required."),
    "too_long": ("Ce texte dépasse {0} caractères.", "This text is longer than {0} characters."),
    "too_many": ("Au plus {0} éléments.", "At most {0} items."),
    "not_text": ("Un texte est attendu ici.", "A text is expected here."),
    "not_a_number": ("Écrivez un nombre entier.", "Write a whole number."),
    "out_of_range": ("Ce nombre est hors des limites permises.", "This number is outside of the allowed range."),
    "not_a_date": ("Écrivez une date comme 2027-03-31.", "Write a date such as 2027-03-31."),
    "not_yes_or_no": ("Écrivez oui ou non.", "Write yes or no."),
    "not_a_list": ("Une liste est attendue ici.", "A list is expected here."),
    "past_deadline": ("Cette date limite est déjà passée.", "This deadline has already passed."),
    "not_ahead": (
        "Choisissez un jour à venir, dans un an au plus.",
        "Choose a day ahead, at most a year from now.",
    ),
    "nothing_chosen": ("Cochez au moins une ligne.", "Tick at least one row."),
    "min_above_max": ("Le minimum dépasse le maximum.", "The minimum is above the maximum."),
    "unknown_sector": ("Ce secteur n’existe pas ici.", "There is no such sector here."),
    "unknown_technology": ("Cette technologie n’existe pas ici.", "There is no such technology here."),
    "unknown_workshop": ("Cet atelier n’existe pas ici.", "There is no such workshop here."),
    "unknown_organisation": ("Cette organisation n’existe pas ici.", "There is no such organisation here."),
    "unknown_language": ("La langue doit être « fr » ou « en ».", "The language must be “fr” or “en”."),
    "unknown_value": ("Cette valeur n’est pas dans la liste.", "This value is not in the list."),
    "duplicate_external_id": ("Cet identifiant externe est déjà pris.", "This external identifier is already taken."),
    "duplicate_code": ("Ce code est déjà pris.", "This code is already taken."),
    "bad_code": (
        "Un code a des minuscules sans accent, des chiffres et des traits d’union.",
        "A code has lower-case letters without accents, digits and hyphens.",
    ),
    "nul_byte": (
        "Ce texte contient un caractère nul, qui ne peut pas être gardé.",
        "This text holds a NUL character, which cannot be kept.",
    ),
    "bad_character": (
        "Ce texte contient un caractère qui n’est pas de l’Unicode valide.",
        "This text holds a character that is not valid Unicode.",
    ),
    "bad_email": ("Cette adresse de courriel n’est pas valide.", "This e-mail address is not valid."),
    "bad_url": (
        "Écrivez une adresse web complète, comme https://exemple.ca.",
        "Write a complete web address, such as https://example.ca.",
    ),
    "other_language": (
        "Ce texte semble écrit dans l’autre langue.",
        "This text seems to be written in the other language.",
    ),
    "already_has_profile": ("Cette organisation a déjà un profil.", "This organisation already has a profile."),
    "unreadable_row": ("Cette ligne ne peut pas être lue.", "This row cannot be read."),
    "not_allowed_now": (
        "L’état de cet enregistrement ne permet pas de le modifier.",
        "The state of this record does not allow a change.",
    ),
    "not_stored": ("La base de données a refusé cette ligne.", "The database refused this row."),
    "email_taken": ("Cette adresse a déjà un compte.", "This address already has an account."),
    "last_administrator": (
        "Il faut qu’au moins une personne puisse administrer : donnez d’abord ce rôle à quelqu’un d’autre.",
        "At least one person must be able to administer: give this role to somebody else first.",
    ),
    "same_organisation": (
        "C’est deux fois la même organisation.",
        "This is the same organisation twice.",
    ),
    "other_name": (
        "Ces deux organisations ne portent pas le même nom.",
        "These two organisations do not have the same name.",
    ),
    "both_have_profiles": (
        "Les deux organisations ont un profil d’entreprise, et une organisation n’en a qu’un : "
        "les propositions et les jumelages de l’un seraient perdus. Gardez les deux organisations.",
        "Both organisations have a firm profile, and an organisation has one only: "
        "the submissions and matches of one of them would be lost. Keep both organisations.",
    ),
    "same_name": (
        "Ce nom désigne déjà un autre secteur ou une autre technologie.",
        "This name already means another sector or technology.",
    ),
    "same_synonym": (
        "« {0} » désigne déjà un autre secteur ou une autre technologie.",
        "“{0}” already means another sector or technology.",
    ),
    "twice": ("Deux colonnes mènent au même champ.", "Two columns lead to the same field."),
    "no_id_column": (
        "Choisissez la colonne qui identifie chaque ligne.",
        "Choose the column that identifies each row.",
    ),
    # of a whole file
    "unreadable_file": ("Ce fichier ne peut pas être lu.", "This file cannot be read."),
    "unknown_format": ("Choisissez un fichier CSV, XLSX ou JSONL.", "Choose a CSV, XLSX or JSONL file."),
    "file_too_large": ("Ce fichier est trop gros.", "This file is too large."),
    "empty_file": ("Ce fichier ne contient aucune ligne.", "This file holds no rows."),
    "no_readable_row": (
        "Aucune des premières lignes de ce fichier ne peut être lue.",
        "None of the first rows of this file can be read.",
    ),
    "bad_mapping": (
        "La correspondance des colonnes ne peut pas être lue.",
        "The mapping of the columns cannot be read.",
    ),
    "no_known_column": ("Aucune colonne du fichier n’est connue.", "No column of the file is known."),
}


def message(cause: str, language: str) -> str:
    """The sentence for a cause code. An unknown code is shown as it is: better than no reason at all."""
    code, _, detail = cause.partition(":")
    texts = TEXTS.get(code)
    if texts is None:
        return cause
    if detail.isdecimal():
        detail = f"{int(detail):,}".replace(",", "\u202f" if language == "fr" else ",")
    return texts[0 if language == "fr" else 1].replace("{0}", detail)
