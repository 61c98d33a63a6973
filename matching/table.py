"""Many firms as arrays: the totals of one challenge with all of them at once.

The same sums as `matching.scoring`, in another order of additions, so a total may differ from the exact score by a few
tenths of a point (`MARGIN`). It says which pairs are worth scoring exactly; it is never shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from matching import features
from matching.errors import DimensionMismatch
from matching.model import ChallengeSide, FirmSide, Floats, Weights
from matching.postings import Codes, Postings, Values
from matching.words import Statistics, Translate, bags_of, query_terms

MARGIN = 0.31  # points: three features, each cut at another tenth
HIGHEST_TRL = 9
UNLIMITED = 10.0**12


class FirmTable:
    """All firms of a corpus. Memory: the vectors once more, and some 200 bytes a firm and word."""

    def __init__(self, firms: Sequence[FirmSide]) -> None:
        self.firms = tuple(firms)
        self._size = len(self.firms)
        passages = [passage for firm in self.firms for passage in firm.passages]
        held = [firm.vectors for firm in self.firms if len(firm.passages)]
        self._vectors: Floats = np.concatenate(held) if held else np.zeros((0, 0), dtype=np.float32)
        counts = np.array([len(firm.passages) for firm in self.firms], dtype=np.int64)
        self._owners = np.flatnonzero(counts)
        self._starts = (np.cumsum(counts) - counts)[self._owners]
        languages = np.array([passage.language for passage in passages], dtype="<U2")
        self._columns = {str(language): languages == language for language in np.unique(languages)}
        self._words = {language: Postings(rows) for language, rows in self._bags().items()}
        self._technologies = Codes(firm.technologies for firm in self.firms)
        self._sectors = Codes(firm.sectors for firm in self.firms)
        self._collaboration = Codes(firm.collaboration for firm in self.firms)
        self._service = Codes(firm.languages_of_service for firm in self.firms)
        self._places = Codes(_places(firm) for firm in self.firms)
        self._trls = Codes((str(trl) for trl in firm.trls) for firm in self.firms)
        self._budgets = np.array([_bounds(firm.budget) for firm in self.firms], dtype=np.float64).reshape(-1, 2)

    def totals(
        self, challenge: ChallengeSide, statistics: Statistics, weights: Weights, translate: Translate | None = None
    ) -> Values:
        """The total of the challenge with each firm, within `MARGIN` of its score; shape (firms,).

        Raises DimensionMismatch where the vectors come from two encoders.
        """
        best = self._best_passages(challenge, weights)
        values = {
            "meaning": self._meaning(challenge, best),
            "needs": self._needs(challenge, best),
            "words": self._coverage(challenge, statistics, weights, translate),
            "technologies": self._technologies.share(challenge.technologies),
            "sector": self._sectors.any_of(challenge.sectors),
            "maturity": self._maturity(challenge.trl),
            "collaboration": self._collaboration.any_of(challenge.collaboration),
            "place": self._place(challenge),
            "service_language": self._service.share(challenge.languages_of_service),
            "budget": self._budget(challenge.budget),
        }
        return _total(values, weights, self._size)

    def _bags(self) -> dict[str, list[tuple[int, Mapping[str, int]]]]:
        rows: dict[str, list[tuple[int, Mapping[str, int]]]] = {}
        for number, firm in enumerate(self.firms):
            for language, bag in bags_of(firm.passages, firm.tokens).items():
                rows.setdefault(language, []).append((number, bag))
        return rows

    def _best_passages(self, challenge: ChallengeSide, weights: Weights) -> Floats:
        """For each passage of the challenge the best calibrated cosine of each firm; shape (passages, firms)."""
        best = np.full((len(challenge.passages), self._size), np.nan, dtype=np.float32)
        if not len(challenge.passages) or not len(self._owners):
            return best
        if challenge.vectors.shape[1] != self._vectors.shape[1]:
            raise DimensionMismatch(f"{challenge.vectors.shape[1]} and {self._vectors.shape[1]} dims")
        scaled = challenge.vectors @ self._vectors.T
        for ours in {passage.language for passage in challenge.passages}:
            low, span = self._scale(ours, weights)
            for row, passage in enumerate(challenge.passages):
                if passage.language == ours:
                    scaled[row] -= low
                    scaled[row] /= span
        best[:, self._owners] = np.maximum.reduceat(np.clip(scaled, 0.0, 1.0), self._starts, axis=1)
        return best

    def _scale(self, ours: str, weights: Weights) -> tuple[Floats, Floats]:
        """Lower bound and span of the calibration by passage of the firms."""
        low = np.zeros(len(self._vectors), dtype=np.float32)
        span = np.ones(len(self._vectors), dtype=np.float32)
        for theirs, columns in self._columns.items():
            bottom, top = features.bounds_of(weights.calibration, "meaning", f"{ours}-{theirs}")
            low[columns], span[columns] = bottom, top - bottom
        return low, span

    def _meaning(self, challenge: ChallengeSide, best: Floats) -> Values | None:
        if not len(challenge.passages):
            return None
        importance = np.array([features.PASSAGE_WEIGHTS.get(p.field, 1.0) for p in challenge.passages])
        return cast("Values", importance @ best / importance.sum())

    def _needs(self, challenge: ChallengeSide, best: Floats) -> Values | None:
        found, shares = [], []
        for need in challenge.needs:
            if need.passages:
                shares.append(2.0 if need.essential else 1.0)
                found.append(best[list(need.passages)].max(axis=0))
        return np.average(np.array(found), axis=0, weights=shares) if found else None

    def _coverage(
        self, challenge: ChallengeSide, statistics: Statistics, weights: Weights, translate: Translate | None
    ) -> Values | None:
        shares = [
            self._words[other].share(own, language, other, self._size, statistics, translate)
            for language, own in query_terms(challenge, statistics).items()
            for other in self._words
            if own
        ]
        if not shares:
            return None
        low, high = features.bounds_of(weights.calibration, "words", "default")
        best = np.fmax.reduce(np.array(shares), axis=0)  # the best of those that are known
        return cast("Values", np.clip((best - low) / (high - low), 0.0, 1.0))

    def _maturity(self, wanted: tuple[int, int] | None) -> Values | None:
        if wanted is None:
            return None
        low, high = wanted
        best = np.full(self._size, np.nan)
        for trl in range(HIGHEST_TRL + 1):
            distance = max(low - trl, trl - high, 0)
            best[self._trls.rows(str(trl))] = np.fmax(best[self._trls.rows(str(trl))], max(0.0, 1.0 - 0.25 * distance))
        return best

    def _place(self, challenge: ChallengeSide) -> Values | None:
        if challenge.place is None:
            return None
        found = np.where(self._places.known, 0.8 if challenge.remote else 0.3, np.nan)
        found[self._places.rows(challenge.place.casefold())] = 1.0
        return found

    def _budget(self, offered: tuple[int | None, int | None] | None) -> Values | None:
        if offered is None:
            return None
        low = np.maximum(offered[0] or 0, self._budgets[:, 0])
        high = np.minimum(offered[1] or UNLIMITED, self._budgets[:, 1])
        return np.where(low <= high, 1.0, high / np.maximum(low, 1.0))


def _total(values: Mapping[str, Values | None], weights: Weights, size: int) -> Values:
    """As `matching.scoring.parts_of`: the weight of what is unknown is shared among the known features."""
    stacked = np.array(
        [np.full(size, np.nan) if (own := values[name]) is None else own for name in features.FEATURES]
    ).reshape(len(features.FEATURES), size)
    own_weights = np.array([weights.features[name] for name in features.FEATURES])[:, None]
    known = np.where(np.isnan(stacked), 0.0, own_weights).sum(axis=0)
    shares = np.where(known > 0.0, own_weights / np.where(known > 0.0, known, 1.0), 0.0)
    points = np.floor(1000.0 * shares * np.nan_to_num(stacked) + 1e-6) / 10.0
    return cast("Values", points.sum(axis=0))


def _places(firm: FirmSide) -> set[str]:
    return {place.casefold() for place in (*firm.regions, *([firm.place] if firm.place else []))}


def _bounds(budget: tuple[int | None, int | None] | None) -> tuple[float, float]:
    return (np.nan, np.nan) if budget is None else (float(budget[0] or 0), float(budget[1] or UNLIMITED))
