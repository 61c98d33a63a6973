"""Who is written to on behalf of an organisation, and what was written already."""

from __future__ import annotations

from sqlalchemy import select

from app.records.accounts import Membership, User
from app.records.store import Work
from app.records.work import Outbox


def members_to_tell(work: Work, organisation_id: int) -> list[User]:
    """Members who can sign in; an address that nobody confirmed may belong to somebody else."""
    query = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation_id, User.active, User.confirmed_at.is_not(None))
        .order_by(User.id)
    )
    return list(work.session.scalars(query))


def told_keys(work: Work, prefix: str) -> set[str]:
    """Keys of the messages whose key begins so (for as long as the outbox keeps what is done: 30 days)."""
    query = select(Outbox.key).where(Outbox.topic == "mail", Outbox.key.startswith(prefix, autoescape=True))
    return set(work.session.scalars(query))


def reads(user: User) -> str:
    """The language in which a user is written to: French, unless they chose English."""
    return "en" if user.language == "en" else "fr"
