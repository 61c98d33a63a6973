"""The schedule: beat knocks for every job; `outbox.ask_for_slot` makes one effect of all knocks in a slot.

Knocking once a minute, not once a slot: a knock that is lost with Redis, or with a restart, costs a minute, not a day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.services.outbox.jobs import SCHEDULE

KNOCK = timedelta(minutes=1)


def beat_schedule(knock: timedelta = KNOCK) -> dict[str, dict[str, Any]]:
    """As Celery's beat reads it."""
    return {
        job: {
            "task": "passerelle.scheduled",
            "schedule": min(scheduled.every, knock).total_seconds(),
            "args": (job,),
            "options": {"expires": KNOCK.total_seconds()},  # knocks do not pile up while no worker runs
        }
        for job, scheduled in SCHEDULE.items()
    }
