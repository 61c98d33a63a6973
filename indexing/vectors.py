"""Vectors of passages, encoded once: kept by the encoder's identity and the hash of the exact text that it got."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from matching.model import Floats, Passage
from matching.ports import Encoder

CHUNK = 256  # texts encoded between two writes to the store: a kill loses at most these


class VectorStore(Protocol):
    """Where vectors are kept (the database, or a file for evaluations)."""

    def load(self, encoder: str, hashes: Sequence[bytes]) -> Mapping[bytes, Floats]:
        """The vectors that are there, by hash; shape (dims,) each."""

    def save(self, encoder: str, vectors: Mapping[bytes, Floats]) -> None:
        """Keep vectors; one that is there already is no error."""


class MemoryVectors:
    """A store that lasts as long as the process."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, bytes], Floats] = {}

    def load(self, encoder: str, hashes: Sequence[bytes]) -> Mapping[bytes, Floats]:
        """As the protocol says."""
        return {key: self._kept[encoder, key] for key in hashes if (encoder, key) in self._kept}

    def save(self, encoder: str, vectors: Mapping[bytes, Floats]) -> None:
        """As the protocol says."""
        self._kept.update({(encoder, key): vector for key, vector in vectors.items()})


def text_hash(prepared: str) -> bytes:
    """Key of a vector: SHA-256 of the exact text that the encoder gets."""
    return hashlib.sha256(prepared.encode("utf-8", "surrogatepass")).digest()


def vectors_of(
    passages: Sequence[Passage],
    encoder: Encoder,
    store: VectorStore,
    encode: Callable[[Sequence[str]], Floats] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Floats:
    """Vectors of passages in their order, shape (len(passages), dims); only new texts are encoded.

    `encode` takes the place of `encoder.encode_prepared` (a pool of processes, see `indexing.bulk`).
    `progress` is told how many of the missing texts are done. Raises EncoderUnavailable.
    """
    if not passages:
        return np.zeros((0, encoder.dims), dtype=np.float32)
    prepared = [encoder.prepare(passage.text, passage.language) for passage in passages]
    hashes = [text_hash(text) for text in prepared]
    found = dict(store.load(encoder.identity, list(dict.fromkeys(hashes))))
    missing = {key: text for key, text in zip(hashes, prepared, strict=True) if key not in found}
    found.update(_encode_missing(missing, encoder, store, encode or encoder.encode_prepared, progress))
    return np.stack([found[key] for key in hashes])


def keep_vectors(
    prepared: Iterable[str],
    encoder: str,
    store: VectorStore,
    encode: Callable[[Sequence[Sequence[str]]], Iterable[Floats]],
    batch: int,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Encode what the store does not hold yet, before it is asked for; returns how many texts that were.

    `encoder` is the identity under which they are kept. `encode` gets batches of texts of like length, long ones
    first, so that no process is left with the longest at the end.
    """
    texts = {text_hash(text): text for text in prepared}
    held = store.load(encoder, list(texts))
    missing = sorted(
        ((key, text) for key, text in texts.items() if key not in held), key=lambda item: len(item[1]), reverse=True
    )
    batches = [missing[start : start + batch] for start in range(0, len(missing), batch)]
    waiting: dict[bytes, Floats] = {}
    done = 0
    for own, vectors in zip(batches, encode([[text for _, text in own] for own in batches]), strict=True):
        waiting.update({key: vector for (key, _), vector in zip(own, vectors, strict=True)})
        done += len(own)
        if len(waiting) >= CHUNK or done == len(missing):
            store.save(encoder, waiting)
            waiting = {}
        if progress is not None:
            progress(done, len(missing))
    return len(missing)


def _encode_missing(
    missing: Mapping[bytes, str],
    encoder: Encoder,
    store: VectorStore,
    encode: Callable[[Sequence[str]], Floats],
    progress: Callable[[int, int], None] | None,
) -> dict[bytes, Floats]:
    by_length = sorted(missing.items(), key=lambda item: len(item[1]))
    done: dict[bytes, Floats] = {}
    for chunk in _chunks(by_length):
        vectors = encode([text for _, text in chunk])
        new = {key: vector for (key, _), vector in zip(chunk, vectors, strict=True)}
        store.save(encoder.identity, new)
        done.update(new)
        if progress is not None:
            progress(len(done), len(by_length))
    return done


def _chunks(items: list[tuple[bytes, str]]) -> Iterable[list[tuple[bytes, str]]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
