"""What the pages for everybody show of the whole: the newest challenges, numbers, who takes part."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

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
