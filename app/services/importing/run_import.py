"""An import as a job: a slice of time each, and a message of its own goes on with the rest."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import select, update

from app.records.store import Store, Work
from app.records.work import JobRun, Outbox
from app.services.access import ensure, may_import
from app.services.actor import SYSTEM, Actor, load_actor
from app.services.importing.batches import Steps, ignored_columns, import_batches
from app.services.importing.files import SourceRow, read_rows
from app.services.importing.import_challenges import challenge_steps
from app.services.importing.import_firms import firm_steps
from app.services.importing.runs import Run, load_run, note_batch, note_begun, note_fault, progress_of
from app.services.importing.uploads import Upload, delete_old_uploads, load_upload
from app.services.parts import Parts
from app.services.slice_time import slice_time
from matching.errors import InvalidInput

JOB = "import"


def start_run(work: Work, actor: Actor, run: Run) -> None:
    """Send a run to the workers. Raises Forbidden."""
    ensure(may_import(actor), "import")
    work.tell(JOB, run.key)
    action = "check_import" if run.options.dry_run else "start_import"
    work.audit(
        actor.user_id, action, "import", None, kind=run.upload.kind, file=run.upload.name, upload=run.upload.token
    )


def run_state(work: Work, run: Run) -> tuple[str, str | None]:
    """("waiting", "running", "failed"; None or the cause) of the newest job run; what is done is in the progress."""
    newest = work.session.scalars(
        select(JobRun).where(JobRun.job == JOB, JobRun.key == run.key).order_by(JobRun.id.desc()).limit(1)
    ).first()
    if newest is None:
        return "waiting", None
    if newest.state == "dead":
        return "failed", newest.cause
    return "running", None


def run_import(parts: Parts, key: str, _payload: Mapping[str, Any]) -> None:
    """Go on with a run where the last slice stopped. Rows that are in are not brought in again."""
    token, _, run_id = key.partition("-")
    run = load_run(load_upload(parts.settings.var, SYSTEM, token), run_id)
    progress = progress_of(run)
    if progress.finished:
        return
    try:
        rows = _rows_of(run.upload)
        steps = _steps(parts.store, run)
        if progress.total is None:
            note_begun(run, len(rows), ignored_columns(rows, run.options.mapping, steps.is_column))
    except InvalidInput as error:
        note_fault(run, next(iter(error.faults.values())))
        return
    if not _slice(parts, run, rows, steps, progress.done, progress.external_ids):
        with parts.store.write() as work:
            work.tell(JOB, key)
    else:
        _rows_of.cache_clear()


def purge_uploads(parts: Parts) -> int:
    """Delete uploads that are older than a day."""
    with parts.store.read() as work:
        return delete_old_uploads(parts.settings.var, work.now)


def is_under_way(work: Work, run: Run) -> bool:
    """Whether a message of this run waits or is being worked on."""
    query = select(Outbox.id).where(Outbox.topic == JOB, Outbox.key == run.key, Outbox.done_at.is_(None))
    return work.session.scalar(query.limit(1)) is not None


@lru_cache(maxsize=1)
def _rows_of(upload: Upload) -> list[SourceRow]:
    """Kept from slice to slice: reading a large sheet takes longer than a slice."""
    return read_rows(upload.source())


def _steps(store: Store, run: Run) -> Steps[Any, Any]:
    with store.read() as work:
        actor = load_actor(work, run.upload.user_id, "fr")
    make: Any = challenge_steps if run.upload.kind == "challenges" else firm_steps
    steps: Steps[Any, Any] = make(store, actor, run.options)
    return steps


def _slice(parts: Parts, run: Run, rows: list[SourceRow], steps: Steps[Any, Any], start: int, seen: set[str]) -> bool:
    """Rows from `start` on, as far as the time goes; returns whether that was all."""
    time_is_up = slice_time(parts.settings)
    done = start
    for batch in import_batches(parts.store, rows, run.options, steps, start=start, seen=seen):
        note_batch(run, batch)
        done = batch.done
        with parts.store.write() as work:
            running = (JobRun.job == JOB, JobRun.key == run.key, JobRun.state == "running")
            work.session.execute(update(JobRun).where(*running).values(done=done, total=len(rows)))
        if time_is_up():
            break
    return done >= len(rows)
