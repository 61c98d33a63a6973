"""Counts and filters of one keyword field."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexing.engines.embedded.parts import Codes, Mask


class Facet:
    """The codes of all rows in a line, numbered alike over all parts."""

    def __init__(self, parts: Sequence[tuple[list[str], Codes, Codes]], size: int) -> None:
        """`parts`: names, codes and codes a row of each part, in the order of the rows; `size`: number of rows."""
        self._size = size
        self._numbers: dict[str, int] = {}
        codes = [np.zeros(0, dtype=np.int32)]
        lengths = [np.zeros(0, dtype=np.int32)]
        for names, own, counts in parts:
            table = [self._numbers.setdefault(name, len(self._numbers)) for name in names]
            codes.append(np.array(table, dtype=np.int32)[own])
            lengths.append(counts)
        self._codes: Codes = np.concatenate(codes)
        counted = np.concatenate(lengths)
        self._rows: Codes = np.repeat(np.arange(len(counted), dtype=np.int32), counted)
        self._names = list(self._numbers)

    def counts(self, mask: Mask) -> dict[str, int]:
        """Code → number of rows of the mask that hold it."""
        found = np.bincount(self._codes[mask[self._rows]], minlength=len(self._names))
        return {self._names[number]: int(found[number]) for number in np.flatnonzero(found).tolist()}

    def any_of(self, wanted: Sequence[str]) -> Mask:
        """Rows that hold any of the codes."""
        chosen = np.zeros(len(self._names), dtype=bool)
        chosen[[self._numbers[name] for name in wanted if name in self._numbers]] = True
        mask = np.zeros(self._size, dtype=bool)
        mask[self._rows[chosen[self._codes]]] = True
        return mask
