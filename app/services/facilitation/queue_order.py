"""The orders of the facilitator's queue, and what comes before and after one of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select

from app.records.challenges import Challenge
from app.records.matches import Match
from app.records.store import Work

Sort = Literal["score", "newest", "deadline"]
SORTS: tuple[Sort, ...] = ("score", "newest", "deadline")
NO_DEADLINE = date(9999, 12, 31)


# The order as columns with their direction: (column, descending). The id makes it total, so that paging and
# neighbours agree.
def order_keys(sort: Sort) -> list[tuple[ColumnElement[Any], bool]]:
    """The columns of an order."""
    score: tuple[ColumnElement[Any], bool] = (cast("ColumnElement[Any]", Match.score), True)
    last: tuple[ColumnElement[Any], bool] = (cast("ColumnElement[Any]", Match.id), False)
    if sort == "newest":
        return [(cast("ColumnElement[Any]", Match.computed_at), True), score, last]
    if sort == "deadline":
        return [(func.coalesce(Challenge.deadline, literal(NO_DEADLINE)), False), score, last]
    return [(case((Match.firm_answer == "interested", 1), else_=0), True), score, last]


def order_values(work: Work, match: Match, sort: Sort) -> list[float | int | date | datetime]:
    """What one match has in these columns."""
    if sort == "newest":
        return [match.computed_at, match.score, match.id]
    if sort == "deadline":
        deadline = work.session.scalar(select(Challenge.deadline).where(Challenge.id == match.challenge_id))
        return [deadline or NO_DEADLINE, match.score, match.id]
    return [1 if match.firm_answer == "interested" else 0, match.score, match.id]


def order_of(sort: Sort) -> list[ColumnElement[Any]]:
    """For an ORDER BY."""
    return [column.desc() if descending else column.asc() for column, descending in order_keys(sort)]


def beyond(
    keys: Sequence[tuple[ColumnElement[Any], bool]], values: Sequence[Any], *, after: bool
) -> ColumnElement[bool]:
    """Rows that come after (or before) the row with these values."""
    steps: list[ColumnElement[bool]] = []
    for place, ((column, descending), value) in enumerate(zip(keys, values, strict=True)):
        same = [key == own for (key, _), own in zip(keys[:place], values[:place], strict=True)]
        step = column < value if descending == after else column > value
        steps.append(and_(*same, step) if same else step)
    return or_(*steps)
