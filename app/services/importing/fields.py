"""Our fields as an import names them: labels in both languages, and the names that other people's files give them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.services.importing.mapping import ColumnMapping, load_mapping, profiles
from app.services.importing.uploads import ImportKind
from app.services.taxonomy.taxonomy import name_key

Entry = tuple[str, str, str, str]  # code, French, English, other names separated by commas
SOLUTIONS = 3  # numbered columns that the form offers; more are read where a file names them

_SHARED: tuple[Entry, ...] = (
    ("external_id", "Identifiant externe", "External identifier", "id, identifiant, reference, ref, code, key, numero"),
    ("original", "Langue d’origine (fr ou en)", "Original language (fr or en)", "langue, language, lang"),
    ("sectors", "Secteurs", "Sectors", "secteur, sector, industry, industrie, vertical, domaine"),
    (
        "technologies",
        "Technologies",
        "Technologies",
        "technology, tags, mots cles, keywords, competences, skills",
    ),
    ("collaboration", "Types de collaboration", "Types of collaboration", "type, partenariat, partnership"),
    ("languages_of_service", "Langues de service", "Languages of service", "service languages, langues"),
    ("budget_min", "Budget minimal ($)", "Smallest budget ($)", "budget min, minimum budget"),
    ("budget_max", "Budget maximal ($)", "Largest budget ($)", "budget, budget max, maximum budget, montant, amount"),
    ("place", "Lieu", "Place", "ville, city, location, adresse, region, localisation, pays, country"),
    ("contact_email", "Courriel de la personne-ressource", "Contact e-mail", "courriel, email, e-mail, mail, contact"),
)
_CHALLENGE: tuple[Entry, ...] = (
    (
        "owner",
        "Organisation",
        "Organisation",
        "owner, porteur, agency, organization, organisme, ministere, company, entreprise",
    ),
    ("owner_kind", "Type d’organisation", "Kind of organisation", "organisation type, type organisme"),
    ("owner_place", "Lieu de l’organisation", "Place of the organisation", "organisation city, ville organisme"),
    ("workshop", "Atelier (code)", "Workshop (code)", "atelier"),
    (
        "deadline",
        "Date limite",
        "Deadline",
        "echeance, end, end date, date de fin, closing date, due date, cloture",
    ),
    ("deadline_days", "Jours jusqu’à la date limite", "Days until the deadline", "days"),
    ("status", "État (open ou closed)", "State (open or closed)", "etat, statut, state"),
    ("trl_min", "TRL minimal", "Smallest TRL", "trl, maturite, maturity"),
    ("trl_max", "TRL maximal", "Largest TRL", ""),
    ("remote", "Travail à distance (oui ou non)", "Remote work (yes or no)", "a distance, teletravail"),
    ("contact_name", "Nom de la personne-ressource", "Contact name", "personne ressource, responsable, contact person"),
    ("private_note", "Note à l’équipe de facilitation", "Note to the facilitator", "note, notes, remarque, comment"),
)
_CHALLENGE_TEXTS: tuple[Entry, ...] = (
    ("title", "Titre", "Title", "nom, name, intitule, defi, challenge"),
    ("teaser", "Accroche", "Tagline", "teaser, resume, summary, abstract, sous titre, subtitle, short description"),
    ("problem", "Problème", "Problem", "description, texte, text, enjeu, problematique, problem statement, details"),
    ("background", "Contexte", "Background", "context"),
    ("outcome", "Résultat attendu", "Expected outcome", "resultat, objectif, objective, goal, solution attendue"),
    ("out_of_scope", "Hors périmètre", "Out of scope", "exclusions"),
    ("needs", "Besoins essentiels (un par ligne)", "Essential needs (one a line)", "besoins, requirements, exigences"),
    ("wishes", "Besoins souhaitables (un par ligne)", "Desirable needs (one a line)", "souhaits, nice to have"),
)
_FIRM: tuple[Entry, ...] = (
    ("name", "Nom de l’entreprise", "Name of the firm", "nom, entreprise, company, firm, raison sociale, organisation"),
    ("website", "Site web", "Web site", "url, site, web, homepage, lien, website url"),
    ("founded", "Année de fondation", "Year founded", "fondation, annee, year, creation"),
    ("headcount", "Effectif", "Headcount", "employees, employes, taille, size, nombre d employes"),
    ("regions", "Régions desservies", "Regions served", "zones, markets, marches"),
    ("excluded_sectors", "Secteurs refusés", "Sectors refused", ""),
    ("opted_out", "Ne veut pas de suggestions (oui ou non)", "Wants no suggestions (yes or no)", ""),
    ("solutions", "Solutions (liste JSON)", "Solutions (JSON list)", ""),
)
_FIRM_TEXTS: tuple[Entry, ...] = (
    ("summary", "Résumé", "Summary", "description, texte, text, presentation, about, a propos, profil, profile"),
    ("offer", "Offre", "Offer", "services, produits, products, activite, activities"),
    ("strengths", "Points forts", "Strengths", "atouts, differentiation, avantages"),
)
_SOLUTION: tuple[Entry, ...] = (
    ("name", "nom", "name", ""),
    ("problem", "problème résolu", "problem addressed", ""),
    ("description", "description", "description", ""),
    ("references", "références", "references", ""),
    ("trl", "TRL", "TRL", ""),
)
_LANGUAGES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "fr": ("en français", "in French", ("fr", "francais", "french", "fra")),
    "en": ("en anglais", "in English", ("en", "anglais", "english", "eng")),
}


@dataclass(frozen=True, slots=True)
class ImportField:
    """A field that a column may lead to."""

    code: str
    fr: str
    en: str
    others: tuple[str, ...] = ()


def fields_of(kind: ImportKind) -> list[ImportField]:
    """Every field that the mapping form offers, texts in each language too."""
    plain, texts = (_CHALLENGE, _CHALLENGE_TEXTS) if kind == "challenges" else (_FIRM, _FIRM_TEXTS)
    found = [_field(entry) for entry in (_SHARED[0], *plain[:1])]
    for entry in texts:
        found.extend(_in_both_languages(entry))
    found.extend(_field(entry) for entry in (*_SHARED[1:], *plain[1:]))
    if kind == "firms":
        found.extend(_solution_fields())
    return found


def suggest_columns(kind: ImportKind, columns: Sequence[str]) -> dict[str, str]:
    """Column → the field that its name means, "" where it means none; a field is given out once, labels first."""
    names: dict[str, str] = {}
    all_fields = fields_of(kind)
    for field in all_fields:
        for name in (field.code, field.fr, field.en):
            names.setdefault(name_key(name), field.code)
    for field in all_fields:
        for name in field.others:
            names.setdefault(name_key(name), field.code)
    found: dict[str, str] = dict.fromkeys(columns, "")
    given: set[str] = set()
    exact = {field.code for field in all_fields}
    for column in sorted(columns, key=lambda column: column not in exact):
        field_code = names.get(name_key(column), "")
        if field_code and field_code not in given:
            found[column] = field_code
            given.add(field_code)
    return found


def suggest_profile(columns: Sequence[str]) -> str | None:
    """The mapping that comes with the product and whose columns this file has."""
    best: tuple[int, str] | None = None
    for name in profiles():
        wanted = set(load_mapping(name).columns)
        if len(wanted) >= 3 and wanted <= set(columns) and (best is None or len(wanted) > best[0]):
            best = (len(wanted), name)
    return best[1] if best is not None else None


def columns_by_profile(mapping: ColumnMapping, columns: Sequence[str]) -> dict[str, str]:
    """What a mapping says of each column; those that it does not name keep their own name where it is a field."""
    return {column: mapping.columns.get(column, "") for column in columns}


def _field(entry: Entry) -> ImportField:
    code, french, english, others = entry
    return ImportField(code, french, english, tuple(name.strip() for name in others.split(",") if name.strip()))


def _in_both_languages(entry: Entry) -> Iterator[ImportField]:
    base = _field(entry)
    yield base
    for language, (french, english, ends) in _LANGUAGES.items():
        names = [f"{name} {end}" for name in (base.code, base.fr, base.en, *base.others) for end in ends]
        code = f"{base.code}_{language}"
        yield ImportField(code, f"{base.fr}, {french}", f"{base.en}, {english}", tuple(names))


def _solution_fields() -> Iterator[ImportField]:
    for number in range(1, SOLUTIONS + 1):
        for code, french, english, _ in _SOLUTION:
            name = f"solution_{number}_{code}"
            yield ImportField(name, f"Solution {number} : {french}", f"Solution {number}: {english}")
            if code not in ("name", "trl"):
                for language, (in_french, in_english, _ends) in _LANGUAGES.items():
                    yield ImportField(
                        f"{name}_{language}",
                        f"Solution {number} : {french}, {in_french}",
                        f"Solution {number}: {english}, {in_english}",
                    )
