"""Where a person works: their organisations, and what each of them has to do first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.records.accounts import Organisation
from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.store import Work
from app.services.actor import Actor
from app.services.challenges.owner_view import OwnChallenge, own_challenges
from app.services.firms.recommended import Recommended, recommended_for


@dataclass(frozen=True, slots=True)
class Place:
    """One organisation of a person. `firm` is None where it has no profile; `challenges` counts those it posted."""

    organisation: Organisation
    firm: FirmProfile | None
    challenges: int
    recommended: Recommended | None = None  # what a published firm is recommended
    desks: Sequence[OwnChallenge] = ()

    @property
    def needs_profile(self) -> bool:
        """A firm that nobody can find yet: without a profile, or with one that was not sent to the facilitator."""
        return self.organisation.is_firm and (self.firm is None or self.firm.status in ("draft", "changes_requested"))

    @property
    def needs_challenge(self) -> bool:
        """An owner that has posted nothing."""
        return self.organisation.is_owner and self.challenges == 0


def places_of(work: Work, actor: Actor) -> Sequence[Place]:
    """The organisations that a person speaks for, by name."""
    ids = actor.organisation_ids
    organisations = work.session.scalars(
        select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.name, Organisation.id)
    ).all()
    firms: Mapping[int, FirmProfile] = {
        firm.organisation_id: firm
        for firm in work.session.scalars(select(FirmProfile).where(FirmProfile.organisation_id.in_(ids)))
    }
    posted = (
        select(Challenge.organisation_id, func.count())
        .where(Challenge.organisation_id.in_(ids))
        .group_by(Challenge.organisation_id)
    )
    counts: Mapping[int, int] = {row[0]: row[1] for row in work.session.execute(posted)}
    return [_place(work, actor, one, firms.get(one.id), counts.get(one.id, 0)) for one in organisations]


def _place(work: Work, actor: Actor, organisation: Organisation, firm: FirmProfile | None, challenges: int) -> Place:
    return Place(
        organisation,
        firm,
        challenges,
        recommended_for(work, actor, firm) if firm is not None and firm.status == "published" else None,
        own_challenges(work, actor, organisation.id) if challenges else (),
    )
