"""Value types that matching works on. Nothing here knows a database, an index or the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Language = Literal["fr", "en"]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences of one field, one language, one disclosure tier.

    `text` is `source_text[start:end]` of that field, so that a reason can be found in the text again.
    `key` names it within its document: "problem.fr.0", "need.12.fr.0", "solution.7.description.en.1".
    """

    key: str
    field: str  # "title", "teaser", "problem", "need", "offer", "solution" ...
    language: Language
    text: str
    start: int
    end: int
    item_id: int | None = None  # the need or the solution that it belongs to
    tier: str = "public"


@dataclass(frozen=True, slots=True)
class Needed:
    """An essential or desirable outcome, with the places of its passages in `ChallengeSide.passages`."""

    need_id: int
    essential: bool
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChallengeSide:
    """A challenge as matching sees it. `vectors` has shape (len(passages), dims), rows of length 1."""

    id: int
    version: int
    passages: tuple[Passage, ...]
    vectors: Floats
    tokens: tuple[tuple[str, ...], ...]  # analysed tokens of each passage, in its language
    needs: tuple[Needed, ...]
    original: Language
    sectors: frozenset[str] = frozenset()
    technologies: frozenset[str] = frozenset()
    trl: tuple[int, int] | None = None
    collaboration: frozenset[str] = frozenset()
    place: str | None = None
    remote: bool | None = None
    languages_of_service: frozenset[str] = frozenset()
    budget: tuple[int | None, int | None] | None = None
    open: bool = True
    deadline: date | None = None
    owner_organisation_id: int = 0


@dataclass(frozen=True, slots=True)
class FirmSide:
    """A firm as matching sees it, its solutions included. `vectors` as in `ChallengeSide`."""

    id: int
    version: int
    passages: tuple[Passage, ...]
    vectors: Floats
    tokens: tuple[tuple[str, ...], ...]
    original: Language
    languages: frozenset[str] = frozenset()  # languages that its texts exist in
    sectors: frozenset[str] = frozenset()
    technologies: frozenset[str] = frozenset()
    trls: tuple[int, ...] = ()  # one for each solution that states it
    collaboration: frozenset[str] = frozenset()
    place: str | None = None
    regions: frozenset[str] = frozenset()
    languages_of_service: frozenset[str] = frozenset()
    budget: tuple[int | None, int | None] | None = None
    published: bool = True
    opted_out: bool = False
    excluded_sectors: frozenset[str] = frozenset()
    excluded_organisations: frozenset[int] = frozenset()
    organisation_id: int = 0


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of an original text: `text` is exactly what stands there from `start` to `end`."""

    field: str
    language: Language
    text: str  # at most 400 characters, readable alone
    start: int
    end: int
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one feature adds. The points of all parts sum to the score of the suggestion.

    `value` is 0 to 1, or None where it is unknown: then its weight is shared among the known features.
    `weight` is the share in force for this pair (all known weights sum to 1), `points` = 100 * weight * value.
    """

    feature: str  # stored with the suggestion: renaming one is a data migration
    value: float | None
    weight: float
    points: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why this pair: one feature, a passage cited on both sides, or shared codes (technologies, sectors)."""

    feature: str
    strength: float  # 0 to 1
    challenge: Citation | None = None
    firm: Citation | None = None
    codes: tuple[str, ...] = ()
    need_id: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A scored pair. `score` is 0 to 100 and absolute; the parts' points add up to it."""

    challenge_id: int
    firm_id: int
    challenge_version: int
    firm_version: int
    score: float
    parts: tuple[Part, ...]
    reasons: tuple[Reason, ...]
    unmet: tuple[int, ...]  # ids of needs that nothing of the firm answers
    languages: tuple[Language, Language]  # of the strongest pair of passages: challenge side, firm side


@dataclass(frozen=True, slots=True)
class Weights:
    """Prior weights of the features and their calibration, from config/weights.json."""

    version: str
    features: Mapping[str, float]
    calibration: Mapping[str, Any] = field(default_factory=dict)
