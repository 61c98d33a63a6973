"""Long work on the index as jobs: each run takes a slice of its time, and a message of its own goes on with the rest.

A worker's task may take 75 s at most, and whoever edits a page waits for it; a rebuild of ten thousand records takes
longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import select, update

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.queries import visible_versions
from app.records.store import Work
from app.records.work import JobRun, Outbox
from app.services.access import ensure, may_administer
from app.services.actor import Actor
from app.services.index.fitting import fitting
from app.services.index.index_records import index_many
from app.services.index.kinds import ALIASES, Kind, is_outdated
from app.services.index.rebuild_index import rebuild_index
from app.services.index.slices import ask_to_index, ask_to_match, asked_to_index
from app.services.index.sweep_index import drift_of
from app.services.parts import Parts
from app.services.slice_time import slice_time
from indexing.rebuild import OutOfTime, Unfinished
from matching.errors import IllegalMove, InvalidInput, RejectedDocuments

WORK = {"rebuild": "rebuild_index", "sweep": "sweep_index"}  # what an administrator may ask for → topic


def ask_for_index_work(work: Work, actor: Actor, kind: str, what: str) -> None:
    """Send a rebuild or a sweep to the workers. Raises Forbidden, InvalidInput, IllegalMove where one is under way."""
    ensure(may_administer(actor), "rebuild an index")
    if kind not in ALIASES or what not in WORK:
        raise InvalidInput({"kind": "unknown_value"})
    if _under_way(work, WORK[what], kind):
        raise IllegalMove(f"{what} of {kind} is under way")
    work.tell(WORK[what], kind)
    work.audit(actor.user_id, f"{what}_index", "index", None, kind=kind)


def rebuild_slice(parts: Parts, key: str, payload: Mapping[str, Any]) -> None:
    """Go on with a rebuild, or begin one. What the engine refused goes with the build from slice to slice.

    Raises RejectedDocuments, naming all of them, after the new build was taken into use.
    """
    kind = cast("Kind", key)
    try:
        rebuilt = rebuild_index(
            parts,
            kind,
            progress=lambda done, total: note_progress(parts, "rebuild_index", key, done, total),
            begun=_begun(payload),
            fitting=lambda ids: fitting(parts, kind, ids),
            time_is_up=slice_time(parts.settings),
        )
    except OutOfTime as error:
        with parts.store.write() as work:
            work.tell("rebuild_index", key, build=error.unfinished.name, refused=dict(error.unfinished.refused))
        return
    if rebuilt.rejected:
        raise RejectedDocuments(list(rebuilt.rejected), rebuilt.rejected)


def _begun(payload: Mapping[str, Any]) -> Unfinished | None:
    if "build" not in payload:
        return None
    refused = payload.get("refused", {})
    return Unfinished(payload["build"], {key: (version, cause) for key, (version, cause) in refused.items()})


def sweep(parts: Parts, key: str, _payload: Mapping[str, Any]) -> None:
    """Have what differs between index and database mended, a slice at a time, behind everybody's edits.

    It is matched anew too: what did not reach the index was not matched either. What waits for its slice since an
    import, or an earlier sweep, is not asked for twice. A build for another schema or encoder is rebuilt instead.
    """
    kind = cast("Kind", key)
    if is_outdated(parts, kind):
        _ask_to_rebuild(parts, kind)
        return
    wrong = {record_id for ids in drift_of(parts, kind) for record_id in ids}
    with parts.store.write() as work:
        asked = asked_to_index(work, kind)
        ask_to_index(work, kind, wrong - asked)
    note_progress(parts, "sweep_index", key, len(wrong - asked), len(wrong))


def _ask_to_rebuild(parts: Parts, kind: Kind) -> None:
    """Once: what is under way is not asked for again. Matches rest on the same vectors, so challenges follow."""
    with parts.store.write() as work:
        if _under_way(work, "rebuild_index", kind):
            return
        work.tell("rebuild_index", kind)
        if kind == "challenge":
            ask_to_match(work, kind, visible_versions(work, kind))


def _under_way(work: Work, topic: str, kind: str) -> bool:
    query = select(Outbox.id).where(Outbox.topic == topic, Outbox.key == kind, Outbox.done_at.is_(None))
    return work.session.scalar(query.limit(1)) is not None


def reindex_code_slice(parts: Parts, key: str, payload: Mapping[str, Any]) -> None:
    """Write the documents anew that hold the labels of a sector or technology."""
    time_is_up = slice_time(parts.settings)
    for kind in ALIASES:
        if kind == "challenge" and payload.get("kind") == "firm":
            continue  # an earlier slice has done them
        after = int(payload.get("after", 0)) if payload.get("kind", "challenge") == kind else 0
        with parts.store.read() as work:
            ids = [record_id for record_id in ids_using(work, kind, key) if record_id > after]
        done = 0
        while done < len(ids):
            if done and time_is_up():
                with parts.store.write() as work:
                    work.tell("reindex_code", key, kind=kind, after=ids[done - 1])
                return
            count = fitting(parts, kind, ids[done:])
            index_many(parts, kind, ids[done : done + count])
            done += count
            note_progress(parts, "reindex_code", key, done, len(ids))


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
