"""Run the job of one outbox message: claimed by one process at a time, with a row a run, and bounded tries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from app.records.store import Work
from app.records.work import JobRun, Outbox
from app.services.outbox.jobs import TOPICS
from app.services.outbox.outbox import lease
from app.services.parts import Parts
from matching.errors import InvalidInput, MailRefused, NotFound, RejectedDocuments, Unavailable

TRIES = 3  # a job that fails by itself, or ends its process, is put aside after so many runs
HOPELESS = (RejectedDocuments, MailRefused, NotFound, InvalidInput)  # another run would meet the same answer
LOST = "the process that ran it ended without an answer"
LONGEST_CAUSE = 2000


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a job whose service does not answer is tried, and the longest wait between two runs."""

    tries: int
    longest_wait: timedelta


# 2, 4, 8 ... seconds, then the longest wait: an engine that comes back is equal to the database a minute later; over
# three hours of trying. Mail servers may be away for longer, and nobody wants a knock every minute: about 16 hours.
PATIENCE = Patience(200, timedelta(minutes=1))
MAIL_PATIENCE = Patience(100, timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class _Claim:
    run_id: int
    topic: str
    key: str
    payload: Mapping[str, Any]


def deliver(parts: Parts, outbox_id: int, *, redelivered: bool = False) -> str:
    """Run the job of one outbox message; returns what became of it.

    Safe to be called twice: a done message does nothing, one that another process holds is left to it. `redelivered`
    says that the broker knows that process to be gone. Raises nothing that the job raises: the cause is in the row.
    """
    claim = _claim(parts, outbox_id, redelivered)
    if isinstance(claim, str):
        return claim
    error: Exception | None = None
    try:
        TOPICS[claim.topic](parts, claim.key, claim.payload)
    except Exception as raised:
        error = raised
    return _settle(parts, outbox_id, claim, error)


def _claim(parts: Parts, outbox_id: int, redelivered: bool) -> _Claim | str:
    """Take the message, or say why not. The lease runs anew from here."""
    with parts.store.write() as work:
        message = work.session.get(Outbox, outbox_id, with_for_update=True)
        if message is None or message.done_at is not None:
            return "done"
        if message.due_at is not None and message.due_at > work.now:
            return "early"
        running = work.session.scalars(
            select(JobRun).where(JobRun.outbox_id == outbox_id, JobRun.state == "running")
        ).all()
        if not redelivered and any(run.started_at > work.now - lease(parts) for run in running):
            return "elsewhere"
        for run in running:
            run.state, run.cause, run.finished_at = "failed", LOST, work.now
            message.faults += 1
        if running and message.faults >= TRIES:
            running[-1].state, message.done_at = "dead", work.now
            return "dead"
        message.attempts += 1
        message.published_at, message.due_at = work.now, None
        run = _new_run(work, message)
        return _Claim(run.id, message.topic, message.key, dict(message.payload))


def _new_run(work: Work, message: Outbox) -> JobRun:
    scheduled = message.topic == "scheduled"
    run = JobRun(
        job=message.key if scheduled else message.topic,
        key="" if scheduled else message.key,
        outbox_id=message.id,
        state="running",
        attempts=message.attempts,
        started_at=work.now,
    )
    work.session.add(run)
    work.session.flush()
    return run


def _settle(parts: Parts, outbox_id: int, claim: _Claim, error: Exception | None) -> str:
    """Note how a run ended, and when the message is due again where it is not over."""
    with parts.store.write() as work:
        message = work.session.get(Outbox, outbox_id, with_for_update=True)
        run = work.session.get(JobRun, claim.run_id)
        if message is None or run is None or run.state != "running":
            return "overtaken"  # the lease ran out, and another process took the message: its answer counts
        run.finished_at = work.now
        if error is None:
            run.state, message.done_at = "succeeded", work.now
            return run.state
        run.cause = f"{type(error).__name__}: {error}"[:LONGEST_CAUSE].replace("\x00", "")
        message.faults += not isinstance(error, Unavailable)
        patience = MAIL_PATIENCE if claim.topic == "mail" else PATIENCE
        if isinstance(error, HOPELESS) or message.faults >= TRIES or message.attempts >= patience.tries:
            run.state, message.done_at = "dead", work.now
            return run.state
        run.state, message.published_at = "failed", None
        message.due_at = work.now + min(timedelta(seconds=2 ** min(message.attempts, 20)), patience.longest_wait)
        if message.attempts > TRIES:  # of a long wait the newest runs tell enough
            old = (
                JobRun.outbox_id == outbox_id,
                JobRun.state == "failed",
                JobRun.id < run.id,
                JobRun.cause == run.cause,
            )
            work.session.execute(delete(JobRun).where(*old))
        return run.state
