"""Encode the passages of all public records before they are indexed and matched, in one process a core."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial

from app.services.parts import Parts
from app.services.public_texts import every_text
from indexing.bulk import BulkEncoder
from indexing.loaded_model import BATCH
from indexing.passages import passages_of
from indexing.vectors import keep_vectors
from matching.model import Floats

WORTH_A_POOL = 400  # passages: below, this process has them encoded before the others have loaded their models

Progress = Callable[[int, int], None]


def encode_records(parts: Parts, processes: int | None = None, progress: Progress | None = None) -> int:
    """Encode what is not encoded yet; returns how many passages that were. Raises EncoderUnavailable.

    `processes`: None for one a core. What is done is kept, so a run that was stopped goes on where it was.
    """
    passages = [passage for texts in every_text(parts.store) for passage in passages_of(texts)]
    with ExitStack() as stack:
        start_pool = partial(_pool, stack, parts.settings.embedding_model, processes or cores())
        # Whatever is kept under another model counts here too, so this is the least that is missing. The processes
        # start before this one loads its own model, so that all load at the same time.
        pool = start_pool(len(passages) - parts.vectors.count())
        encoder = parts.encoder

        def encode(batches: Sequence[Sequence[str]]) -> Iterator[Floats]:
            found = pool or start_pool(sum(map(len, batches)))
            return found.stream(batches) if found is not None else map(encoder.encode_prepared, batches)

        prepared = (encoder.prepare(passage.text, passage.language) for passage in passages)
        return keep_vectors(prepared, encoder.identity, parts.vectors, encode, BATCH, progress)


def _pool(stack: ExitStack, model: str | None, processes: int, texts: int) -> BulkEncoder | None:
    wanted = min(processes, 1 + max(texts, 0) // WORTH_A_POOL)
    return stack.enter_context(BulkEncoder(model, wanted)) if wanted > 1 else None


def cores() -> int:
    """Cores that this process may use: a container may have fewer than its machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
