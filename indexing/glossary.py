"""The glossary: French words and terms with their English, written by hand, where learning from texts saw too little.

Laws and manuals of software, from which the table is learned, hardly know "hausse", "itinérance" or "tremblement de
terre"; of a word that was seen once or twice, alignment names a neighbour as often as the translation. A word that the
table knows well keeps its gloss: texts of governments, of which there are many, use its senses. Shipped as
`config/lexicon/glossary.tsv`. Lines: French, English (the most useful sense first, "; " between), and "!" where the
learned gloss is wrong all the same ("bâtiment", a vessel in laws of the sea).
Figures: docs/decisions/0007-two-languages.md, "Glossary".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from indexing.lexicon_entries import Entry

KNOWN_WELL = 3.0  # expected count in the learned table from which a word keeps its gloss
COUNT = 20.0  # a sense written by hand counts like a translation that was seen so often


@dataclass(frozen=True, slots=True)
class Line:
    """A French word or term with its English senses; `anyway`: even where the learned table knows it well."""

    french: str
    senses: tuple[str, ...]
    anyway: bool


def read_glossary(text: str) -> list[Line]:
    """The lines of the file."""
    found = []
    for line in text.splitlines():
        french, senses, *marks = line.split("\t")
        found.append(Line(french, tuple(senses.split("; ")), marks == ["!"]))
    return found


def laid_over(entries: Sequence[Entry], glossary: Sequence[Line]) -> list[Entry]:
    """The learned entries and those of the glossary as one table.

    Terms and words that are hardly known take the gloss of the glossary. Words that are known well keep theirs; there
    the senses of the glossary are searched for as well, at least as much as what was learned.
    """
    counts: defaultdict[str, float] = defaultdict(float)
    for entry in entries:
        counts[entry.french] += entry.count
    anew = {line.french for line in glossary if line.anyway or " " in line.french or counts[line.french] < KNOWN_WELL}
    found = [entry for entry in entries if entry.french not in anew]
    for line in glossary:
        sure = 1.0 if line.french in anew else 0.0  # by which a gloss is chosen
        count = max(COUNT, counts[line.french])
        found.extend(
            Entry(line.french, english, count / place, sure / place, sure)
            for place, english in enumerate(line.senses, start=1)
        )
    return found
