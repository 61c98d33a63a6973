"""Administrators: whom a list or an address names."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from app.records.accounts import Membership, Organisation, Role, User
from app.records.store import Work
from app.services.access import ensure, may_administer
from app.services.actor import Actor
from app.services.paging import Page, one_page
from matching.errors import NotFound

ROLES = ("facilitator", "administrator")
STATES = ("active", "inactive", "unconfirmed")


def find_users(
    work: Work, actor: Actor, *, text: str = "", role: str = "", state: str = "", page: int = 1
) -> Page[User]:
    """Users by parts of their name, address or organisation. Errors of all functions here: Forbidden."""
    ensure(may_administer(actor), "manage users")
    query = select(User).order_by(User.email)
    if wanted := text.replace("\x00", "").strip()[:200].lower():
        in_organisation = (
            select(Membership.user_id)
            .join(Organisation)
            .where(func.lower(Organisation.name).contains(wanted, autoescape=True))
        )
        query = query.where(
            or_(
                func.lower(User.email).contains(wanted, autoescape=True),
                func.lower(User.name).contains(wanted, autoescape=True),
                User.id.in_(in_organisation),
            )
        )
    if role in ROLES:
        query = query.where(User.roles.any(Role.name == role))
    if state == "unconfirmed":
        query = query.where(User.confirmed_at.is_(None))
    elif state in STATES:
        query = query.where(User.active.is_(state == "active"))
    return one_page(work, query, page)


def load_user(work: Work, actor: Actor, user_id: int) -> User:
    """One user. Raises NotFound."""
    ensure(may_administer(actor), "manage users")
    user = work.session.get(User, user_id)
    if user is None:
        raise NotFound(f"user {user_id}")
    return user


def user_by_email(work: Work, actor: Actor, email: str) -> User:
    """The user of an address. Raises NotFound."""
    ensure(may_administer(actor), "manage users")
    found = work.session.scalar(select(User).where(User.email == email.strip().lower()))
    if found is None:
        raise NotFound(f"user {email}")
    return found
