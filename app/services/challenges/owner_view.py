"""What an owner sees of its challenges: approved firms, interested firms, submissions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from app.records.challenges import Challenge
from app.records.matches import Match, Submission
from app.records.store import Work
from app.services.actor import Actor
from app.services.load_records import own_challenge
from matching.errors import NotFound


@dataclass(frozen=True, slots=True)
class OwnChallenge:
    """One row of the owner's list."""

    challenge: Challenge
    approved: int
    interested: int
    submissions: int


@dataclass(frozen=True, slots=True)
class ChallengeDesk:
    """One challenge with its firms. `waiting`: interested firms that the facilitator has not approved yet."""

    challenge: Challenge
    approved: Sequence[Match]
    waiting: Sequence[Match]
    submissions: Sequence[Submission]


def own_challenges(work: Work, actor: Actor, organisation_id: int) -> list[OwnChallenge]:
    """The challenges of an organisation, newest first. Raises NotFound for strangers."""
    if not (actor.facilitator or actor.is_member(organisation_id)):
        raise NotFound(f"organisation {organisation_id}")
    challenges = work.session.scalars(
        select(Challenge)
        .where(Challenge.organisation_id == organisation_id)
        .order_by(Challenge.updated_at.desc(), Challenge.id.desc())
    ).all()
    ids = [challenge.id for challenge in challenges]
    approved = _counts(work, select(Match.challenge_id, func.count()).where(Match.state == "approved"), ids, Match)
    interested = _counts(
        work,
        select(Match.challenge_id, func.count()).where(Match.firm_answer == "interested", Match.state != "rejected"),
        ids,
        Match,
    )
    submitted = _counts(
        work,
        select(Submission.challenge_id, func.count()).where(Submission.state.not_in(("draft", "withdrawn"))),
        ids,
        Submission,
    )
    return [
        OwnChallenge(one, approved.get(one.id, 0), interested.get(one.id, 0), submitted.get(one.id, 0))
        for one in challenges
    ]


def challenge_desk(work: Work, actor: Actor, challenge_id: int) -> ChallengeDesk:
    """Firms and submissions of one challenge. Raises NotFound for strangers."""
    challenge = own_challenge(work, actor, challenge_id)
    matches = (
        work.session.scalars(
            select(Match)
            .where(
                Match.challenge_id == challenge_id,
                or_(Match.state == "approved", Match.firm_answer == "interested"),
                Match.state != "rejected",
            )
            .options(joinedload(Match.firm))
            .order_by(Match.score.desc(), Match.id)
        )
        .unique()
        .all()
    )
    submissions = (
        work.session.scalars(
            select(Submission)
            .where(Submission.challenge_id == challenge_id, Submission.state.not_in(("draft", "withdrawn")))
            .options(joinedload(Submission.firm))
            .order_by(Submission.submitted_at)
        )
        .unique()
        .all()
    )
    return ChallengeDesk(
        challenge=challenge,
        approved=[match for match in matches if match.state == "approved"],
        waiting=[match for match in matches if match.state != "approved"],
        submissions=submissions,
    )


def _counts(
    work: Work, query: Select[int, int], ids: Sequence[int], table: type[Match] | type[Submission]
) -> dict[int, int]:
    rows = work.session.execute(query.where(table.challenge_id.in_(ids)).group_by(table.challenge_id))
    return dict(rows.all())
