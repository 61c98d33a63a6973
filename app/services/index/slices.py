"""Records that came in many at once: indexed and matched a slice at a time, so that nobody's edit waits for long.

A message names some records of one kind. A run does what fits into about a second, and a message of its own goes on
with the rest. The relay hands such messages out behind all others (`outbox.BULK`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import select

from app.records.store import Work
from app.records.work import Outbox
from app.services.index.fitting import A_SLICE, fitting
from app.services.index.index_records import index_many
from app.services.index.kinds import Kind
from app.services.parts import Parts
from app.services.slice_time import slice_time
from app.services.suggestions.refresh_matches import refresh_challenge, refresh_firm
from app.services.suggestions.sides import Sides
from matching.errors import RejectedDocuments, Unavailable

INDEX, MATCH = "index_slice", "match_slice"


def ask_to_index(work: Work, kind: str, ids: Collection[int]) -> None:
    """Have records indexed and matched, with a message for each slice of them."""
    _tell_slices(work, INDEX, kind, ids)


def ask_to_match(work: Work, kind: str, ids: Collection[int]) -> None:
    """Have records matched anew that are in the index."""
    _tell_slices(work, MATCH, kind, ids)


def _tell_slices(work: Work, topic: str, kind: str, ids: Collection[int]) -> None:
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), A_SLICE):
        work.tell(topic, kind, ids=wanted[start : start + A_SLICE])


def asked_to_index(work: Work, kind: str) -> set[int]:
    """Ids of the records that wait for it."""
    query = select(Outbox.payload).where(Outbox.topic == INDEX, Outbox.key == kind, Outbox.done_at.is_(None))
    return {record_id for payload in work.session.scalars(query) for record_id in payload["ids"]}


def index_slice(parts: Parts, key: str, payload: Mapping[str, Any]) -> None:
    """Index the first records of a message with one encoding and one write; the rest follows with another message."""
    kind, ids = cast("Kind", key), list(payload["ids"])
    first = fitting(parts, kind, ids)
    now, rest = ids[:first], ids[first:]
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
    sides, time_is_up = Sides(parts), slice_time(parts.settings)
    done = 0
    for record_id in ids:
        try:
            refresh(parts, record_id, sides)
        except Unavailable:
            raise
        except Exception:
            _one_by_one(parts, f"match_{kind}", [record_id])
        done += 1
        if time_is_up():
            break
    if done < len(ids):
        with parts.store.write() as work:
            work.tell(MATCH, kind, ids=ids[done:])


def _one_by_one(parts: Parts, topic: str, ids: Sequence[int]) -> None:
    """A message each: the record that fails is named by its own run, and keeps no other from being done."""
    with parts.store.write() as work:
        for record_id in ids:
            work.tell(topic, record_id)
