"""The state of the facilitator's queue in the address, and what an undo needs to know."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from flask import request, session
from flask_babel import format_datetime

from app.services.days import PLACE
from app.services.facilitation.queue_filter import FRESHNESS, LANGUAGE_PAIRS, VIEWS, QueueFilter
from app.services.facilitation.queue_order import SORTS
from app.web.taxonomy import sectors

LONGEST_TEXT = 200
UNDO = "facilitation_undo"


def read_filter() -> QueueFilter:
    """What the address asks for. Anything odd is left out, never an error."""
    asked = request.args
    view, sort = asked.get("view"), asked.get("sort")
    return QueueFilter(
        view=view if view in VIEWS else "todo",
        sector=asked.get("sector") if asked.get("sector") in {sector.code for sector in sectors()} else None,
        languages=asked.get("languages") if asked.get("languages") in LANGUAGE_PAIRS else None,
        least=_score(asked.get("least", "")),
        freshness=asked.get("freshness") if asked.get("freshness") in FRESHNESS else None,
        text=asked.get("text", "").replace("\x00", " ")[:LONGEST_TEXT].strip(),
        sort=sort if sort in SORTS else "score",
        challenge_id=_id(asked.get("challenge_id", "")),
        firm_id=_id(asked.get("firm_id", "")),
    )


def arguments(wanted: QueueFilter, **changes: Any) -> dict[str, Any]:
    """The same state for an address; what is as usual is left out. `changes` replace fields of the filter."""
    usual = {field.name: field.default for field in fields(QueueFilter)}
    state = {**asdict(wanted), **changes}
    return {name: value for name, value in state.items() if value is not None and value != usual.get(name)}


def read_chosen() -> dict[int, int | None]:
    """The ticked rows of a list: match id → the row version that the list showed."""
    chosen: dict[int, int | None] = {}
    for value in request.form.getlist("match"):
        match_id, _, version = value.partition(":")
        number = _id(match_id)
        if number is not None:
            chosen[number] = _id(version)
    return chosen


def read_decisions() -> list[int]:
    """The decisions that an undo names."""
    found = (_id(value) for value in request.form.get("decisions", "").split(","))
    return [number for number in found if number is not None]


def remember_undo(text: str, decision_ids: Sequence[int]) -> None:
    """Offer on the pages that follow to take these decisions back in one go."""
    session[UNDO] = {"text": text, "ids": list(decision_ids)}


def forget_undo() -> None:
    """There is nothing to take back any more."""
    session.pop(UNDO, None)


def moment(value: datetime | None) -> str:
    """A moment on Montréal's clock, in the page's language."""
    return format_datetime(value.astimezone(PLACE), "medium", rebase=False) if value else ""


def _score(text: str) -> float | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return min(max(number, 0.0), 100.0) if math.isfinite(number) else None


def _id(text: str) -> int | None:
    """A row's id; databases' integers end at 2^31 - 1."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
