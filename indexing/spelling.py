"""Typo tolerance and completion from the words that are in the index."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from itertools import islice

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from indexing.analysis import analyse, fold, words
from matching.model import Language

ONE_EDIT_FROM = 4  # letters: a shorter word is never corrected
TWO_EDITS_FROM = 8
# Of a text: looking an unknown word up takes 10 ms in 55,000 words, and a pasted text has hundreds of them.
MOST_CORRECTED = 10


class Vocabulary:
    """The distinct words of one index with the number of documents that hold each."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._count: dict[str, int] = {}
        self._display: dict[str, str] = {}
        for word, count in counts.items():
            folded = fold(word)
            if count > self._count.get(folded, 0):
                self._display[folded] = word
            self._count[folded] = self._count.get(folded, 0) + count
        self._sorted = sorted(self._count)
        self._tokens = {
            language: {token for word in counts for token in analyse(word, language)} for language in ("fr", "en")
        }

    def knows(self, surface: str) -> bool:
        """Whether a word, or another form of it, is in the index."""
        if fold(surface) in self._count:
            return True
        return any(token in self._tokens[language] for language in ("fr", "en") for token in analyse(surface, language))

    def correction(self, surface: str) -> str | None:
        """The nearest known word within the allowed edits, the most frequent of equals; None where there is none."""
        folded = fold(surface)
        if len(folded) < ONE_EDIT_FROM or not folded.isalpha():
            return None
        edits = 2 if len(folded) >= TWO_EDITS_FROM else 1
        found = process.extract(folded, self._sorted, scorer=DamerauLevenshtein.distance, score_cutoff=edits, limit=50)
        best = min(found, key=lambda hit: (hit[1], -self._count[hit[0]], hit[0]), default=None)
        return None if best is None else self._display[best[0]]

    def completions(self, prefix: str, limit: int) -> list[str]:
        """Known words that start with the prefix, the most frequent first."""
        folded = fold(prefix)
        if not folded:
            return []
        start = bisect_left(self._sorted, folded)
        end = bisect_left(self._sorted, folded + "\uffff")
        best = sorted(self._sorted[start:end], key=lambda word: (-self._count[word], word))[:limit]
        return [self._display[word] for word in best]


def correct(text: str, language: Language, vocabulary: Vocabulary) -> str | None:
    """The text with its first unknown words corrected; None where nothing was to correct."""
    corrected = text
    unknown = (span for span in words(text, language) if span.token and not vocabulary.knows(span.surface))
    for span in reversed(list(islice(unknown, MOST_CORRECTED))):
        better = vocabulary.correction(span.surface)
        if better is not None:
            corrected = corrected[: span.start] + better + corrected[span.end :]
    return corrected if corrected != text else None
