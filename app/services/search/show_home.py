"""What the pages for everybody show of the whole: the newest challenges, numbers, who takes part."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import String, cast, func, select

from app.records.accounts import Organisation
from app.records.challenges import Challenge
from app.records.queries import counts
from app.records.store import Work
from app.records.taxonomy import Workshop

NEWEST = 6


def newest_challenges(work: Work, limit: int = NEWEST) -> Sequence[Challenge]:
    """The open challenges that were published last."""
    query = select(Challenge).where(Challenge.status == "open")
    return work.session.scalars(query.order_by(Challenge.published_at.desc(), Challenge.id.desc()).limit(limit)).all()


def site_numbers(work: Work) -> dict[str, int]:
    """How many public challenges, published firms, matches and workshops there are."""
    return {**counts(work), "workshops": work.session.scalar(select(func.count()).select_from(Workshop)) or 0}


def open_by_sector(work: Work) -> tuple[int, Mapping[str, int]]:
    """How many challenges are open, in all and by code of sector; one of two sectors counts in both."""
    lists = cast(Challenge.sectors, String)  # grouped as texts: a few dozen lists, however many challenges there are
    query = select(lists, func.count()).where(Challenge.status == "open").group_by(lists)
    rows = work.session.execute(query).all()
    counts: Counter[str] = Counter()
    for codes, count in rows:
        counts.update(dict.fromkeys(json.loads(codes), count))
    return sum(count for _codes, count in rows), counts


def owners_of_open_challenges(work: Work) -> Sequence[Organisation]:
    """The organisations that post challenges now, by name."""
    query = (
        select(Organisation)
        .join(Challenge, Challenge.organisation_id == Organisation.id)
        .where(Challenge.status == "open")
        .distinct()
        .order_by(Organisation.name)
    )
    return work.session.scalars(query).all()
