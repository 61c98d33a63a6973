"""Word alignment of sentence pairs: IBM model 1 in both directions, the two made one.

Source: Brown, Della Pietra, Della Pietra and Mercer (1993), The Mathematics of Statistical Machine Translation; the
preference for the diagonal is that of Dyer, Chahuneau and Smith (2013), A Simple, Fast, and Effective
Reparameterization of IBM Model 2. Only numpy: nothing of another's alignment tool is needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

ITERATIONS = 5
DIAGONAL = 4.0  # the value that Dyer et al. start from
NO_PARTNER = 0.08  # prior that a word has no partner on the other side
RAREST = 2  # a word seen once cannot be told from the rest of its sentence

Ints = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.float32]
Pair = tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Cells:
    """Every pair of words of every sentence pair, one sentence after the other.

    `entry` numbers the distinct word pairs; `row` and `column` number the words by their place in the whole text.
    """

    entry: Ints
    row: Ints
    column: Ints
    prior: Numbers
    first: Ints  # of each distinct word pair: word of the first side
    second: Ints


@dataclass(frozen=True, slots=True)
class Aligned:
    """Distinct word pairs with their expected counts, and the places that are aligned in each sentence."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    pairs: tuple[Ints, Ints]  # indexes into the two vocabularies
    counts: Numbers
    points: Sequence[Sequence[tuple[int, int]]]


def align(pairs: Sequence[Pair]) -> Aligned:
    """Align all pairs. A count is the sum over its places of the product of both directions' certainty."""
    vocabularies = _vocabulary(first for first, _ in pairs), _vocabulary(second for _, second in pairs)
    coded = [(_codes(first, vocabularies[0]), _codes(second, vocabularies[1])) for first, second in pairs]
    cells = _cells(coded, len(vocabularies[1]))
    there = _certainty(cells, cells.row, cells.first)
    back = _certainty(cells, cells.column, cells.second)
    both = there * back
    counts = np.bincount(cells.entry, both, minlength=len(cells.first)).astype(np.float32)
    names = tuple(vocabularies[0]), tuple(vocabularies[1])
    return Aligned(*names, (cells.first, cells.second), counts, _points(coded, cells, both))


def _vocabulary(texts: Iterator[Sequence[str]]) -> dict[str, int]:
    counts = Counter(chain.from_iterable(texts))
    return {word: number for number, word in enumerate(sorted(w for w, n in counts.items() if n >= RAREST))}


def _codes(words: Sequence[str], vocabulary: dict[str, int]) -> npt.NDArray[np.int64]:
    """Code of each word by place; -1 for one that is too rare."""
    return np.array([vocabulary.get(word, -1) for word in words], dtype=np.int64)


def _cells(coded: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]], width: int) -> Cells:
    keys, rows, columns, priors = [], [], [], []
    at_first = at_second = 0
    for first, second in coded:
        mine, theirs = np.flatnonzero(first >= 0), np.flatnonzero(second >= 0)
        if len(mine) and len(theirs):
            keys.append((first[mine, None] * width + second[None, theirs]).ravel())
            rows.append(np.repeat((at_first + mine).astype(np.int32), len(theirs)))
            columns.append(np.tile((at_second + theirs).astype(np.int32), len(mine)))
            distance = np.abs((mine[:, None] + 0.5) / len(first) - (theirs[None, :] + 0.5) / len(second))
            priors.append(np.exp(-DIAGONAL * distance).ravel().astype(np.float32))
        at_first += len(first)
        at_second += len(second)
    distinct, entry = np.unique(np.concatenate(keys), return_inverse=True)
    return Cells(
        entry.astype(np.int32),
        np.concatenate(rows),
        np.concatenate(columns),
        np.concatenate(priors),
        (distinct // width).astype(np.int32),
        (distinct % width).astype(np.int32),
    )


def _certainty(cells: Cells, explained_by: Ints, given: Ints) -> Numbers:
    """How surely each cell is a link, where each word of the other side picks one word of the `given` side.

    `explained_by` numbers the words that are picked; the words that pick are those of the other side.
    """
    picking = cells.column if explained_by is cells.row else cells.row
    scale = np.bincount(picking, cells.prior)
    prior = cells.prior / np.maximum(scale[picking], 1e-9).astype(np.float32) * np.float32(1 - NO_PARTNER)
    chance = np.full(len(given), 1.0 / max(int(given.max()) + 1, 1), dtype=np.float32)
    alone = np.float32(NO_PARTNER / max(int(given.max()) + 1, 1))
    weight = prior
    for _ in range(ITERATIONS):
        weight = prior * chance[cells.entry]
        sums = np.bincount(picking, weight).astype(np.float32) + alone
        weight /= sums[picking]
        counts = np.bincount(cells.entry, weight, minlength=len(given))
        totals = np.bincount(given, counts)
        chance = (counts / np.maximum(totals[given], 1e-12)).astype(np.float32)
    return weight.astype(np.float32)


def _points(
    coded: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]], cells: Cells, both: Numbers
) -> list[list[tuple[int, int]]]:
    """The links that both directions are rather sure of, by sentence, as places in it."""
    points: list[list[tuple[int, int]]] = []
    start = at_first = at_second = 0
    for first, second in coded:
        size = int((first >= 0).sum()) * int((second >= 0).sum())
        sure = np.flatnonzero(both[start : start + size] > 0.3) + start
        points.append([(int(cells.row[i]) - at_first, int(cells.column[i]) - at_second) for i in sure])
        start += size
        at_first += len(first)
        at_second += len(second)
    return points
