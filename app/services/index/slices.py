"""Records that came in many at once: indexed and matched a slice at a time, so that nobody's edit waits for long.

A message names some records of one kind. A run does what fits into about a second, and a message of its own goes on
with the rest. The relay hands such messages out behind all others (`outbox.BULK`).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from app.records.challenges import Challenge
from app.records.store import Work
from app.services.describe import challenge_texts, firm_texts
from app.services.index.index_records import Kind, index_many, rows_of
from app.services.parts import Parts
from app.services.suggestions.refresh_matches import refresh_challenge, refresh_firm
from app.services.suggestions.sides import Sides
from indexing.passages import passages_of
from indexing.vectors import text_hash
from matching.errors import RejectedDocuments, Unavailable

INDEX, MATCH = "index_slice", "match_slice"
A_SLICE = 50  # records, where their vectors are kept already
NEW_PASSAGES = 24  # encoded in one go: a slow processor takes about a second
SLICE_S = 1.0  # of matching


def ask_to_index(work: Work, kind: str, ids: Collection[int]) -> None:
    """Have records indexed and matched, with one message for all of them."""
    if ids:
        work.tell(INDEX, kind, ids=sorted(set(ids)))


def index_slice(parts: Parts, key: str, payload: Mapping[str, Any]) -> None:
    """Index the first records of a message with one encoding and one write; the rest follows with another message."""
    kind, ids = cast("Kind", key), list(payload["ids"])
    fitting = _fitting(parts, kind, ids[:A_SLICE])
    now, rest = ids[:fitting], ids[fitting:]
    refused: RejectedDocuments | None = None
    try:
        index_many(parts, kind, now)
    except RejectedDocuments as error:  # every other one of the slice is written, and must not wait for it
        refused = error
    except Unavailable:
        raise
    except Exception:
        _one_by_one(parts, f"index_{kind}", now)
        now = []
    written = [record_id for record_id in now if refused is None or str(record_id) not in refused.ids]
    with parts.store.write() as work:
        ask_to_index(work, kind, rest)
        if written:
            work.tell(MATCH, kind, ids=written)
    if refused is not None:
        raise refused


def match_slice(parts: Parts, key: str, payload: Mapping[str, Any]) -> None:
    """Refresh the suggestions of the first records of a message; the rest follows with another one."""
    kind, ids = cast("Kind", key), list(payload["ids"])
    refresh = refresh_challenge if kind == "challenge" else refresh_firm
    sides, end = Sides(parts), time.monotonic() + SLICE_S
    done = 0
    for record_id in ids:
        try:
            refresh(parts, record_id, sides)
        except Unavailable:
            raise
        except Exception:
            _one_by_one(parts, f"match_{kind}", [record_id])
        done += 1
        if time.monotonic() > end:
            break
    if done < len(ids):
        with parts.store.write() as work:
            work.tell(MATCH, kind, ids=ids[done:])


def _one_by_one(parts: Parts, topic: str, ids: Sequence[int]) -> None:
    """A message each: the record that fails is named by its own run, and keeps no other from being done."""
    with parts.store.write() as work:
        for record_id in ids:
            work.tell(topic, record_id)


def _fitting(parts: Parts, kind: Kind, ids: Sequence[int]) -> int:
    """How many of these records, from the first on, can be encoded in one go; at least one."""
    with parts.store.read() as work:
        rows = rows_of(work, kind, ids)
    hashes: list[set[bytes]] = []
    for record_id in ids:
        row = rows.get(record_id)
        texts = [] if row is None else challenge_texts(row) if isinstance(row, Challenge) else firm_texts(row)
        hashes.append({text_hash(parts.encoder.prepare(one.text, one.language)) for one in passages_of(texts)})
    held = parts.vectors.load(parts.encoder.identity, list(set().union(*hashes)))
    new: set[bytes] = set()
    for number, own in enumerate(hashes):
        new |= own - held.keys()
        if len(new) > NEW_PASSAGES and number:
            return number
    return len(ids)
