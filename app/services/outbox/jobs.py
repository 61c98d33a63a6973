"""Jobs: what each outbox topic does, what the schedule asks for, and another try. `deliver.py` runs them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from app.records.store import Work
from app.records.work import JobRun, Outbox
from app.services.challenges.close_expired import close_expired
from app.services.facilitation.tell_approval import tell_approval
from app.services.facilitation.tell_moderation import tell_moderation
from app.services.importing.run_import import purge_uploads, run_import
from app.services.index.index_jobs import rebuild_slice, reindex_code_slice, sweep
from app.services.index.index_records import index_record
from app.services.index.slices import index_slice, match_slice
from app.services.outbox.send_mail import send_mail
from app.services.parts import Parts
from app.services.suggestions.refresh_matches import refresh_challenge, refresh_firm
from app.services.suggestions.statistics import refresh_statistics
from matching.errors import IllegalMove, NotFound

KEPT = timedelta(days=30)
RETRIED = frozenset({"failed", "dead"})

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
    "index_slice": index_slice,
    "match_slice": match_slice,
    "mail": lambda parts, key, payload: send_mail(parts, key, payload),
    "rebuild_index": rebuild_slice,
    "sweep_index": sweep,
    "reindex_code": reindex_code_slice,
    "import": run_import,
    "approval": lambda parts, key, _payload: tell_approval(parts.store, int(key)),
    "moderation": lambda parts, key, payload: tell_moderation(parts.store, key, payload),
    "scheduled": lambda parts, key, _payload: SCHEDULE[key].action(parts),
}


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A job of the schedule: how often, and what it does."""

    every: timedelta
    action: Callable[[Parts], object]


SCHEDULE: Mapping[str, Scheduled] = {
    "close_expired": Scheduled(timedelta(minutes=10), lambda parts: close_expired(parts.store)),
    "sweep_challenges": Scheduled(timedelta(minutes=30), lambda parts: sweep(parts, "challenge", {})),
    "sweep_firms": Scheduled(timedelta(minutes=30), lambda parts: sweep(parts, "firm", {})),
    "refresh_statistics": Scheduled(timedelta(days=1), refresh_statistics),
    "purge_uploads": Scheduled(timedelta(hours=1), purge_uploads),
    "purge": Scheduled(timedelta(days=1), lambda parts: purge(parts)),
}


def retryable(work: Work, runs: Collection[JobRun]) -> set[int]:
    """Ids of the runs that `retry` would send again: not successful, the last of their message, and that is kept."""
    messages = {run.outbox_id for run in runs if run.state in RETRIED and run.outbox_id is not None}
    last = (
        select(func.max(JobRun.id))
        .join(Outbox, Outbox.id == JobRun.outbox_id)
        .where(JobRun.outbox_id.in_(messages))
        .group_by(JobRun.outbox_id)
    )
    found = set(work.session.scalars(last)) if messages else set()
    return {run.id for run in runs if run.state in RETRIED and run.id in found}


def retry(parts: Parts, run_id: int, user_id: int | None) -> None:
    """An administrator's retry button: the message is sent again with fresh tries.

    Raises NotFound, or IllegalMove where the run did not fail or is not the last one of its message: what succeeded
    since (a mail, say) is not done twice.
    """
    with parts.store.write() as work:
        run = work.session.get(JobRun, run_id, with_for_update=True)
        message = work.session.get(Outbox, run.outbox_id, with_for_update=True) if run and run.outbox_id else None
        if run is None or message is None:
            raise NotFound(f"job run {run_id}")
        if run.id not in retryable(work, [run]):
            raise IllegalMove(f"job run {run_id} is {run.state}")
        run.state = "retried"
        message.done_at = message.published_at = message.due_at = None
        message.attempts = message.faults = 0
        work.audit(user_id, "retry_job", "job_run", run_id)


def purge(parts: Parts) -> None:
    """Remove done messages and job runs that are older than 30 days."""
    with parts.store.write() as work:
        before = work.now - KEPT
        work.session.execute(delete(Outbox).where(Outbox.done_at < before))
        work.session.execute(delete(JobRun).where(JobRun.finished_at < before))
