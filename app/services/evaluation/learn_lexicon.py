"""Learn the bilingual lexicon from aligned sentences; the sentences themselves are not kept."""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from indexing.alignment import Pair
from indexing.analysis import surfaces
from indexing.lexicon import Entry, pack_entries
from indexing.lexicon_learning import learn
from matching.errors import MatchmakingError

LONGEST = 230  # characters: the links of a longer sentence are less sure and cost with the square of its length
MOST_OF_A_SOURCE = 40_000  # and kind of text: so that laws, 61 % of what is at hand, do not decide what a word means
SEED = 7


class BadPairs(MatchmakingError):
    """A line of the file of sentence pairs cannot be read."""


def learn_lexicon(source: Path, target: Path, most: int = MOST_OF_A_SOURCE) -> tuple[int, list[Entry]]:
    """Read JSONL (en, fr, src, kind; .gz too), write the data file; returns how many pairs were used, and the entries.

    The same file and limit give the same bytes. Raises BadPairs.
    """
    pairs = [pair for own in _sampled(source, most) for pair in own]
    entries = learn(pairs)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(pack_entries(entries))
    return len(pairs), entries


def _sampled(source: Path, most: int) -> Iterator[list[Pair]]:
    by_source: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for french, english, name in _read(source):
        if max(len(french), len(english)) <= LONGEST:
            by_source[name].append((french, english))
    chance = random.Random(SEED)  # noqa: S311 -- a sample, no secret
    for name in sorted(by_source):
        own = by_source[name]
        chosen = chance.sample(own, most) if len(own) > most else own
        tokens = ((surfaces(french, "fr"), surfaces(english, "en")) for french, english in chosen)
        yield [(ours, theirs) for ours, theirs in tokens if ours and theirs]


def _read(source: Path) -> Iterator[tuple[str, str, tuple[str, str]]]:
    with gzip.open(source, "rt", encoding="utf-8") if source.suffix == ".gz" else source.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
                yield str(row["fr"]), str(row["en"]), (str(row.get("src", "")), str(row.get("kind", "")))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BadPairs(f"{source} line {number}: fr and en are needed ({error!r})") from error
