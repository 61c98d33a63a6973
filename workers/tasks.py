"""Thin tasks: each takes an id or a name, and a second run of the same leaves the same rows."""

from __future__ import annotations

from datetime import UTC, datetime

from app.services.jobs import TRIES, deliver, run_scheduled
from matching.errors import Unavailable
from workers.process import celery, parts


@celery.task(
    name="passerelle.deliver", autoretry_for=(Unavailable,), retry_backoff=2, retry_backoff_max=20, max_retries=TRIES
)
def deliver_message(outbox_id: int) -> str:
    """Run the job of one outbox message."""
    return deliver(parts(), outbox_id)


@celery.task(name="passerelle.scheduled")
def scheduled(job: str) -> str:
    """Run a job of the schedule, once for its slot."""
    return run_scheduled(parts(), job, datetime.now(UTC))
