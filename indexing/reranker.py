"""A sentence-transformers cross-encoder behind the `Reranker` port; none by default."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence

import numpy as np

from matching.errors import RerankerUnavailable
from matching.model import Floats

BATCH = 32
LONGEST_TEXT = 2_000  # characters; a cross-encoder reads some 512 word pieces of query and text together


class CrossEncoderReranker:
    """Loads at construction. Safe for several threads, one at a time."""

    def __init__(self, model: str, threads: int = 1) -> None:
        """Raises RerankerUnavailable where the model cannot be loaded."""
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from sentence_transformers import CrossEncoder

        torch.set_num_threads(threads)
        try:
            self._model = CrossEncoder(model, device="cpu", num_labels=1)
        except (OSError, ValueError, RuntimeError) as error:
            raise RerankerUnavailable(f"the model {model} cannot be loaded: {error}") from error
        self._lock = threading.Lock()  # a fast tokenizer is not to be used by two threads at once

    def scores(self, query: str, texts: Sequence[str]) -> Floats:
        """As the port says."""
        if not texts:
            return np.zeros(0, dtype=np.float32)
        pairs = [(query, text[:LONGEST_TEXT]) for text in texts]
        with self._lock:
            try:
                found = self._model.predict(pairs, batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True)
            except RuntimeError as error:
                raise RerankerUnavailable(f"the model did not answer: {error}") from error
        return np.asarray(found, dtype=np.float32).reshape(len(texts))
