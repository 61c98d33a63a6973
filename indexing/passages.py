"""Texts of a record → passages: a few sentences of one field, one language, one disclosure tier."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from matching.model import Language, Passage

# A passage is closed once it holds this many characters. The model reads 256 word pieces, about 1,100 characters;
# shorter passages are easier to cite (a citation has at most 400 characters). French takes a quarter more words to say
# the same; that it gains from longer passages was measured (docs/decisions/0007-two-languages.md, "Passages").
TARGET_CHARACTERS: Mapping[Language, int] = {"fr": 500, "en": 350}
MAXIMUM_CHARACTERS = 900  # one sentence longer than this is cut at a word

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"»”')\]]*\s+(?=[\"«“(\[]?\s?[A-ZÀ-ÖØ-Þ0-9•–-])|\n+")


@dataclass(frozen=True, slots=True)
class FieldText:
    """One text of a record. `item_id` is the need or solution that it belongs to."""

    field: str
    language: Language
    text: str
    item_id: int | None = None
    tier: str = "public"

    @property
    def key(self) -> str:
        """Prefix of the keys of its passages."""
        item = "" if self.item_id is None else f".{self.item_id}"
        return f"{self.field}{item}.{self.language}"


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of a text, without the white space around them."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield from _pieces(text, start, end.start() if end.group().startswith("\n") else end.end())
        start = end.end()
    yield from _pieces(text, start, len(text))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span stripped, and cut at words where it is longer than a passage may be."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > MAXIMUM_CHARACTERS:
        cut = text.rfind(" ", start + 1, start + MAXIMUM_CHARACTERS)
        cut = cut if cut > start else start + MAXIMUM_CHARACTERS
        yield start, cut
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


def split_text(source: FieldText) -> list[Passage]:
    """Group the sentences of one text into passages; `text` of each is exactly `source.text[start:end]`."""
    groups: list[tuple[int, int]] = []
    target = TARGET_CHARACTERS[source.language]
    for start, end in sentences(source.text):
        if groups and end - groups[-1][0] <= MAXIMUM_CHARACTERS and groups[-1][1] - groups[-1][0] < target:
            groups[-1] = (groups[-1][0], end)
        else:
            groups.append((start, end))
    return [
        Passage(
            key=f"{source.key}.{number}",
            field=source.field,
            language=source.language,
            text=source.text[start:end],
            start=start,
            end=end,
            item_id=source.item_id,
            tier=source.tier,
        )
        for number, (start, end) in enumerate(groups)
    ]


def passages_of(sources: Iterable[FieldText]) -> tuple[Passage, ...]:
    """The passages of all public texts, in the order given."""
    return tuple(passage for source in sources if source.tier == "public" for passage in split_text(source))
