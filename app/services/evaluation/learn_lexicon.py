"""Learn the bilingual lexicon from aligned sentences; the sentences themselves are not kept."""

from __future__ import annotations

from pathlib import Path

from app.services.evaluation.sentence_pairs import sampled_pairs
from indexing.analysis import surfaces
from indexing.lexicon_entries import Entry, pack_entries
from indexing.lexicon_learning import learn

MOST_OF_A_SOURCE = 40_000  # and kind of text


def learn_lexicon(source: Path, target: Path, most: int = MOST_OF_A_SOURCE) -> tuple[int, list[Entry]]:
    """Read a file of sentence pairs, write the data file; returns how many pairs were used, and the entries.

    The same file and limit give the same bytes. Raises BadPairs.
    """
    tokens = (
        (surfaces(french, "fr"), surfaces(english, "en"))
        for own in sampled_pairs(source, most)
        for french, english in own
    )
    pairs = [(ours, theirs) for ours, theirs in tokens if ours and theirs]
    entries = learn(pairs)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(pack_entries(entries))
    return len(pairs), entries
