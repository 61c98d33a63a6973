"""What a page of results shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from indexing.highlight import Piece
from matching.model import Language


@dataclass(frozen=True, slots=True)
class Result:
    """One row to show, with its title and a snippet in pieces."""

    row: Challenge | FirmProfile
    title: tuple[Piece, ...]
    snippet: tuple[Piece, ...]
    text: str  # what the snippet is cut from: the passage that answers best, or all of the body
    language: Language  # of the snippet and the text
    by_meaning: bool  # found by its meaning, without the words


@dataclass(frozen=True, slots=True)
class ResultPage:
    """What the search page shows. `degraded`: "engine" (listed from the database), "meaning" (words only), "order" (no
    reranker).
    """

    results: tuple[Result, ...]
    total: int
    reachable: int
    facets: Mapping[str, Mapping[str, int]]
    corrected: str | None = None
    degraded: str | None = None
    left_out: tuple[str, ...] = ()  # parts of a long query that were not searched
    tokens: Mapping[str, Collection[str]] = field(default_factory=dict)  # what is marked, by language
