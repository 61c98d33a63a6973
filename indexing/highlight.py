"""Snippets with the query's words marked, cut from the database's text, never from the index."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from indexing.analysis import words
from matching.model import Language

LENGTH = 280  # characters of a snippet
LEAD = 60  # characters kept before the first marked word


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a snippet, marked or not."""

    text: str
    marked: bool


def highlight(text: str, language: Language, tokens: Mapping[str, Collection[str]]) -> tuple[Piece, ...]:
    """The whole text in pieces, the words whose token is among those of its language marked."""
    wanted = set(tokens.get(language, ()))
    pieces: list[Piece] = []
    at = 0
    for span in words(text, language):
        if span.token in wanted and span.start >= at:
            if span.start > at:
                pieces.append(Piece(text[at : span.start], False))
            pieces.append(Piece(text[span.start : span.end], True))
            at = span.end
    if at < len(text):
        pieces.append(Piece(text[at:], False))
    return tuple(pieces)


def snippet(text: str, language: Language, tokens: Mapping[str, Collection[str]]) -> tuple[Piece, ...]:
    """The stretch around most of the words of the query, at most `LENGTH` characters; else the beginning."""
    wanted = set(tokens.get(language, ()))
    found = [span for span in words(text, language) if span.token in wanted]
    start, end = _window(text, [(span.start, span.end) for span in found])
    shown = ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
    return highlight(shown, language, tokens)


def _window(text: str, spans: list[tuple[int, int]]) -> tuple[int, int]:
    """Where to cut: at the hit that has the most other hits behind it within the length, at word bounds."""
    if not spans:
        first = 0
    else:
        best = max(
            spans, key=lambda span: (sum(span[0] <= other[1] <= span[0] + LENGTH - LEAD for other in spans), -span[0])
        )
        first = max(0, best[0] - LEAD)
    if first:
        space = text.find(" ", first)
        first = space + 1 if 0 <= space < first + LEAD else first
    last = min(len(text), first + LENGTH)
    if last < len(text):
        space = text.rfind(" ", first, last)
        last = space if space > first else last
    return first, last
