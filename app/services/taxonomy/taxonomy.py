"""Sectors and technologies: seeded from config/taxonomy, edited by administrators, found by any of their names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.records.store import Work
from app.records.taxonomy import Sector, Technology
from config.paths import CONFIG
from indexing.analysis import fold
from indexing.lexicon_entries import Term, terms_of

FOLDER = CONFIG / "taxonomy"
_SEPARATORS = re.compile(r"[\s\-_/'’.,()]+")


@dataclass(frozen=True, slots=True)
class Names:
    """Every name of the sectors and technologies, as keys that forgive case, accents, hyphens and plurals.

    A name as it is written comes first: RPA is no plural of RPAS.
    """

    sectors: Mapping[str, str]
    technologies: Mapping[str, str]

    def sector(self, name: str) -> str | None:
        """The code that a label, a synonym or a code in either language means; None where it means nothing here."""
        return self.sectors.get(spelling(name)) or self.sectors.get(name_key(name))

    def technology(self, name: str) -> str | None:
        """As `sector`, for technologies."""
        return self.technologies.get(spelling(name)) or self.technologies.get(name_key(name))


def seed_taxonomy(work: Work, folder: Path = FOLDER) -> int:
    """Add what the data files hold and the database does not; what is there keeps its edits. Returns how many."""
    added = 0
    for name, table in (("sectors", Sector), ("technologies", Technology)):
        there = set(work.session.scalars(select(table.code)))
        for position, entry in enumerate(_read(folder / f"{name}.json")):
            if entry["code"] in there:
                continue
            if table is Sector:
                entry.setdefault("position", position)
            work.session.add(table(**entry))
            added += 1
    work.session.flush()
    return added


def has_taxonomy(work: Work) -> bool:
    """Whether there are any sectors and technologies."""
    return all(work.session.scalar(select(table.code).limit(1)) is not None for table in (Sector, Technology))


def active_sectors(work: Work) -> list[Sector]:
    """Those that new records may name, in their order."""
    return list(work.session.scalars(select(Sector).where(Sector.active).order_by(Sector.position)))


def active_technologies(work: Work, language: str) -> list[Technology]:
    """Those that new records may name, by their label in a language."""
    order = Technology.label_fr if language == "fr" else Technology.label_en
    return list(work.session.scalars(select(Technology).where(Technology.active).order_by(order)))


def load_names(work: Work) -> Names:
    """Read every name; where two mean different codes, codes come first, then labels, then synonyms."""
    return Names(_names(work.session.scalars(select(Sector))), _names(work.session.scalars(select(Technology))))


def labels(work: Work, language: str) -> dict[str, str]:
    """Code → label in one language, of sectors and technologies."""
    rows: list[Sector | Technology] = [*work.session.scalars(select(Sector)), *work.session.scalars(select(Technology))]
    return {row.code: row.label_fr if language == "fr" else row.label_en for row in rows}


def taxonomy_terms(work: Work) -> list[Term]:
    """Every label and synonym as a term of both languages."""
    rows: list[Sector | Technology] = [*work.session.scalars(select(Sector)), *work.session.scalars(select(Technology))]
    return terms_of(_names_of(row) for row in sorted(rows, key=lambda row: row.code))


def shipped_terms(folder: Path = FOLDER) -> list[Term]:
    """As `taxonomy_terms`, from the data files, where there is no database."""
    return terms_of(entry for name in ("sectors", "technologies") for entry in _read(folder / f"{name}.json"))


def _names_of(row: Sector | Technology) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("label_fr", "label_en", "synonyms_fr", "synonyms_en")}


def _read(path: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return entries


def _names(rows: Iterable[Sector | Technology]) -> dict[str, str]:
    stored = sorted(rows, key=lambda row: row.code)
    ranked = [(row.code, row.code) for row in stored]
    ranked += [(label, row.code) for row in stored for label in (row.label_fr, row.label_en)]
    ranked += [(synonym, row.code) for row in stored for synonym in (*row.synonyms_fr, *row.synonyms_en)]
    names: dict[str, str] = {}
    for key in (spelling, name_key):
        for name, code in ranked:
            names.setdefault(key(name), code)
    names.pop("", None)
    return names


def spelling(name: str) -> str:
    """Folded words: case, accents and hyphens do not count."""
    return " ".join(_words(name))


def name_key(name: str) -> str:
    """Folded words without the plural's s or x ("Objets connectés" and "objet connecte" agree)."""
    return " ".join(
        word[:-1] if len(word) > 3 and word[-1] in "sx" and word[-2] != "s" else word for word in _words(name)
    )


def _words(name: str) -> list[str]:
    return [word for word in _SEPARATORS.split(fold(name)) if word]
