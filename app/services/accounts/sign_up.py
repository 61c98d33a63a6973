"""What a sign-up leaves beside the account: the organisation that the person speaks for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.records.accounts import Membership, Organisation, User
from app.records.store import Work


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What the sign-up form says beside address and password. `side`: "owner", "firm" or "both"."""

    organisation: str
    side: str
    language: str


def join_organisation(work: Work, user: User, newcomer: Newcomer) -> Organisation:
    """Make the organisation and the membership of a new user.

    An organisation of the same name is not joined: a name proves nothing, and its members see what is confidential.
    The audit log names those that exist, so that a facilitator can ask and put the person where they belong.
    """
    name = " ".join(newcomer.organisation.split())[:200] or user.email
    same_name = select(Organisation.id).where(func.lower(Organisation.name) == name.lower()).order_by(Organisation.id)
    others = list(work.session.scalars(same_name.limit(10)))
    organisation = Organisation(
        name=name,
        is_owner=newcomer.side in ("owner", "both"),
        is_firm=newcomer.side in ("firm", "both"),
        created_at=work.now,
    )
    work.session.add(organisation)
    work.session.flush()
    work.session.add(Membership(user_id=user.id, organisation_id=organisation.id, role="manager"))
    user.language = newcomer.language
    work.audit(user.id, "sign_up", "organisation", organisation.id, same_name=others)
    return organisation
