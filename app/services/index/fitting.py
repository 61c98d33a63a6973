"""How many records a worker may encode in one go: whoever edits a page meanwhile waits for it."""

from __future__ import annotations

from collections.abc import Sequence

from app.records.queries import records_by_id
from app.services.index.kinds import Kind
from app.services.parts import Parts
from app.services.public_texts import texts_of
from indexing.passages import passages_of
from indexing.vectors import text_hash

A_SLICE = 50  # records, where their vectors are kept already
NEW_PASSAGES = 24  # encoded in one go: a slow processor takes about a second


def fitting(parts: Parts, kind: Kind, ids: Sequence[int]) -> int:
    """How many of these records, from the first on, can be encoded in one go; at least one, at most a slice."""
    ids = ids[:A_SLICE]
    with parts.store.read() as work:
        rows = records_by_id(work, kind, ids)
    hashes: list[set[bytes]] = []
    for record_id in ids:
        row = rows.get(record_id)
        texts = texts_of(row) if row is not None else []
        hashes.append({text_hash(parts.encoder.prepare(one.text, one.language)) for one in passages_of(texts)})
    held = parts.vectors.load(parts.encoder.identity, list(set().union(*hashes)))
    new: set[bytes] = set()
    for number, own in enumerate(hashes):
        new |= own - held.keys()
        if len(new) > NEW_PASSAGES and number:
            return number
    return len(ids)
