"""Queries that wait for the model are encoded together: its weights are read once for all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from matching.model import Floats

# Four or eight at once cost 0.57 of one by itself each, two 0.68. All are brought to the length of the longest, so that
# only texts of like length gain. docs/benchmarks.md, "Queries together"
MOST = 8
ALIKE = 80  # characters by which they may differ


@dataclass(eq=False, slots=True)
class _Query:
    text: str
    vector: Floats | None = None


class QueryBatches:
    """Called by many threads with a text each; whoever has the turn answers for those who wait ("dynamic batching").

    Nobody is waited for: a query that comes alone is encoded at once.
    """

    def __init__(
        self, turn: Callable[[], AbstractContextManager[None]], encode: Callable[[Sequence[str]], Floats]
    ) -> None:
        """`turn`: held by one at a time. `encode`: texts to vectors, shape (len(texts), dims); called with the turn."""
        self._turn = turn
        self._encode = encode
        self._lock = threading.Lock()
        self._waiting: list[_Query] = []

    def __call__(self, text: str) -> Floats:
        """Shape (1, dims). Raises what `encode` raises for this text."""
        own = _Query(text)
        with self._lock:
            self._waiting.append(own)
        with self._turn():
            return self._answer(own) if own.vector is None else own.vector

    def _answer(self, own: _Query) -> Floats:
        """Those whom an error leaves without an answer try again by themselves, each at its own turn."""
        with self._lock:
            others = [one for one in self._waiting if one is not own and _alike(one.text, own.text)]
            batch = [own, *others[: MOST - 1]]
            self._waiting = [one for one in self._waiting if one not in batch]
        try:
            vectors = self._encode([one.text for one in batch])
        except Exception:  # of whichever text, and whatever the model raises
            if len(batch) == 1:
                raise
            return self._encode([own.text])
        for place, one in enumerate(batch):
            one.vector = vectors[place : place + 1]
        return vectors[:1]


def _alike(one: str, other: str) -> bool:
    return abs(len(one) - len(other)) <= ALIKE
