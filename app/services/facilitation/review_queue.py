"""The facilitator's queue: pages of matches, how many of each state, and the neighbours of one.

Every list is one query for the rows plus one for each kind of text; nothing is asked row by row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select, true
from sqlalchemy.orm import joinedload, lazyload, selectinload

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.matches import Match
from app.records.store import Work
from app.services.access import ensure, may_moderate
from app.services.actor import Actor
from app.services.facilitation.queue_filter import VIEWS, QueueFilter, conditions, filtered, views
from app.services.facilitation.queue_order import beyond, order_keys, order_of, order_values

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of matches; `counts` are those of every view under the same filters."""

    matches: Sequence[Match]
    total: int
    counts: Mapping[str, int]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a match stands in the queue: how many come before it, of how many, and its neighbours."""

    before: int
    total: int
    previous_id: int | None
    next_id: int | None


def queue_page(work: Work, actor: Actor, wanted: QueueFilter, page: int, per_page: int = PER_PAGE) -> QueuePage:
    """One page; a page behind the last is the last. Raises Forbidden."""
    ensure(may_moderate(actor), "see the queue")
    counts = _counts(work, wanted)
    total = counts[wanted.view]
    pages = max(1, -(-total // per_page))
    page = max(1, min(page, pages))
    ids = filtered(work, select(Match.id), wanted).order_by(*order_of(wanted.sort))
    chosen = work.session.scalars(ids.limit(per_page).offset((page - 1) * per_page)).all()
    return QueuePage(_rows(work, chosen), total, counts, page, pages)


def place_of(work: Work, actor: Actor, match: Match, wanted: QueueFilter) -> Place:
    """The neighbours of a match, which need not be in the queue (any more). Raises Forbidden."""
    ensure(may_moderate(actor), "see the queue")
    keys = order_keys(wanted.sort)
    values = order_values(work, match, wanted.sort)
    ids = filtered(work, select(Match.id), wanted)
    earlier, later = beyond(keys, values, after=False), beyond(keys, values, after=True)
    count = filtered(work, select(func.count(), func.sum(case((earlier, 1), else_=0))), wanted)
    total, before = work.session.execute(count).one()
    backwards = [column.asc() if descending else column.desc() for column, descending in keys]
    return Place(
        before=int(before or 0),
        total=int(total),
        previous_id=work.session.scalar(ids.where(earlier).order_by(*backwards).limit(1)),
        next_id=work.session.scalar(ids.where(later).order_by(*order_of(wanted.sort)).limit(1)),
    )


def first_id(work: Work, actor: Actor, wanted: QueueFilter) -> int | None:
    """The match at the top of the queue. Raises Forbidden."""
    ensure(may_moderate(actor), "see the queue")
    return work.session.scalar(filtered(work, select(Match.id), wanted).order_by(*order_of(wanted.sort)).limit(1))


def _rows(work: Work, ids: Sequence[int]) -> list[Match]:
    """The matches in this order, with the texts that a list shows."""
    query = (
        select(Match)
        .where(Match.id.in_(ids))
        .options(
            joinedload(Match.challenge).options(
                joinedload(Challenge.organisation), selectinload(Challenge.texts), lazyload(Challenge.needs)
            ),
            joinedload(Match.firm).options(
                joinedload(FirmProfile.organisation), selectinload(FirmProfile.texts), lazyload(FirmProfile.solutions)
            ),
        )
    )
    found = {match.id: match for match in work.session.scalars(query).unique()}
    return [found[match_id] for match_id in ids if match_id in found]


def _counts(work: Work, wanted: QueueFilter) -> dict[str, int]:
    """One pass over the matches for all views."""
    by_name = views(work)
    sums = [func.coalesce(func.sum(case((by_name[name], 1), else_=0)), 0) for name in VIEWS]
    row = work.session.execute(select(*sums).select_from(Match).where(true(), *conditions(work, wanted))).one()
    return {name: int(number) for name, number in zip(VIEWS, row, strict=True)}
