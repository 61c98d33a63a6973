"""Queries through a model without Python in between: its forward pass, recorded once, runs in torch alone.

Of 14 ms for a query half was Python that walks over the modules, with the interpreter to itself. The recording holds
the same weights, not a copy, and lets other threads run meanwhile.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from matching.model import Floats

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

EXAMPLE = "un capteur de température pour le réseau d’eau potable"
# Of several lengths, none and too many words among them, and several at once: what was recorded of one must hold for
# all. The first runs are also those in which torch prepares the recording.
TRIALS = ([""], ["prêt"], ["prêt", "", EXAMPLE], [f"{EXAMPLE} / a temperature sensor"], [f"{EXAMPLE}, " * 100])
TOLERANCE = 1e-5

Encode = Callable[[Sequence[str]], Floats]


class RecordedQueries:
    """The recorded pass with the model's tokenizer, which is not to be used by two threads at once."""

    def __init__(self, model: SentenceTransformer) -> None:
        """Record it. Raises whatever torch and the model raise where they cannot be recorded."""
        import torch

        self._model = model.requires_grad_(False)  # what needs a gradient cannot be part of a recording
        self._prompt = model.prompts.get("query") or None
        example = self._features([EXAMPLE])
        self._names = tuple(example)

        def forward(*tensors: torch.Tensor) -> torch.Tensor:
            vectors = model(dict(zip(self._names, tensors, strict=True)))["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, p=2, dim=1)

        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "may not generalize": `record` tries whether it does
            self._forward = torch.jit.trace(  # type: ignore[no-untyped-call]
                forward, tuple(example.values()), check_trace=False
            )

    def encode(self, texts: Sequence[str]) -> Floats:
        """Shape (len(texts), dims), rows of length 1. All are brought to the length of the longest."""
        import torch

        features = self._features(texts)
        with torch.inference_mode():
            vectors: Floats = self._forward(*(features[name] for name in self._names)).numpy()
        return vectors

    def _features(self, texts: Sequence[str]) -> dict[str, Any]:
        """The tensors that the model makes of texts; what else it notes beside them is the same for each text."""
        import torch

        made = self._model.preprocess(list(texts), prompt=self._prompt)
        return {name: value for name, value in made.items() if isinstance(value, torch.Tensor)}


def record(model: SentenceTransformer, encode: Encode) -> RecordedQueries | None:
    """A recording that gives the vectors of `encode`, the model's own way; None where there is none for this model."""
    try:
        recorded = RecordedQueries(model)
        same = all(np.allclose(recorded.encode(some), encode(some), rtol=0.0, atol=TOLERANCE) for some in TRIALS)
    except Exception:  # a model may be of any make, and its own way always works
        return None
    return recorded if same else None
