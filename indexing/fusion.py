"""Words and meaning into one ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matching.model import Floats

# Sum of both parts, each scaled by its best and worst hit; on scifact (nDCG@10) it gave 0.727 against 0.718 for
# reciprocal rank fusion, 0.686 for words and 0.646 for meaning alone. Scaled so, hits that are hardly better than the
# rest look as far apart as those that stand out: meaning counts the more, the further its best hit rises above its
# worst, in parts of itself. Figures: docs/decisions/0007-two-languages.md, "Trust in meaning".
MEANING_SHARES = (0.4, 0.65)  # by a rise of so much or less, and of all: the worst hit has nothing in common
LEAST_RISE = 0.55
# Power of a scaled BM25 score: a hit counts less, the further it falls behind the best one. Mean of nine collections
# with 1: 0.7679, with this and shares up to 0.65: 0.7692. Figures: there, "Words fall behind".
WORDS_POWER = 1.3
# Of a long text the one vector tells less: the model reads its first 256 word pieces. With whole challenges of the
# demo as queries (115 to 143 words) half and half gave 0.949 where words alone gave 0.980; 0.1 gives 0.979.
SHORT_QUERY = 25  # distinct words
LONG_QUERY = 100
MEANING_SHARE_OF_LONG = 0.1

NEARBY = 60  # results among which neighbours are looked for: three pages
NEIGHBOURS = 7
NEIGHBOUR_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Fused:
    """One result: its score from 0 to 1 within this query, and what came from words and from meaning."""

    id: str
    score: float
    words: float
    meaning: float


def share_of_meaning(meaning: Mapping[str, float], words: int) -> float:
    """What meaning counts with such cosines in a query of so many distinct words: half, and little in a long one."""
    low, high = MEANING_SHARES
    share = low + (high - low) * min(1.0, max(0.0, (_rise(meaning) - LEAST_RISE) / (1.0 - LEAST_RISE)))
    return share + _length(words) * (MEANING_SHARE_OF_LONG - share)


def _rise(meaning: Mapping[str, float]) -> float:
    """How far the best cosine stands above the worst, in parts of the best."""
    best = max(meaning.values(), default=0.0)
    return (best - min(meaning.values())) / best if best > 0.0 else 0.0


def share_of_neighbours(words: int) -> float:
    """By how much a score moves towards those of its neighbours: not at all in a long query, which says it all itself.

    With whole challenges as queries 0.7 gave 0.966 in place of 0.979 (nDCG@10 of the intended firms).
    """
    return NEIGHBOUR_SHARE * (1.0 - _length(words))


def _length(words: int) -> float:
    """0 for a short query to 1 for a long one."""
    return min(1.0, max(0.0, (words - SHORT_QUERY) / (LONG_QUERY - SHORT_QUERY)))


def fuse(words: Mapping[str, float], meaning: Mapping[str, float], query_words: int = 0) -> list[Fused]:
    """Best first; equal scores in id order. `words` are BM25 scores, `meaning` cosines.

    `query_words`: how many distinct words the query has.
    """
    scaled_words = {key: score**WORDS_POWER for key, score in _scaled(words).items()}
    scaled_meaning = _scaled(meaning)
    meaning_share = share_of_meaning(meaning, query_words)
    if not words or not meaning:
        meaning_share = 1.0 if meaning else 0.0
    fused = [
        Fused(
            key,
            (1 - meaning_share) * scaled_words.get(key, 0.0) + meaning_share * scaled_meaning.get(key, 0.0),
            words.get(key, 0.0),
            meaning.get(key, 0.0),
        )
        for key in words.keys() | meaning.keys()
    ]
    return sorted(fused, key=lambda one: (-one.score, _id_order(one.id)))


def with_neighbours(
    fused: Sequence[Fused], vectors: Mapping[str, Floats], share: float = NEIGHBOUR_SHARE
) -> list[Fused]:
    """The first results ordered anew: what answers alike stands together.

    Each score moves towards the mean of the `NEIGHBOURS` first results most like it, weighted by their likeness
    squared, by `share`, and the less, the surer it is by itself. `vectors`: those of whole documents, length 1, by id;
    a result without one keeps its score. What comes after the first ones stays behind them. Source of the idea: Diaz
    (2005), Regularizing ad hoc retrieval scores; the measurement is in docs/decisions/0007-two-languages.md,
    "Neighbours".
    """
    first = [one for one in fused[:NEARBY] if one.id in vectors]
    if len(first) < 2:
        return list(fused)
    stacked = np.stack([vectors[one.id] for one in first])
    likeness = np.clip(stacked @ stacked.T, 0.0, None) ** 2
    np.fill_diagonal(likeness, 0.0)
    if len(first) > NEIGHBOURS:
        weakest = np.partition(likeness, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS, None]
        likeness = np.where(likeness >= weakest, likeness, 0.0)
    own = np.array([one.score for one in first], dtype=np.float32)
    shares = likeness.sum(axis=1)
    around = np.where(shares > 0.0, likeness @ own / np.where(shares > 0.0, shares, 1.0), own)
    moved = own + share * (1.0 - own) * (around - own)
    scores = {one.id: float(score) for one, score in zip(first, moved, strict=True)}
    nearby = [replace(one, score=scores.get(one.id, one.score)) for one in fused[:NEARBY]]
    return [*sorted(nearby, key=lambda one: -one.score), *fused[NEARBY:]]


def _scaled(scores: Mapping[str, float]) -> dict[str, float]:
    """To 0..1 by the worst and the best hit; a single hit is 1."""
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    if high - low < 1e-9:
        return dict.fromkeys(scores, 1.0)
    return {key: (score - low) / (high - low) for key, score in scores.items()}


def _id_order(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isascii() and key.isdecimal() and len(key) < 19 else (2**63, key)
