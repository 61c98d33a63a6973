"""What the model is tuned on: glossed pairs from a file, and the teacher's vectors, kept for the next time."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from app.services.evaluation.sentence_pairs import SEED, sampled_pairs
from indexing.encoders import SentenceEncoder
from indexing.file_vectors import FileVectors
from indexing.lexicon import Lexicon
from indexing.loaded_model import BATCH, LoadedModel
from indexing.vectors import keep_vectors, text_hash
from matching.model import Floats


def glossed_pairs(source: Path, most: int, lexicon: Lexicon) -> list[tuple[str, str]]:
    """(Gloss, English original), in an order that the file and the limit decide alone. Raises BadPairs."""
    pairs = [
        (lexicon.gloss(french), " ".join(english.split()))
        for own in sampled_pairs(source, most)
        for french, english in own
    ]
    random.Random(SEED).shuffle(pairs)  # noqa: S311 -- an order, no secret
    return [pair for pair in pairs if all(pair)]


def teacher_vectors(
    english: Sequence[str], file: Path, threads: int, progress: Callable[[int, int], None] | None = None
) -> Floats:
    """Vectors of the packaged model, shape (len(english), dims); those that `file` holds are not made anew."""
    teacher = SentenceEncoder(LoadedModel(None, threads))
    store = FileVectors(file)
    keep_vectors(
        english, teacher.identity, store, lambda batches: map(teacher.encode_prepared, batches), BATCH, progress
    )
    hashes = [text_hash(text) for text in english]
    found = store.load(teacher.identity, list(dict.fromkeys(hashes)))
    return np.stack([found[key] for key in hashes])
