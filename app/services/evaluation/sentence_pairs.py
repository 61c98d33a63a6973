"""A file of aligned sentences (JSONL: en, fr, src, kind; .gz too), sampled by its sources."""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from matching.errors import MatchmakingError

LONGEST = 230  # characters: the links of a longer sentence are less sure and cost with the square of its length
SEED = 7


class BadPairs(MatchmakingError):
    """A line of the file of sentence pairs cannot be read."""


def sampled_pairs(source: Path, most: int) -> Iterator[list[tuple[str, str]]]:
    """(French, English) of at most `most` pairs of each source and kind of text, one list for each. Raises BadPairs.

    So that laws, 61 % of what is at hand, do not decide alone what a word means.
    """
    by_source: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for french, english, name in _read(source):
        if max(len(french), len(english)) <= LONGEST:
            by_source[name].append((french, english))
    chance = random.Random(SEED)  # noqa: S311 -- a sample, no secret
    for name in sorted(by_source):
        own = by_source[name]
        yield chance.sample(own, most) if len(own) > most else own


def _read(source: Path) -> Iterator[tuple[str, str, tuple[str, str]]]:
    with gzip.open(source, "rt", encoding="utf-8") if source.suffix == ".gz" else source.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
                yield str(row["fr"]), str(row["en"]), (str(row.get("src", "")), str(row.get("kind", "")))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BadPairs(f"{source} line {number}: fr and en are needed ({error!r})") from error
