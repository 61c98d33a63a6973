"""The passages that reasons cite, found again in the texts as they are in the database now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Marked:
    """A stretch of a text; `reason` is the number of the reason that cites it, None for the rest."""

    text: str
    reason: int | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    """Where a reason points in one text."""

    reason: int
    start: int
    end: int


def locate(text: str, citation: Mapping[str, Any], reason: int) -> Cited | None:
    """The citation's span; where the text was edited since, the first place with the same words. None where gone."""
    words, start = str(citation["text"]), int(citation["start"])
    if not words:
        return None
    if text[start : start + len(words)] == words:
        return Cited(reason, start, start + len(words))
    start = text.find(words)
    return Cited(reason, start, start + len(words)) if start >= 0 else None


def mark(text: str, spans: Iterable[Cited]) -> tuple[Marked, ...]:
    """The whole text in pieces; of spans that overlap, the first keeps what they share."""
    pieces: list[Marked] = []
    at = 0
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        start = max(span.start, at)
        if start >= span.end:
            continue
        if start > at:
            pieces.append(Marked(text[at:start]))
        pieces.append(Marked(text[start : span.end], span.reason))
        at = span.end
    if at < len(text):
        pieces.append(Marked(text[at:]))
    return tuple(pieces)


def cited_in(
    text: str, field: str, language: str, item_id: int | None, reasons: Sequence[Mapping[str, Any]], side: str
) -> tuple[Cited, ...]:
    """What the reasons (numbered from 1) cite of one text of one side ("challenge" or "firm")."""
    found = []
    for number, reason in enumerate(reasons, start=1):
        citation = reason.get(side)
        if citation and (citation["field"], citation["language"], citation.get("item_id")) == (
            field,
            language,
            item_id,
        ):
            span = locate(text, citation, number)
            if span is not None:
                found.append(span)
    return tuple(found)
