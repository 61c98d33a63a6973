"""Jobs: what each outbox topic does, with a row a run, bounded tries, and a slot for scheduled work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app.records.work import JobRun, Outbox
from app.services.close_expired import close_expired
from app.services.importing.run_import import purge_uploads, run_import
from app.services.index_jobs import rebuild_slice, reindex_code_slice, sweep_slice
from app.services.index_records import index_record, sweep_index
from app.services.parts import Parts
from app.services.refresh_matches import refresh_challenge, refresh_firm
from app.services.send_mail import send_mail
from app.services.statistics import refresh_statistics
from app.services.tell_approval import tell_approval
from matching.errors import Unavailable

TRIES = 3  # a job that ends its process or fails for good is put aside after so many runs
LEASE = timedelta(seconds=90)  # a message sent but not done is sent again after this; above the soft time limit
KEPT = timedelta(days=30)

Action = Callable[[Parts, str, Mapping[str, Any]], object]


def _index_challenge(parts: Parts, key: str, _payload: Mapping[str, Any]) -> None:
    index_record(parts, "challenge", int(key))
    with parts.store.write() as work:
        work.tell("match_challenge", key)


def _index_firm(parts: Parts, key: str, _payload: Mapping[str, Any]) -> None:
    index_record(parts, "firm", int(key))
    with parts.store.write() as work:
        work.tell("match_firm", key)


TOPICS: Mapping[str, Action] = {
    "index_challenge": _index_challenge,
    "index_firm": _index_firm,
    "match_challenge": lambda parts, key, _payload: refresh_challenge(parts, int(key)),
    "match_firm": lambda parts, key, _payload: refresh_firm(parts, int(key)),
    "mail": lambda parts, key, payload: send_mail(parts, key, payload),
    "rebuild_index": rebuild_slice,
    "sweep_index": sweep_slice,
    "reindex_code": reindex_code_slice,
    "import": run_import,
    "approval": lambda parts, key, _payload: tell_approval(parts.store, int(key)),
}


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A job of the schedule: how often, and what it does."""

    every: timedelta
    action: Callable[[Parts], object]


SCHEDULE: Mapping[str, Scheduled] = {
    "close_expired": Scheduled(timedelta(minutes=10), lambda parts: close_expired(parts.store)),
    "sweep_challenges": Scheduled(timedelta(minutes=30), lambda parts: sweep_index(parts, "challenge")),
    "sweep_firms": Scheduled(timedelta(minutes=30), lambda parts: sweep_index(parts, "firm")),
    "refresh_statistics": Scheduled(timedelta(days=1), refresh_statistics),
    "purge_uploads": Scheduled(timedelta(hours=1), purge_uploads),
    "purge": Scheduled(timedelta(days=1), lambda parts: purge(parts)),
}


def deliver(parts: Parts, outbox_id: int) -> str:
    """Run the job of one outbox message; returns its state. Safe to be called twice: a done message does nothing.

    Raises Unavailable where a service did not answer and tries are left, so that the caller comes again.
    """
    with parts.store.write() as work:
        message = work.session.get(Outbox, outbox_id)
        if message is None or message.done_at is not None:
            return "done"
        message.attempts += 1
        topic, key, payload, attempts = message.topic, message.key, dict(message.payload), message.attempts
        run = JobRun(job=topic, key=key, outbox_id=outbox_id, state="running", attempts=attempts, started_at=work.now)
        work.session.add(run)
        if attempts > TRIES:
            run.cause = "given up: earlier runs ended without an answer"
            _finish(run, message, "dead", work.now)
            return "dead"
    state, error = _attempt(lambda: TOPICS[topic](parts, key, payload), attempts)
    with parts.store.write() as work:
        stored, message = work.session.get_one(JobRun, run.id), work.session.get_one(Outbox, outbox_id)
        stored.cause = None if error is None else f"{type(error).__name__}: {error}"[:2000]
        _finish(stored, message if state in ("succeeded", "dead") else None, state, work.now)
    if state == "failed" and error is not None:
        raise error
    return state


def run_scheduled(parts: Parts, job: str, now: datetime) -> str:
    """Run a job of the schedule once for its slot, however many schedulers ask."""
    scheduled = SCHEDULE[job]
    slot = f"{job}:{int(now.timestamp() // scheduled.every.total_seconds())}"
    try:
        with parts.store.write() as work:
            run = JobRun(job=job, slot=slot, state="running", attempts=1, started_at=work.now)
            work.session.add(run)
    except IntegrityError:
        return "taken"
    state, error = _attempt(lambda: scheduled.action(parts), TRIES)
    with parts.store.write() as work:
        stored = work.session.get_one(JobRun, run.id)
        stored.cause = None if error is None else f"{type(error).__name__}: {error}"[:2000]
        _finish(stored, None, state, work.now)
    return state


def retry(parts: Parts, run_id: int, user_id: int | None) -> None:
    """An administrator's retry button: the message is sent again with fresh tries."""
    with parts.store.write() as work:
        run = work.session.get_one(JobRun, run_id)
        run.state = "retried"
        if run.outbox_id is not None:
            message = work.session.get_one(Outbox, run.outbox_id)
            message.done_at = message.published_at = None
            message.attempts = 0
        work.audit(user_id, "retry_job", "job_run", run_id)


def due_messages(parts: Parts, limit: int) -> list[tuple[int, str]]:
    """Id and topic of messages to hand to the workers: new ones, and those whose lease ran out."""
    with parts.store.read() as work:
        fresh = select(Outbox).where(Outbox.done_at.is_(None), Outbox.published_at.is_(None))
        lost = select(Outbox).where(Outbox.done_at.is_(None), Outbox.published_at < work.now - LEASE)
        found = [
            *work.session.scalars(fresh.order_by(Outbox.id).limit(limit)),
            *work.session.scalars(lost.limit(limit)),
        ]
        return [(message.id, message.topic) for message in found[:limit]]


def mark_sent(parts: Parts, ids: Sequence[int]) -> None:
    """Note that messages are on their way; their lease begins."""
    with parts.store.write() as work:
        work.session.execute(update(Outbox).where(Outbox.id.in_(ids)).values(published_at=work.now))


def purge(parts: Parts) -> None:
    """Remove done messages and job runs that are older than 30 days."""
    with parts.store.write() as work:
        before = work.now - KEPT
        work.session.execute(delete(Outbox).where(Outbox.done_at < before))
        work.session.execute(delete(JobRun).where(JobRun.finished_at < before))


def _attempt(action: Callable[[], object], attempts: int) -> tuple[str, Exception | None]:
    """Run an action; "failed" is to be tried again, "dead" is not."""
    try:
        action()
    except Unavailable as error:
        return ("failed" if attempts < TRIES else "dead"), error
    except Exception as error:
        return "dead", error
    return "succeeded", None


def _finish(run: JobRun, message: Outbox | None, state: str, now: datetime) -> None:
    run.state = state
    run.finished_at = now
    if message is not None:
        message.done_at = now
