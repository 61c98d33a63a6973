"""Bulk encoding in one process a core, each with its own model (never forked: torch may hang after a fork)."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType

import numpy as np

from indexing.loaded_model import BATCH, LoadedModel
from matching.errors import EncoderUnavailable
from matching.model import Floats

PARENT_LOOK_S = 1.0

_model: LoadedModel | None = None  # one in each pool process


def _start(model: str | None) -> None:
    global _model
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    _model = LoadedModel(model)


def _ready() -> None:
    """The first task of a process: its start loads the model."""


def _end_with(parent: int) -> None:
    """A caller that is killed would leave its pool behind: both ends of the queue are open in the pool itself."""
    while os.getppid() == parent:
        time.sleep(PARENT_LOOK_S)
    os._exit(1)


def _encode(texts: Sequence[str]) -> Floats:
    assert _model is not None
    return _model.documents(texts)


class BulkEncoder:
    """Encodes prepared texts in several processes. Use as a context manager.

    A pool is not worth it for fewer than some hundred texts: loading the model takes each process about 10 s, which
    begins at once, beside whatever the caller does meanwhile.
    """

    def __init__(self, model: str | None, processes: int) -> None:
        self._pool = ProcessPoolExecutor(
            processes, mp_context=multiprocessing.get_context("spawn"), initializer=_start, initargs=(model,)
        )
        for _ in range(processes):
            self._pool.submit(_ready)

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Shape (len(texts), dims). Raises EncoderUnavailable where a process died."""
        if not texts:
            raise ValueError("nothing to encode")
        return np.concatenate(list(self.stream(texts[start : start + BATCH] for start in range(0, len(texts), BATCH))))

    def stream(self, batches: Iterable[Sequence[str]]) -> Iterator[Floats]:
        """Vectors of each batch, in their order; whichever process is free takes the next batch. Raises as above."""
        try:
            yield from self._pool.map(_encode, batches)
        except BrokenProcessPool as error:
            raise EncoderUnavailable("an encoding process ended; run the command again to go on") from error

    def __enter__(self) -> BulkEncoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
