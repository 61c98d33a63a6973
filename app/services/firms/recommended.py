"""What a firm is recommended: its own suggestions and what the facilitator recommends, told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.records.accounts import Organisation
from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.matches import Match, Submission
from app.records.queries import is_listed
from app.records.store import Work
from app.services.access import may_edit_firm
from app.services.actor import Actor
from app.services.days import today
from matching.errors import NotFound

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Recommended:
    """Matches of one firm, best first; `declined` are those that it said no to."""

    by_facilitator: Sequence[Match]
    suggested: Sequence[Match]
    declined: Sequence[Match]
    submissions: dict[int, Submission]  # by challenge id


def firm_of(work: Work, actor: Actor, organisation_id: int) -> FirmProfile | None:
    """The profile of an organisation; None where it has none yet. Raises NotFound for strangers."""
    if not (actor.facilitator or actor.is_member(organisation_id)):
        raise NotFound(f"organisation {organisation_id}")
    return work.session.scalars(select(FirmProfile).where(FirmProfile.organisation_id == organisation_id)).first()


def own_firms(work: Work, actor: Actor) -> Sequence[FirmProfile]:
    """The profiles that this person speaks for."""
    query = select(FirmProfile).where(FirmProfile.organisation_id.in_(actor.organisation_ids))
    return work.session.scalars(query.order_by(FirmProfile.id)).all()


def firms_without_profile(work: Work, actor: Actor) -> Sequence[Organisation]:
    """The firms that this person speaks for and that have not described themselves yet."""
    described = select(FirmProfile.organisation_id)
    query = select(Organisation).where(
        Organisation.id.in_(actor.organisation_ids), Organisation.is_firm, Organisation.id.not_in(described)
    )
    return work.session.scalars(query.order_by(Organisation.name)).all()


def recommended_for(work: Work, actor: Actor, firm: FirmProfile) -> Recommended:
    """The open challenges recommended to a firm. What the facilitator rejected is not shown. Raises NotFound."""
    if not may_edit_firm(actor, firm):
        raise NotFound(f"firm {firm.id}")
    day = today(work)
    query = (
        select(Match)
        .join(Challenge, Challenge.id == Match.challenge_id)
        .where(
            Match.firm_id == firm.id,
            Match.state != "rejected",
            or_(Match.state == "approved", Match.firm_answer.is_not(None), is_listed()),
            Challenge.status == "open",
            or_(Challenge.deadline.is_(None), Challenge.deadline >= day),
        )
        .options(joinedload(Match.challenge))
        .order_by(Match.score.desc(), Match.id)
    )
    matches = work.session.scalars(query).unique().all()
    submissions = work.session.scalars(select(Submission).where(Submission.firm_id == firm.id)).all()
    live = [match for match in matches if match.firm_answer != "declined"]
    return Recommended(
        by_facilitator=[match for match in live if match.state == "approved"],
        suggested=[match for match in live if match.state != "approved"][:SHOWN],
        declined=[match for match in matches if match.firm_answer == "declined"],
        submissions={submission.challenge_id: submission for submission in submissions},
    )
