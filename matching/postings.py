"""Sets of codes and bags of words of many firms as arrays, for `matching.table`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import numpy as np
import numpy.typing as npt

from matching.model import Language
from matching.words import K1, B, Statistics, Translate

Values = npt.NDArray[np.float64]  # one for each firm; not a number where it is unknown
Rows = npt.NDArray[np.int64]


class Codes:
    """Sets of codes by firm."""

    def __init__(self, sets: Iterable[Iterable[str]]) -> None:
        rows: dict[str, list[int]] = {}
        known = []
        for number, codes in enumerate(sets):
            own = set(codes)
            known.append(bool(own))
            for code in own:
                rows.setdefault(code, []).append(number)
        self.known = np.array(known, dtype=bool)
        self._rows: dict[str, Rows] = {code: np.array(own, dtype=np.int64) for code, own in rows.items()}

    def rows(self, code: str) -> Rows:
        """The firms that hold a code."""
        return self._rows.get(code, np.zeros(0, dtype=np.int64))

    def share(self, wanted: frozenset[str]) -> Values | None:
        """Share of what is wanted that each firm offers; unknown for firms that say nothing."""
        if not wanted:
            return None
        counts = np.where(self.known, 0.0, np.nan)
        for code in wanted:
            counts[self.rows(code)] += 1.0
        return counts / len(wanted)

    def any_of(self, wanted: frozenset[str]) -> Values | None:
        """1 where a firm holds any of the codes, else 0; unknown for firms that say nothing."""
        share = self.share(wanted)
        return None if share is None else np.where(np.isnan(share), np.nan, (share > 0.0).astype(np.float64))


class Postings:
    """The bags of words of one language: token → firms and counts."""

    def __init__(self, bags: Sequence[tuple[int, Mapping[str, int]]]) -> None:
        postings: dict[str, tuple[list[int], list[int]]] = {}
        filled = [(number, bag) for number, bag in bags if bag]
        for number, bag in filled:
            for token, count in bag.items():
                rows, counts = postings.setdefault(token, ([], []))
                rows.append(number)
                counts.append(count)
        self._owners = np.array([number for number, _ in filled], dtype=np.int64)
        self._lengths = np.array([sum(bag.values()) for _, bag in filled], dtype=np.float64)
        self._postings = {
            token: (np.array(rows, dtype=np.int64), np.array(counts, dtype=np.float64))
            for token, (rows, counts) in postings.items()
        }

    def share(
        self,
        terms: Mapping[str, float],
        language: str,
        other: str,
        size: int,
        statistics: Statistics,
        translate: Translate | None,
    ) -> Values:
        """As `matching.words` counts it, for every firm; unknown for firms without words in this language."""
        norm = np.full(size, K1)
        norm[self._owners] = K1 * (1 - B + B * self._lengths / max(statistics.lengths.get(other, 1.0), 1.0))
        found = np.full(size, np.nan)
        found[self._owners] = 0.0
        total = 0.0
        for token, weight in terms.items():
            total += weight
            partners = translate(token, cast("Language", language)) if language != other and translate else ()
            rows, counts = self._expected(token, partners, size)
            found[rows] += weight * counts * (K1 + 1) / (counts + norm[rows])
        return np.minimum(1.0, found / (total * (K1 + 1))) if total else np.where(np.isnan(found), np.nan, 0.0)

    def _expected(self, token: str, partners: Sequence[tuple[str, float]], size: int) -> tuple[Rows, Values]:
        """Firms that hold the token or a translation of it, and how often: expected, where it is a translation."""
        own = self._postings.get(token, (np.zeros(0, dtype=np.int64), np.zeros(0)))
        if not partners:
            return own
        expected = np.zeros(size)
        for partner, probability in partners:
            if partner in self._postings:
                rows, counts = self._postings[partner]
                expected[rows] += probability * counts
        expected[own[0]] = np.maximum(expected[own[0]], own[1])
        rows = np.flatnonzero(expected > 0.0)
        return rows, expected[rows]
