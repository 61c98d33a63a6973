"""Long work on the index as jobs: each run takes a slice of its time, and a message of its own goes on with the rest.

A worker's task may take 75 s at most, and other tasks wait meanwhile; a rebuild of ten thousand records takes longer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from sqlalchemy import select, update

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.queries import visible_versions
from app.records.store import Work
from app.records.work import JobRun, Outbox
from app.services.access import ensure, may_administer
from app.services.actor import Actor
from app.services.index.index_records import ALIASES, Kind, drift_of, index_many, index_record, rebuild_index
from app.services.parts import Parts
from indexing.rebuild import OutOfTime
from matching.errors import IllegalMove, InvalidInput, RejectedDocuments

SLICE_S = 25.0  # well below the worker's limit, whatever the last batch of a slice takes
A_BATCH = 50  # records: with no vector kept yet, encoding them takes up to 20 s of a slow processor
WORK = {"rebuild": "rebuild_index", "sweep": "sweep_index"}  # what an administrator may ask for → topic


def ask_for_index_work(work: Work, actor: Actor, kind: str, what: str) -> None:
    """Send a rebuild or a sweep to the workers. Raises Forbidden, InvalidInput, IllegalMove where one is under way."""
    ensure(may_administer(actor), "rebuild an index")
    if kind not in ALIASES or what not in WORK:
        raise InvalidInput({"kind": "unknown_value"})
    query = select(Outbox.id).where(Outbox.topic == WORK[what], Outbox.key == kind, Outbox.done_at.is_(None))
    if work.session.scalar(query.limit(1)) is not None:
        raise IllegalMove(f"{what} of {kind} is under way")
    work.tell(WORK[what], kind)
    work.audit(actor.user_id, f"{what}_index", "index", None, kind=kind)


def rebuild_slice(parts: Parts, key: str, payload: Mapping[str, Any]) -> None:
    """Go on with a rebuild, or begin one."""
    kind = cast("Kind", key)
    try:
        rebuild_index(
            parts,
            kind,
            progress=lambda done, total: note_progress(parts, "rebuild_index", key, done, total),
            begun=payload.get("build"),
            batch=A_BATCH,
            time_is_up=_clock(),
        )
    except OutOfTime as error:
        with parts.store.write() as work:
            work.tell("rebuild_index", key, build=error.name)


def sweep_slice(parts: Parts, key: str, _payload: Mapping[str, Any]) -> None:
    """Mend what differs between index and database, as far as the time goes."""
    kind, time_is_up = cast("Kind", key), _clock()
    wrong = [record_id for ids in drift_of(parts, kind) for record_id in ids]
    refused: list[RejectedDocuments] = []
    for number, record_id in enumerate(wrong, start=1):
        try:
            index_record(parts, kind, record_id)
            with parts.store.write() as work:
                work.tell(f"match_{kind}", record_id)  # what drifted in the index was not matched either
        except RejectedDocuments as error:  # its cause is noted; the others must not wait for it
            refused.append(error)
        note_progress(parts, "sweep_index", key, number, len(wrong))
        if time_is_up() and number < len(wrong) and len(refused) < number:
            with parts.store.write() as work:
                work.tell("sweep_index", key)
            return
    if refused:
        raise RejectedDocuments([record_id for error in refused for record_id in error.ids])


def reindex_code_slice(parts: Parts, key: str, payload: Mapping[str, Any]) -> None:
    """Write the documents anew that hold the labels of a sector or technology."""
    time_is_up = _clock()
    for kind in ALIASES:
        if kind == "challenge" and payload.get("kind") == "firm":
            continue  # an earlier slice has done them
        after = int(payload.get("after", 0)) if payload.get("kind", "challenge") == kind else 0
        with parts.store.read() as work:
            ids = [record_id for record_id in ids_using(work, kind, key) if record_id > after]
        for start in range(0, len(ids), A_BATCH):
            if start and time_is_up():
                with parts.store.write() as work:
                    work.tell("reindex_code", key, kind=kind, after=ids[start - 1])
                return
            index_many(parts, kind, ids[start : start + A_BATCH])
            note_progress(parts, "reindex_code", key, min(start + A_BATCH, len(ids)), len(ids))


def ids_using(work: Work, kind: Kind, code: str) -> list[int]:
    """Ids of the records in the index that name a sector or technology, in order."""
    table = Challenge if kind == "challenge" else FirmProfile
    visible = visible_versions(work, kind)
    rows = work.session.execute(select(table.id, table.sectors, table.technologies).order_by(table.id))
    return [key for key, sectors, technologies in rows if key in visible and code in (*sectors, *technologies)]


def note_progress(parts: Parts, job: str, key: str, done: int, total: int) -> None:
    """Let administrators see how far a running job is."""
    running = (JobRun.job == job, JobRun.key == key, JobRun.state == "running")
    with parts.store.write() as work:
        work.session.execute(update(JobRun).where(*running).values(done=done, total=total))


def _clock() -> Callable[[], bool]:
    end = time.monotonic() + SLICE_S
    return lambda: time.monotonic() > end
