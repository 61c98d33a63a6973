"""What saving a challenge and saving a firm share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import select

from app.records.store import Work
from app.records.taxonomy import Sector, Technology, Workshop
from indexing.detection import detect

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


def _is_in_the_other(text: str, language: str) -> bool:
    if len(text) < WARNING_LENGTH:
        return False
    found, confidence = detect(text)
    return found is not None and found != language and confidence >= WARNING_CONFIDENCE
