"""Exact word scores of a pair: BM25 of the challenge's words in the firm's texts, as a share of what could be reached.

Computed from corpus statistics, never by an engine, so that a pair has one score from either side and on either engine.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from matching.model import ChallengeSide, FirmSide, Language, Passage

K1, B = 1.2, 0.75  # Robertson and Zaragoza (2009), The Probabilistic Relevance Framework, 3.3: usual values
MOST_TERMS = 60  # of a challenge: the heaviest ones; the tail of a long text is boilerplate
FIELD_WEIGHTS: Mapping[str, float] = {"title": 2.0, "need": 1.5, "teaser": 1.2, "background": 0.6}

Translate = Callable[[str, Language], Sequence[tuple[str, float]]]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts over all published firms and public challenges, by language. `version` names them with each score."""

    version: str
    documents: Mapping[str, int]  # language -> documents that have a text in it
    frequencies: Mapping[str, Mapping[str, int]]  # language -> token -> documents that hold it
    lengths: Mapping[str, float]  # language -> mean number of tokens of a document

    def idf(self, token: str, language: str) -> float:
        """Inverse document frequency, never below zero (the form of Lucene's BM25)."""
        count = self.documents.get(language, 0)
        frequency = self.frequencies.get(language, {}).get(token, 0)
        return math.log(1.0 + (count - frequency + 0.5) / (frequency + 0.5)) if count >= frequency else 0.0

    @classmethod
    def of(cls, version: str, documents: Iterable[Mapping[str, Mapping[str, int]]]) -> Statistics:
        """Count documents, each given as its bags of tokens by language."""
        counts: Counter[str] = Counter()
        frequencies: dict[str, Counter[str]] = {}
        lengths: Counter[str] = Counter()
        for bags in documents:
            for language, bag in bags.items():
                counts[language] += 1
                frequencies.setdefault(language, Counter()).update(bag.keys())
                lengths[language] += sum(bag.values())
        means = {language: lengths[language] / counts[language] for language in counts}
        return cls(version, dict(counts), {k: dict(v) for k, v in frequencies.items()}, means)

    def as_json(self) -> dict[str, Any]:
        """For the database."""
        return {
            "version": self.version,
            "documents": dict(self.documents),
            "frequencies": {language: dict(counts) for language, counts in self.frequencies.items()},
            "lengths": dict(self.lengths),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Statistics:
        """From the database."""
        return cls(content["version"], content["documents"], content["frequencies"], content["lengths"])


def bags_of(passages: Sequence[Passage], tokens: Sequence[Sequence[str]]) -> dict[str, Counter[str]]:
    """Token counts by language."""
    bags: dict[str, Counter[str]] = {}
    for passage, own in zip(passages, tokens, strict=True):
        bags.setdefault(passage.language, Counter()).update(own)
    return bags


def query_terms(challenge: ChallengeSide, statistics: Statistics) -> dict[str, dict[str, float]]:
    """The heaviest terms of a challenge by language: field weight, dampened frequency and idf together."""
    weights: dict[str, dict[str, float]] = {}
    for passage, own in zip(challenge.passages, challenge.tokens, strict=True):
        bag = weights.setdefault(passage.language, {})
        for token in own:
            bag[token] = bag.get(token, 0.0) + FIELD_WEIGHTS.get(passage.field, 1.0)
    terms: dict[str, dict[str, float]] = {}
    for language, bag in weights.items():
        heavy = {token: math.log1p(weight) * statistics.idf(token, language) for token, weight in bag.items()}
        best = sorted(heavy.items(), key=lambda item: (-item[1], item[0]))[:MOST_TERMS]
        terms[language] = {token: weight for token, weight in best if weight > 0.0}
    return terms


def coverage(
    terms: Mapping[str, Mapping[str, float]],
    firm: FirmSide,
    statistics: Statistics,
    translate: Translate | None = None,
) -> float | None:
    """Share (0 to 1) of the challenge's term weight that the firm's texts hold, by the best pair of languages.

    None where either side has no words at all.
    """
    bags = bags_of(firm.passages, firm.tokens)
    shares = [
        _share(own, language, bag, other, statistics, translate)
        for language, own in terms.items()
        for other, bag in bags.items()
        if own and bag
    ]
    return max(shares, default=None)


def _share(
    terms: Mapping[str, float],
    language: str,
    bag: Mapping[str, int],
    other: str,
    statistics: Statistics,
    translate: Translate | None,
) -> float:
    """The term weights found in one bag; across languages by shared tokens (names, acronyms) and translations."""
    length = sum(bag.values())
    norm = K1 * (1 - B + B * length / max(statistics.lengths.get(other, 1.0), 1.0))
    found = total = 0.0
    for token, weight in terms.items():
        total += weight
        count = float(bag.get(token, 0))
        if language != other and translate is not None:
            # Probabilistic structured queries (Darwish and Oard 2003): the frequency of a word in the other language
            # is the expected frequency of its translations.
            expected = sum(p * bag.get(t, 0) for t, p in translate(token, cast("Language", language)))
            count = max(count, expected)
        if count > 0.0:
            found += weight * count * (K1 + 1) / (count + norm)
    return min(1.0, found / (total * (K1 + 1))) if total else 0.0
