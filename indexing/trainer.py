"""The model that is tuned, its optimizer and its checkpoint: one step at a time towards given vectors."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from indexing.encoders import TUNED
from indexing.loaded_model import bfloat16_is_faster, load_model
from indexing.tuning_loss import distance
from matching.errors import MatchmakingError
from matching.model import Floats

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

CHECKPOINT = "checkpoint.pt"
SAVE_EVERY_S = 120.0
WARM_UP = 0.05  # of all steps

Batch = Sequence[tuple[str, int]]  # (text, place of its target)


class TuningRefused(MatchmakingError):
    """The folder holds the checkpoint of another plan or of other pairs."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Mean cosine to the teacher's vectors of the English originals."""

    glosses: float
    english: float


class Trainer:
    """The packaged model on the GPU where there is one, in bfloat16 where that is faster.

    Word vectors stay as they are: they are half of all weights, and those of words that the pairs lack could not
    follow. Dropout is off: an English text then starts with no error at all, and moves only where glosses pull it.
    """

    def __init__(self, folder: Path, fingerprint: str, rate: float, threads: int) -> None:
        import torch

        self._folder, self._fingerprint, self._rate = folder, fingerprint, rate
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._bfloat16 = self._device == "cuda" or bfloat16_is_faster()
        self._model: SentenceTransformer = load_model(None, threads).to(self._device)
        self._trained = {name: own for name, own in self._model.named_parameters() if "word_embeddings" not in name}
        self._model.requires_grad_(False)
        for own in self._trained.values():
            own.requires_grad_(True)
        self._optimizer = torch.optim.AdamW(self._trained.values(), lr=rate, weight_decay=0.0)
        self.step = 0

    def resume(self) -> None:
        """Take up weights, the optimizer's state and the position of an earlier call. Raises TuningRefused."""
        import torch

        path = self._folder / CHECKPOINT
        if not path.exists():
            return
        kept = torch.load(path, map_location=self._device, weights_only=True)
        if kept["fingerprint"] != self._fingerprint:
            raise TuningRefused(f"{path} is of another plan or of other pairs: name another folder, or remove it")
        self._model.load_state_dict(kept["weights"], strict=False)
        self._optimizer.load_state_dict(kept["optimizer"])
        self.step = int(kept["step"])

    def train(
        self,
        batches: Sequence[Batch],
        targets: Floats,
        deadline: float,
        save_every_s: float,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        """From the present step on, until the batches or the time are used up."""
        saved = time.monotonic()
        while self.step < len(batches) and time.monotonic() < deadline:
            batch = batches[self.step]
            self._learn([text for text, _ in batch], targets[[place for _, place in batch]], len(batches))
            self.step += 1
            if time.monotonic() - saved >= save_every_s:
                self._save()
                saved = time.monotonic()
            if progress is not None:
                progress(self.step, len(batches))
        self._save()

    def _learn(self, texts: Sequence[str], targets: Floats, total: int) -> None:
        import torch

        share = (self.step + 1) / total
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate * min(share / WARM_UP, (1.0 - share) / (1.0 - WARM_UP) + 1 / total)
        loss = distance(self._vectors(texts), torch.from_numpy(targets).to(self._device))
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()

    def _vectors(self, texts: Sequence[str]) -> torch.Tensor:
        import torch

        features: dict[str, Any] = dict(self._model.preprocess(list(texts)))
        on_device = {key: own.to(self._device) if hasattr(own, "to") else own for key, own in features.items()}
        with torch.autocast(self._device, dtype=torch.bfloat16, enabled=self._bfloat16):
            vectors: torch.Tensor = self._model(on_device)["sentence_embedding"]
        return vectors.float()

    def likeness(self, held: Sequence[tuple[str, str]], targets: Floats, batch: int) -> Likeness:
        """Of the model as it is now, on (gloss, English) and the teacher's vectors of the latter."""
        import torch

        sums = [0.0, 0.0]
        for start in range(0, len(held), batch):
            part = held[start : start + batch]
            for side in (0, 1):
                with torch.no_grad():
                    vectors = self._vectors([pair[side] for pair in part]).cpu().numpy()
                sums[side] += float(np.sum(vectors * targets[start : start + len(part)]))
        return Likeness(sums[0] / max(len(held), 1), sums[1] / max(len(held), 1))

    def _save(self) -> None:
        import torch

        path = self._folder / CHECKPOINT
        whole = {
            "fingerprint": self._fingerprint,
            "step": self.step,
            "weights": {name: own.detach() for name, own in self._trained.items()},
            "optimizer": self._optimizer.state_dict(),
        }
        torch.save(whole, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def write(self, target: Path, told: Mapping[str, object]) -> None:
        """The model as `EMBEDDING_MODEL` takes it, in half precision, marked as one that reads glosses."""
        deepcopy(self._model).to("cpu").half().save(str(target), create_model_card=False)
        for weights in target.glob("*.safetensors"):
            weights.chmod(0o644)  # written for its owner alone; the portal may run as somebody else
        (target / TUNED).write_text(json.dumps(dict(told), indent=1) + "\n", encoding="utf-8")
