"""Bulk encoding in one process a core, each with its own model (never forked: torch may hang after a fork)."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType

import numpy as np

from indexing.encoders import SentenceEncoder
from matching.errors import EncoderUnavailable
from matching.model import Floats

_encoder: SentenceEncoder | None = None  # one in each pool process


def _start(model: str | None) -> None:
    global _encoder
    _encoder = SentenceEncoder(model)


def _encode(texts: Sequence[str]) -> Floats:
    assert _encoder is not None
    return _encoder.encode_prepared(texts)


class BulkEncoder:
    """Encodes prepared texts in several processes. Use as a context manager.

    A single process is not worth a pool for fewer than some thousand texts: loading a model takes 5 s a process.
    """

    def __init__(self, model: str | None, processes: int) -> None:
        self._processes = processes
        self._pool = ProcessPoolExecutor(
            processes, mp_context=multiprocessing.get_context("spawn"), initializer=_start, initargs=(model,)
        )

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Shape (len(texts), dims). Raises EncoderUnavailable where a process died."""
        if not texts:
            raise ValueError("nothing to encode")
        share = -(-len(texts) // self._processes)
        parts = [texts[start : start + share] for start in range(0, len(texts), share)]
        try:
            return np.concatenate(list(self._pool.map(_encode, parts)))
        except BrokenProcessPool as error:
            raise EncoderUnavailable("an encoding process ended; run the command again to go on") from error

    def __enter__(self) -> BulkEncoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
