"""What saving a challenge and saving a firm share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from sqlalchemy import select

from app.records.challenges import Challenge, ChallengeText
from app.records.firms import FirmProfile, FirmText, SolutionText
from app.records.store import Work
from app.records.taxonomy import Sector, Technology, Workshop
from app.services.changes import Record
from indexing.detection import detect
from matching.errors import InvalidInput

TextRow = TypeVar("TextRow", ChallengeText, FirmText, SolutionText)

LANGUAGES = ("fr", "en")

# Over the demo's texts lingua names the right language with 0.99 and more; names and terms that both languages share
# come out below 0.7 or are short. A warning is worth its place only where the text is clearly in the other language.
WARNING_CONFIDENCE = 0.85
WARNING_LENGTH = 40  # characters


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did. `warnings` maps fields to cause codes that did not stop it."""

    id: int
    version: int
    outcome: Literal["created", "updated", "unchanged"]
    warnings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """The codes that records may name."""

    sectors: frozenset[str]
    technologies: frozenset[str]
    workshops: frozenset[str]


def load_known(work: Work) -> Known:
    """Read the codes; inactive ones too, which records may still hold."""
    return Known(
        frozenset(work.session.scalars(select(Sector.code))),
        frozenset(work.session.scalars(select(Technology.code))),
        frozenset(work.session.scalars(select(Workshop.code))),
    )


def language_warnings(texts: Mapping[str, str], language: str) -> dict[str, str]:
    """The fields whose text is clearly not in the language that it is marked with."""
    return {name: "other_language" for name, text in texts.items() if _is_in_the_other(text, language)}


def text_warnings(texts: Mapping[str, object], fields: Sequence[str], prefix: str = "") -> dict[str, str]:
    """As `language_warnings`, of texts by language; fields are named as in a form: `prefix`, then "fr.title"."""
    found: dict[str, str] = {}
    for language, own in texts.items():
        found |= language_warnings({f"{prefix}{language}.{name}": getattr(own, name) for name in fields}, language)
    return found


def ensure_own_external_id(
    work: Work, table: type[Challenge] | type[FirmProfile], external_id: str | None, stored: Record | None
) -> None:
    """Raises InvalidInput where another record of the table has the external id that `stored` is to get."""
    if external_id is None or (stored is not None and stored.external_id == external_id):
        return
    if work.session.scalar(select(table.id).where(table.external_id == external_id)) is not None:
        raise InvalidInput({"external_id": "duplicate_external_id"})


def fill_columns(row: Record, data: object, plain: Sequence[str], lists: Sequence[str]) -> None:
    """Copy fields of the same name from what was filled in."""
    for name in plain:
        setattr(row, name, getattr(data, name))
    for name in lists:
        setattr(row, name, list(getattr(data, name)))


def fill_texts(rows: list[TextRow], table: type[TextRow], texts: Mapping[str, object], fields: Sequence[str]) -> None:
    """Make the stored texts what was filled in, a row a language; a language that is left out goes."""
    stored = {row.language: row for row in rows}
    for language, own in texts.items():
        row = stored.pop(language, None)
        if row is None:
            row = table(language=language)
            rows.append(row)
        for name in fields:
            setattr(row, name, getattr(own, name))
    for row in stored.values():
        rows.remove(row)


def _is_in_the_other(text: str, language: str) -> bool:
    if len(text) < WARNING_LENGTH:
        return False
    found, confidence = detect(text)
    return found is not None and found != language and confidence >= WARNING_CONFIDENCE
