"""Administrators: what the workers did, what waits, and another try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.records.store import Work
from app.records.work import JobRun, Outbox
from app.services.access import ensure, may_administer
from app.services.actor import Actor
from app.services.outbox.jobs import RETRIED, retry, retryable
from app.services.paging import A_PAGE, Page, one_page
from app.services.parts import Parts

STATES = ("running", "succeeded", "failed", "dead", "retried")


@dataclass(frozen=True, slots=True)
class Backlog:
    """Messages of the outbox: not sent yet, sent and not done, and how old the oldest of both is (seconds)."""

    waiting: int
    sent: int
    oldest_s: int
    done_last_hour: int
    failed_last_day: int


def list_runs(
    work: Work, actor: Actor, *, state: str = "", job: str = "", key: str = "", page: int = 1, size: int = A_PAGE
) -> Page[JobRun]:
    """The newest runs first. Raises Forbidden."""
    ensure(may_administer(actor), "see job runs")
    query = select(JobRun).order_by(JobRun.id.desc())
    if state in STATES:
        query = query.where(JobRun.state == state)
    if job:
        query = query.where(JobRun.job == job.replace("\x00", ""))
    if key:
        query = query.where(JobRun.key == key.replace("\x00", ""))
    return one_page(work, query, page, size)


def job_names(work: Work, actor: Actor) -> Sequence[str]:
    """The jobs that have run. Raises Forbidden."""
    ensure(may_administer(actor), "see job runs")
    return work.session.scalars(select(JobRun.job).distinct().order_by(JobRun.job)).all()


def backlog(work: Work, actor: Actor) -> Backlog:
    """What waits now. Raises Forbidden."""
    ensure(may_administer(actor), "see job runs")
    session, open_ones = work.session, Outbox.done_at.is_(None)
    oldest: datetime | None = session.scalar(select(Outbox.created_at).where(open_ones).order_by(Outbox.id).limit(1))
    counts = select(func.count()).select_from(Outbox)
    failed = select(func.count()).select_from(JobRun).where(JobRun.state.in_(RETRIED))
    return Backlog(
        waiting=session.scalar(counts.where(open_ones, Outbox.published_at.is_(None))) or 0,
        sent=session.scalar(counts.where(open_ones, Outbox.published_at.is_not(None))) or 0,
        oldest_s=int((work.now - oldest).total_seconds()) if oldest is not None else 0,
        done_last_hour=session.scalar(counts.where(Outbox.done_at > work.now - timedelta(hours=1))) or 0,
        failed_last_day=session.scalar(failed.where(JobRun.started_at > work.now - timedelta(days=1))) or 0,
    )


def retryable_of(work: Work, actor: Actor, runs: Sequence[JobRun]) -> set[int]:
    """Ids of the runs whose message can be sent again. Raises Forbidden."""
    ensure(may_administer(actor), "see job runs")
    return retryable(work, runs)


def retry_run(parts: Parts, actor: Actor, run_id: int) -> None:
    """Send the message of a run again, with fresh tries. Raises Forbidden, NotFound, IllegalMove."""
    ensure(may_administer(actor), "send a job again")
    retry(parts, run_id, actor.user_id)
