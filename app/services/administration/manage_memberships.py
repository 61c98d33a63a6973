"""Administrators: who speaks for which organisation. Errors of all functions here: Forbidden."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from app.records.accounts import Membership, Organisation
from app.records.store import Work
from app.services.access import ensure, may_administer
from app.services.actor import Actor
from app.services.administration.find_users import load_user
from matching.errors import InvalidInput

MEMBER_ROLES = ("member", "manager")
ORGANISATIONS_SHOWN = 20


def memberships_of(work: Work, actor: Actor, user_ids: Sequence[int]) -> dict[int, list[Membership]]:
    """The memberships of users, with their organisations."""
    ensure(may_administer(actor), "manage users")
    found: dict[int, list[Membership]] = {user_id: [] for user_id in user_ids}
    query = select(Membership).where(Membership.user_id.in_(user_ids)).order_by(Membership.id)
    for row in work.session.scalars(query):
        found[row.user_id].append(row)
    return found


def find_organisations(work: Work, actor: Actor, text: str) -> Sequence[Organisation]:
    """The first organisations whose name holds a text."""
    ensure(may_administer(actor), "manage users")
    wanted = text.replace("\x00", "").strip()[:200].lower()
    if not wanted:
        return []
    query = select(Organisation).where(func.lower(Organisation.name).contains(wanted, autoescape=True))
    return work.session.scalars(query.order_by(Organisation.name, Organisation.id).limit(ORGANISATIONS_SHOWN)).all()


def set_membership(work: Work, actor: Actor, user_id: int, organisation_id: int, role: str) -> bool:
    """Let a user speak for an organisation; returns whether anything changed. Raises NotFound, InvalidInput."""
    ensure(may_administer(actor), "manage users")
    if role not in MEMBER_ROLES:
        raise InvalidInput({"member_role": "unknown_value"})
    user = load_user(work, actor, user_id)
    if work.session.get(Organisation, organisation_id) is None:
        raise InvalidInput({"organisation_id": "unknown_organisation"})
    row = _membership(work, user.id, organisation_id)
    if row is not None and row.role == role:
        return False
    if row is None:
        row = Membership(user_id=user.id, organisation_id=organisation_id)
        work.session.add(row)
    row.role = role
    work.audit(actor.user_id, "set_membership", "user", user.id, organisation_id=organisation_id, role=role)
    return True


def end_membership(work: Work, actor: Actor, user_id: int, organisation_id: int) -> bool:
    """A user no longer speaks for an organisation; returns whether anything changed."""
    ensure(may_administer(actor), "manage users")
    row = _membership(work, user_id, organisation_id)
    if row is None:
        return False
    work.session.delete(row)
    work.audit(actor.user_id, "end_membership", "user", user_id, organisation_id=organisation_id)
    return True


def _membership(work: Work, user_id: int, organisation_id: int) -> Membership | None:
    return work.session.scalar(
        select(Membership).where(Membership.user_id == user_id, Membership.organisation_id == organisation_id)
    )
