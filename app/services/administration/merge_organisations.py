"""Administrators: two organisations of one name become one; what hung on the one hangs on the other then."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.records.accounts import Membership, Organisation
from app.records.challenges import PUBLIC_STATUSES, Challenge
from app.records.firms import FirmProfile
from app.records.store import Work
from app.services.access import ensure, may_administer
from app.services.actor import Actor
from app.services.administration.same_names import Holding, holdings, same_name_key
from app.services.challenges.save_challenge import keep_version
from app.services.changes import mark_stale, raise_version, tell_index
from matching.errors import InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What stays, what is poured into it, and the cause code that forbids it, if any."""

    kept: Holding
    other: Holding
    refusal: str | None


def plan_merge(work: Work, actor: Actor, kept_id: int, other_id: int) -> MergePlan:
    """What a merge would do. Raises Forbidden, NotFound."""
    ensure(may_administer(actor), "merge organisations")
    found = holdings(work, [kept_id, other_id])
    missing = {kept_id, other_id} - found.keys()
    if missing:
        raise NotFound(f"organisation {min(missing)}")
    kept, other = found[kept_id], found[other_id]
    return MergePlan(kept, other, _refusal(kept, other))


def merge_organisations(work: Work, actor: Actor, kept_id: int, other_id: int) -> None:
    """Move members, challenges and the firm profile with its submissions, then remove the emptied organisation.

    Raises Forbidden, NotFound, InvalidInput (`other`: why not).
    """
    ensure(may_administer(actor), "merge organisations")
    # Locked in one order, and before anything is counted: nobody adds a profile or a challenge meanwhile.
    for key in sorted({kept_id, other_id}):
        work.session.get(Organisation, key, with_for_update=True)
    plan = plan_merge(work, actor, kept_id, other_id)
    if plan.refusal is not None:
        raise InvalidInput({"other": plan.refusal})
    kept, other = plan.kept.organisation, plan.other.organisation
    _move_members(work, kept_id, other_id)
    _move_challenges(work, actor, kept, other_id)
    _move_profile(work, kept, other_id)
    _replace_exclusions(work, kept_id, other_id)
    _take_over(plan)
    external_id = other.external_id
    work.session.flush()
    work.session.delete(other)
    work.session.flush()  # gone before its identifier is taken over: it may be there once only
    kept.external_id = kept.external_id or external_id
    counts = {"members": plan.other.members, "challenges": plan.other.challenges, "firm": plan.other.firm_id}
    work.audit(actor.user_id, "merge_organisation", "organisation", kept_id, merged=other_id, name=other.name, **counts)


def _refusal(kept: Holding, other: Holding) -> str | None:
    if kept.organisation.id == other.organisation.id:
        return "same_organisation"
    if same_name_key(kept.organisation.name) != same_name_key(other.organisation.name):
        return "other_name"
    if kept.firm_id is not None and other.firm_id is not None:
        return "both_have_profiles"
    return None


def _move_members(work: Work, kept_id: int, other_id: int) -> None:
    """A person of both stays once, as manager where they were one in either."""
    there = {row.user_id: row for row in _members(work, kept_id)}
    for row in _members(work, other_id):
        own = there.get(row.user_id)
        if own is None:
            row.organisation_id = kept_id
            continue
        if row.role == "manager":
            own.role = "manager"
        work.session.delete(row)


def _members(work: Work, organisation_id: int) -> list[Membership]:
    return list(work.session.scalars(select(Membership).where(Membership.organisation_id == organisation_id)))


def _move_challenges(work: Work, actor: Actor, kept: Organisation, other_id: int) -> None:
    """Versions rise, so that no late index task writes the old owner again and no open form saves over it."""
    query = select(Challenge).where(Challenge.organisation_id == other_id).with_for_update(of=Challenge)
    for challenge in work.session.scalars(query).all():
        challenge.organisation = kept
        raise_version(work, challenge)
        keep_version(work, actor, challenge)
        if challenge.status in PUBLIC_STATUSES:
            mark_stale(work, challenge)
            tell_index(work, challenge)


def _move_profile(work: Work, kept: Organisation, other_id: int) -> None:
    query = select(FirmProfile).where(FirmProfile.organisation_id == other_id).with_for_update(of=FirmProfile)
    firm = work.session.scalars(query).first()
    if firm is not None:
        firm.organisation = kept
        _changed(work, firm)


def _replace_exclusions(work: Work, kept_id: int, other_id: int) -> None:
    """A client that a firm may not work for stays one under its new number."""
    rows = work.session.execute(select(FirmProfile.id, FirmProfile.excluded_organisations)).all()
    for firm_id in [key for key, excluded in rows if other_id in excluded]:
        firm = work.session.get_one(FirmProfile, firm_id, with_for_update={"of": FirmProfile})
        firm.excluded_organisations = sorted({*firm.excluded_organisations, kept_id} - {other_id})
        _changed(work, firm)


def _changed(work: Work, firm: FirmProfile) -> None:
    raise_version(work, firm)
    mark_stale(work, firm)
    if firm.status == "published":
        tell_index(work, firm)


def _take_over(plan: MergePlan) -> None:
    kept, gone = plan.kept.organisation, plan.other.organisation
    kept.is_owner = kept.is_owner or gone.is_owner
    kept.is_firm = kept.is_firm or gone.is_firm
    if plan.kept.firm_id is None:  # they are shown with a profile: one that is there stays as its people wrote it
        kept.place = kept.place or gone.place
        kept.website = kept.website or gone.website
