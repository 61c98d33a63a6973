"""Typo tolerance and completion from the words that are in the index."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from indexing.analysis import analyse, fold, words
from indexing.query import LANGUAGES, Translations
from matching.model import Language

ONE_EDIT_FROM = 4  # letters: a shorter word is never corrected
TWO_EDITS_FROM = 8
# Of a text: a pasted one has hundreds of unknown words.
MOST_CORRECTED = 10


class Vocabulary:
    """The distinct words of one index with the number of documents that hold each."""

    def __init__(self, counts: Mapping[str, int], before: Vocabulary | None = None) -> None:
        """`before`: an earlier vocabulary of the index, whose words need not be analysed again."""
        self.counts = counts
        self._count: dict[str, int] = {}
        self._display: dict[str, str] = {}
        known: Mapping[str, _Analysed] = before._analysed if before is not None else {}
        self._analysed: dict[str, _Analysed] = {word: known.get(word) or _analysed(word) for word in counts}
        for word, count in counts.items():
            folded = self._analysed[word].folded
            if count > self._count.get(folded, 0):
                self._display[folded] = word
            self._count[folded] = self._count.get(folded, 0) + count
        self._sorted = sorted(self._count)
        self._lengths = np.array([len(word) for word in self._sorted], dtype=np.int64)
        self._letters = _letters(self._sorted, self._lengths)
        self._tokens = {
            language: {token for word in self._analysed.values() for token in word.tokens[language]}
            for language in LANGUAGES
        }

    def knows(self, surface: str, language: Language) -> bool:
        """Whether a word, or another form of it in this language, is in the index.

        In this one alone: "deneigment" has the English stem of "déneigement", and is a typing error.
        """
        if fold(surface) in self._count:
            return True
        return any(token in self._tokens[language] for token in analyse(surface, language))

    def correction(self, surface: str) -> str | None:
        """The nearest known word within the allowed edits, the most frequent of equals; None where there is none."""
        folded = fold(surface)
        if len(folded) < ONE_EDIT_FROM or not folded.isalpha():
            return None
        edits = 2 if len(folded) >= TWO_EDITS_FROM else 1
        near = self._near(folded, edits)
        found = process.extract(folded, near, scorer=DamerauLevenshtein.distance, score_cutoff=edits, limit=50)
        best = min(found, key=lambda hit: (hit[1], -self._count[hit[0]], hit[0]), default=None)
        return None if best is None else self._display[best[0]]

    def _near(self, folded: str, edits: int) -> list[str]:
        """The words that may be so near: an edit changes the length by one, and at most two of the letters that occur.

        Comparing all of 55,000 words takes 10 ms, this and what it leaves half of one.
        """
        (letters,) = _letters([folded], np.array([len(folded)]))
        near = np.abs(self._lengths - len(folded)) <= edits
        near &= np.bitwise_count(self._letters ^ letters) <= 2 * edits
        return [self._sorted[place] for place in np.flatnonzero(near).tolist()]

    def completions(self, prefix: str, limit: int) -> list[str]:
        """Known words that start with the prefix, the most frequent first."""
        folded = fold(prefix)
        if not folded:
            return []
        start = bisect_left(self._sorted, folded)
        end = bisect_left(self._sorted, folded + "\uffff")
        best = sorted(self._sorted[start:end], key=lambda word: (-self._count[word], word))[:limit]
        return [self._display[word] for word in best]


def correct(
    text: str, language: Language, vocabulary: Vocabulary, translations: Translations | None = None
) -> str | None:
    """The text with its first unknown words corrected; None where nothing was to correct.

    A word that has a translation is no typing error, though the texts that are there may all be in the other language.
    """
    corrected = text
    unknown = (
        span
        for span in words(text, language)
        if span.token
        and not vocabulary.knows(span.surface, language)
        and not (translations is not None and translations(span.token, language))
    )
    for span in reversed(list(islice(unknown, MOST_CORRECTED))):
        better = vocabulary.correction(span.surface)
        if better is not None:
            corrected = corrected[: span.start] + better + corrected[span.end :]
    return corrected if corrected != text else None


@dataclass(frozen=True, slots=True)
class _Analysed:
    folded: str
    tokens: Mapping[Language, tuple[str, ...]]


def _analysed(word: str) -> _Analysed:
    return _Analysed(fold(word), {language: tuple(analyse(word, language)) for language in LANGUAGES})


def _letters(words_: Sequence[str], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """One bit for each letter that a word holds; letters far apart in Unicode may share one."""
    codes = np.frombuffer("".join(words_).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    bits = np.left_shift(np.uint32(1), codes % np.uint32(32), dtype=np.uint32)
    found = np.zeros(len(words_), dtype=np.uint32)
    filled = np.flatnonzero(lengths)
    if len(filled):
        found[filled] = np.bitwise_or.reduceat(bits, (np.cumsum(lengths) - lengths)[filled])
    return found
