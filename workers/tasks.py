"""Thin tasks: each takes an id or a name, and a second run of the same leaves the same rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.services.outbox.deliver import TRIES, deliver
from app.services.outbox.outbox import ask_for_slot
from workers.process import celery, parts


@celery.task(name="passerelle.deliver", bind=True, max_retries=TRIES, default_retry_delay=2)
def deliver_message(task: Any, outbox_id: int) -> str:
    """Run the job of one outbox message. Celery's retries are for a process that was lost; ours are in the table."""
    info = task.request.delivery_info or {}
    return deliver(parts(), outbox_id, redelivered=task.request.retries > 0 or bool(info.get("redelivered")))


@celery.task(name="passerelle.scheduled", max_retries=TRIES, default_retry_delay=2)
def scheduled(job: str) -> str:
    """Ask for a job of the schedule, once for its slot."""
    return ask_for_slot(parts(), job, datetime.now(UTC))
