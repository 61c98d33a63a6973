"""The schedule: one entry a job; the slot of `app.services.jobs.run_scheduled` makes one effect of two schedulers."""

from __future__ import annotations

from typing import Any

from app.services.jobs import SCHEDULE


def beat_schedule() -> dict[str, dict[str, Any]]:
    """As Celery's beat reads it."""
    return {
        job: {"task": "passerelle.scheduled", "schedule": scheduled.every.total_seconds(), "args": (job,)}
        for job, scheduled in SCHEDULE.items()
    }
