"""Snippets with the query's words marked, cut from the database's text, never from the index."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from indexing.analysis import places
from matching.model import Language

LENGTH = 280  # characters of a snippet
FIRST_LOOK = 2_000  # characters
MOST_PLACES = 20  # of marked words that a stretch is chosen by: the first ones
LEAD = 60  # characters kept before the first marked word


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a snippet, marked or not."""

    text: str
    marked: bool


def highlight(text: str, language: Language, tokens: Mapping[str, Collection[str]]) -> tuple[Piece, ...]:
    """The whole text in pieces, the words whose token is among those of its language marked."""
    pieces: list[Piece] = []
    at = 0
    for start, end in _places(text, language, tokens):
        if start >= at:
            if start > at:
                pieces.append(Piece(text[at:start], False))
            pieces.append(Piece(text[start:end], True))
            at = end
    if at < len(text):
        pieces.append(Piece(text[at:], False))
    return tuple(pieces)


def snippet(text: str, language: Language, tokens: Mapping[str, Collection[str]]) -> tuple[Piece, ...]:
    """The stretch around most of the words of the query, at most `LENGTH` characters; else the beginning.

    Looked for at the beginning of a long text first, where it mostly says what it is about.
    """
    found = list(islice(_places(text[:FIRST_LOOK], language, tokens), MOST_PLACES))
    if not found and len(text) > FIRST_LOOK:
        found = list(islice(_places(text, language, tokens), MOST_PLACES))
    start, end = _window(text, found)
    shown = ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
    return highlight(shown, language, tokens)


def _places(text: str, language: Language, tokens: Mapping[str, Collection[str]]) -> Iterator[tuple[int, int]]:
    wanted = frozenset(tokens.get(language, ()))
    return places(text, language, wanted) if wanted else iter(())


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
