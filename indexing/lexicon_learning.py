"""Sentence pairs → the entries of the lexicon: words by their alignment, and terms of several words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from indexing.alignment import Aligned, Pair, align
from indexing.analysis import fold
from indexing.lexicon import LONGEST_PHRASE
from indexing.lexicon_entries import Entry
from indexing.stopwords import ENGLISH, FRENCH

# Cut-offs of words: seen once for sure, and the geometric mean of both probabilities. Lower ones let the neighbours
# of a word in as its translations, higher ones lose rare words (docs/decisions/0007-two-languages.md has the figures).
RAREST = 0.9
LEAST_FORWARD = 0.03
LEAST_MEAN = 0.04
# Terms: seen so often as a unit, and translated so in at least this share.
RAREST_TERM = 4
LEAST_TERM = 0.4
LONGEST_ENGLISH = 4


def learn(pairs: Sequence[Pair]) -> list[Entry]:
    """Entries of French and English, from pairs of tokenised sentences (French first)."""
    aligned = align(pairs)
    entries = _words(aligned)
    return sorted([*entries, *_terms(pairs, aligned, entries)], key=lambda entry: (entry.french, entry.english))


def _words(aligned: Aligned) -> list[Entry]:
    first, second = aligned.pairs
    forward = aligned.counts / np.maximum(np.bincount(first, aligned.counts)[first], 1e-9)
    backward = aligned.counts / np.maximum(np.bincount(second, aligned.counts)[second], 1e-9)
    mean = np.sqrt(forward * backward)
    kept = np.flatnonzero((aligned.counts >= RAREST) & (forward >= LEAST_FORWARD) & (mean >= LEAST_MEAN))
    return [
        Entry(
            aligned.first[first[i]],
            aligned.second[second[i]],
            round(float(aligned.counts[i]), 1),
            round(float(forward[i]), 3),
            round(float(backward[i]), 3),
        )
        for i in kept
    ]


def _terms(pairs: Sequence[Pair], aligned: Aligned, entries: Sequence[Entry]) -> Iterator[Entry]:
    """Terms whose translation differs from that of their words, one after the other."""
    together: Counter[tuple[str, str]] = Counter()
    french: Counter[str] = Counter()
    english: Counter[str] = Counter()
    for (ours, theirs), points in zip(pairs, aligned.points, strict=True):
        for term, translation in _terms_of(ours, theirs, points):
            together[term, translation] += 1
            french[term] += 1
            english[translation] += 1
    best = _best(entries)
    for (term, translation), count in together.items():
        share = count / french[term]
        if count < RAREST_TERM or share < LEAST_TERM or _is_word_by_word(term, translation, best):
            continue
        yield Entry(term, translation, float(count), round(share, 3), round(count / english[translation], 3))


def _terms_of(
    ours: Sequence[str], theirs: Sequence[str], points: Sequence[tuple[int, int]]
) -> Iterator[tuple[str, str]]:
    """Spans of two and more words that are aligned with each other and with nothing else (phrase pairs).

    Source: Koehn, Och and Marcu (2003), Statistical Phrase-Based Translation.
    """
    forth: dict[int, list[int]] = defaultdict(list)
    back: dict[int, list[int]] = defaultdict(list)
    for one, other in points:
        forth[one].append(other)
        back[other].append(one)
    for start in sorted(forth):
        if not _may_end(ours[start], FRENCH):
            continue
        for end in range(start + 1, min(start + LONGEST_PHRASE - 1, len(ours))):
            if end not in forth or not _may_end(ours[end], FRENCH):
                continue
            reached = [other for place in range(start, end + 1) for other in forth.get(place, ())]
            low, high = min(reached), max(reached)
            if high - low >= LONGEST_ENGLISH or not (
                _may_end(theirs[low], ENGLISH) and _may_end(theirs[high], ENGLISH)
            ):
                continue
            if all(start <= one <= end for other in range(low, high + 1) for one in back.get(other, ())):
                yield " ".join(ours[start : end + 1]), " ".join(theirs[low : high + 1])


def _may_end(word: str, stop_words: frozenset[str]) -> bool:
    return not word.isdigit() and fold(word) not in stop_words


def _best(entries: Sequence[Entry]) -> dict[str, str]:
    best: dict[str, tuple[float, str]] = {}
    for entry in entries:
        if entry.rank > best.get(entry.french, (0.0, ""))[0]:
            best[entry.french] = (entry.rank, entry.english)
    return {french: english for french, (_, english) in best.items()}


def _is_word_by_word(term: str, translation: str, best: dict[str, str]) -> bool:
    glossed = [best.get(word, word) for word in term.split()]
    return translation in (" ".join(glossed), " ".join(word for word in glossed if word not in ENGLISH))
