"""Tune the packaged English model on glossed French: it learns to give a gloss the vector of the English original.

Source: Reimers and Gurevych (2020), Making Monolingual Sentence Embeddings Multilingual using Knowledge Distillation.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from indexing.trainer import SAVE_EVERY_S, Batch, Likeness, Trainer
from indexing.tuning_loss import OWN, SHARPNESS
from matching.model import Floats

MODEL = "model"
POOL = 64  # batches that are cut from texts sorted by length, so that little of a batch is padding

Pairs = Sequence[tuple[str, str]]  # (gloss, English original)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be trained, and how. The same plan and pairs go the same way on the same processor."""

    epochs: int = 1
    rate: float = 1e-4
    batch: int = 64
    english: float = 0.5  # English originals beside the glosses: so many for each gloss
    checked: int = 500  # pairs that are held back, to see what it did
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Tuned:
    """How far it came. `done` < `total` where time was up: the same call goes on."""

    done: int
    total: int
    before: Likeness
    after: Likeness
    folder: Path


def tune(
    pairs: Pairs,
    targets: Floats,
    folder: Path,
    plan: Plan,
    *,
    lexicon: str,
    threads: int = 1,
    seconds: float = float("inf"),
    save_every_s: float = SAVE_EVERY_S,
    progress: Callable[[int, int], None] | None = None,
) -> Tuned:
    """Train on (gloss, English original) towards `targets`, the teacher's vector of each original.

    Goes on from the checkpoint in `folder` where there is one; writes `folder/model` in half precision, marked with
    the identity of the `lexicon` that glossed. Raises TuningRefused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held, used = pairs[: plan.checked], range(plan.checked, len(pairs))
    trainer = Trainer(folder, _fingerprint(plan, pairs), plan.rate, threads)
    before = trainer.likeness(held, targets, plan.batch)
    batches = [batch for epoch in range(plan.epochs) for batch in _batches(pairs, used, plan, epoch)]
    trainer.resume()
    trainer.train(batches, targets, time.monotonic() + seconds, save_every_s, progress)
    told = {"reads": "French glossed", "lexicon": lexicon, "pairs": len(used), "steps": trainer.step}
    trainer.write(folder / MODEL, told | asdict(plan))
    return Tuned(trainer.step, len(batches), before, trainer.likeness(held, targets, plan.batch), folder / MODEL)


def _batches(pairs: Pairs, used: Sequence[int], plan: Plan, epoch: int) -> Iterator[Batch]:
    """The order of one epoch: glosses, and a share of the originals themselves."""
    chance = random.Random(plan.seed * 1000 + epoch)  # noqa: S311 -- an order, no secret
    items = [(pairs[place][0], place) for place in used]
    kept = chance.sample(used, round(plan.english * len(used)))
    items.extend((pairs[place][1], place) for place in kept)
    chance.shuffle(items)
    for start in range(0, len(items), POOL * plan.batch):
        pool = sorted(items[start : start + POOL * plan.batch], key=lambda item: len(item[0]))
        cut = [pool[at : at + plan.batch] for at in range(0, len(pool), plan.batch)]
        chance.shuffle(cut)
        yield from cut


def _fingerprint(plan: Plan, pairs: Pairs) -> str:
    return hashlib.sha256(json.dumps([asdict(plan), OWN, SHARPNESS, list(pairs)]).encode()).hexdigest()
