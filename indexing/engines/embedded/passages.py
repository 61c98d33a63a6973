"""Exact nearest passages: one matrix product a part, the best passage of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from indexing.engines.embedded.parts import Codes, Numbers, Part
from matching.errors import DimensionMismatch
from matching.model import Floats

NO_PASSAGE = -2.0  # below every cosine


class Passages:
    """The vectors of all parts, mapped from their files: row i has the passages from `starts[i]` on."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = [part for part in parts if len(part.vectors)]
        self._firsts = np.cumsum([0, *(len(part.vectors) for part in self._parts)])
        counts = np.concatenate([np.zeros(0, dtype=np.int32), *(part.passages for part in parts)])
        self._ends = np.cumsum(counts)
        self._starts = self._ends - counts
        self._owners = np.flatnonzero(counts)  # rows that have a passage

    def cosines(self, vectors: Floats) -> Floats:
        """Cosine of each vector with each passage: shape (len(vectors), passages).

        Raises DimensionMismatch where the vectors come from another encoder.
        """
        for part in self._parts:
            if part.vectors.shape[1] != vectors.shape[1]:
                raise DimensionMismatch(f"{vectors.shape[1]} dims, the index has {part.vectors.shape[1]}")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit = vectors / np.where(lengths > 0, lengths, 1.0)
        return np.concatenate(
            [np.zeros((len(vectors), 0), dtype=np.float32), *(unit @ part.vectors.T for part in self._parts)], axis=1
        )

    def best(self, cosines: Floats) -> Floats:
        """The best of each row: shape (len(cosines), rows); NO_PASSAGE for rows without one."""
        best = np.full((len(cosines), len(self._ends)), NO_PASSAGE, dtype=np.float32)
        if len(self._owners):
            best[:, self._owners] = np.maximum.reduceat(cosines, self._starts[self._owners], axis=1)
        return best

    def whole(self, vector: Floats, rows: Numbers) -> Floats:
        """Cosine of one vector with the mean of all passages of each of these rows; each has a passage."""
        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        unit = vector / max(float(np.linalg.norm(vector)), 1e-9)
        cosines: Floats = self._means[np.searchsorted(self._owners, rows)] @ unit
        return cosines

    def wholes(self, rows: Mapping[str, int]) -> dict[str, Floats]:
        """The mean of all passages of each row that has one, of length 1, shape (dims,), by the name of the row."""
        held = {name: row for name, row in rows.items() if self._ends[row] > self._starts[row]}
        if not held:
            return {}
        return dict(zip(held, self._means[np.searchsorted(self._owners, list(held.values()))], strict=True))

    @cached_property
    def _means(self) -> Floats:
        """Of the rows that have a passage: the sum of their passages' vectors, scaled to length 1."""
        sums = np.concatenate(
            [np.add.reduceat(part.vectors, _starts(part.passages[part.passages > 0]), axis=0) for part in self._parts]
        )
        means: Floats = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        return means

    def best_key(self, cosines: Floats, row: int) -> str:
        """Key of the best passage of a row, given the cosines of one vector: shape (passages,)."""
        start = int(self._starts[row])
        place = start + int(np.argmax(cosines[start : self._ends[row]]))
        at = int(np.searchsorted(self._firsts, place, side="right")) - 1
        return self._parts[at].keys[place - int(self._firsts[at])]


def _starts(counts: Codes) -> Numbers:
    """Where the passages of each row begin."""
    starts: Numbers = np.cumsum(counts, dtype=np.int64) - counts
    return starts
