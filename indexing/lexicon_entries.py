"""What the lexicon is made of: entries of the learned table, and the terms of sectors and technologies."""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# In capitals (SIG, GIS), and with one small letter among them (IdO, IoT): paired apart, each in the order given.
_ACRONYMS: tuple[Callable[[str], object], ...] = (
    lambda name: name.isupper() and " " not in name,
    re.compile(r"[A-Z]+[a-z][A-Z]+").fullmatch,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A French word or term and its English translation."""

    french: str
    english: str
    count: float
    forward: float  # p(English | French)
    backward: float  # p(French | English)

    @property
    def rank(self) -> float:
        """Which of several translations is the gloss: the likeliest one, a word that means other things too less."""
        return self.forward * math.sqrt(self.backward)


@dataclass(frozen=True, slots=True)
class Term:
    """A label or synonym as people write it, in both languages; acronyms are terms too."""

    french: str
    english: str
    near: bool = False  # `english` is the label that a synonym stands under, not its translation


def read_entries(packed: bytes) -> list[Entry]:
    """The lines of the data file.

    Columns: French, English (one word or several), expected count, p(English | French), p(French | English).
    """
    entries = []
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        french, english, count, forward, backward = line.split("\t")
        entries.append(Entry(french, english, float(count), float(forward), float(backward)))
    return entries


def pack_entries(entries: Iterable[Entry]) -> bytes:
    """The data file; the same entries give the same bytes."""
    lines = (f"{e.french}\t{e.english}\t{e.count:g}\t{e.forward:g}\t{e.backward:g}\n" for e in entries)
    return gzip.compress("".join(lines).encode("utf-8"), mtime=0)


def terms_of(taxonomy: Iterable[Mapping[str, Any]]) -> list[Term]:
    """Sectors and technologies → terms: labels, synonyms of several words, and acronyms in the order given."""
    found = []
    for entry in taxonomy:
        found.append(Term(entry["label_fr"], entry["label_en"]))
        french, english = entry.get("synonyms_fr", ()), entry.get("synonyms_en", ())
        found.extend(Term(synonym, entry["label_en"], near=True) for synonym in french if " " in synonym)
        for acronym in _ACRONYMS:
            own = [[name for name in names if acronym(name)] for names in (french, english)]
            found.extend(Term(one, other) for one, other in zip(*own, strict=False))
    return found
