"""Days as people in Montréal count them: a deadline ends with its day there, not in UTC."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from app.records.store import Work

PLACE = ZoneInfo("America/Toronto")  # Montréal's clock


def today(work: Work) -> date:
    """The day on which this work is done."""
    return work.now.astimezone(PLACE).date()
