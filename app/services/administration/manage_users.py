"""Administrators: who may do what, who may sign in, who speaks for which organisation."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select

from app.records.accounts import Membership, Organisation, Role, User
from app.records.store import Work
from app.services.access import ensure, may_administer
from app.services.actor import Actor
from app.services.checks import SHORT, Checks
from app.services.paging import Page, one_page
from app.services.saving import LANGUAGES
from matching.errors import InvalidInput, NotFound

ROLES = ("facilitator", "administrator")
MEMBER_ROLES = ("member", "manager")
SHORTEST_PASSWORD = 12
STATES = ("active", "inactive", "unconfirmed")
ORGANISATIONS_SHOWN = 20


def find_users(
    work: Work, actor: Actor, *, text: str = "", role: str = "", state: str = "", page: int = 1
) -> Page[User]:
    """Users by parts of their name, address or organisation. Errors of all functions here: Forbidden."""
    _ensure(actor)
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
    _ensure(actor)
    return _user(work, user_id)


def user_by_email(work: Work, actor: Actor, email: str) -> User:
    """The user of an address. Raises NotFound."""
    _ensure(actor)
    found = work.session.scalar(select(User).where(User.email == email.strip().lower()))
    if found is None:
        raise NotFound(f"user {email}")
    return found


def memberships_of(work: Work, actor: Actor, user_ids: Sequence[int]) -> dict[int, list[Membership]]:
    """The memberships of users, with their organisations."""
    _ensure(actor)
    found: dict[int, list[Membership]] = {user_id: [] for user_id in user_ids}
    query = select(Membership).where(Membership.user_id.in_(user_ids)).order_by(Membership.id)
    for row in work.session.scalars(query):
        found[row.user_id].append(row)
    return found


def find_organisations(work: Work, actor: Actor, text: str) -> Sequence[Organisation]:
    """The first organisations whose name holds a text."""
    _ensure(actor)
    wanted = text.replace("\x00", "").strip()[:200].lower()
    if not wanted:
        return []
    query = select(Organisation).where(func.lower(Organisation.name).contains(wanted, autoescape=True))
    return work.session.scalars(query.order_by(Organisation.name, Organisation.id).limit(ORGANISATIONS_SHOWN)).all()


def create_user(
    work: Work, actor: Actor, *, email: str, name: str, language: str, hashed: str, roles: Sequence[str] = ()
) -> User:
    """A confirmed user whose password is hashed already. Raises InvalidInput."""
    _ensure(actor)
    checks = Checks()
    address = checks.email("email", email)
    if not address:
        checks.fault("email", "required")
    clean_name = checks.line("name", name, SHORT)
    checks.choice("language", language, LANGUAGES, "unknown_language")
    checks.codes("role", roles, ROLES)
    if address and work.session.scalar(select(User.id).where(User.email == address.lower())) is not None:
        checks.fault("email", "email_taken")
    checks.raise_faults()
    row = User(
        email=str(address).lower(),
        name=clean_name,
        language=language,
        password=hashed,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        confirmed_at=work.now,
        create_datetime=work.now,
        roles=[_role(work, role) for role in dict.fromkeys(roles)],
    )
    work.session.add(row)
    work.session.flush()
    work.audit(actor.user_id, "create_user", "user", row.id, roles=list(roles))
    return row


def set_role(work: Work, actor: Actor, user_id: int, role: str, *, granted: bool) -> bool:
    """Grant a platform role or take it back; returns whether anything changed.

    Raises NotFound, and InvalidInput where nobody would be left who can administer.
    """
    _ensure(actor)
    if role not in ROLES:
        raise InvalidInput({"role": "unknown_value"})
    user, row = _user(work, user_id), _role(work, role)
    if (row in user.roles) == granted:
        return False
    if granted:
        user.roles.append(row)
    else:
        if role == "administrator":
            _ensure_another(work, user)
        user.roles.remove(row)
    work.audit(actor.user_id, "grant_role" if granted else "revoke_role", "user", user.id, role=role)
    return True


def set_active(work: Work, actor: Actor, user_id: int, *, active: bool) -> bool:
    """Let a user sign in, or not any more, which ends their sessions too; returns whether anything changed.

    Raises NotFound, and InvalidInput where nobody would be left who can administer.
    """
    _ensure(actor)
    user = _user(work, user_id)
    if user.active == active:
        return False
    if not active:
        _ensure_another(work, user)
        user.fs_uniquifier = secrets.token_hex(32)  # every cookie names the old one
    user.active = active
    work.audit(actor.user_id, "activate_user" if active else "deactivate_user", "user", user.id)
    return True


def confirm_user(work: Work, actor: Actor, user_id: int, at: datetime | None = None) -> bool:
    """Vouch for an address whose message did not arrive; returns whether anything changed."""
    _ensure(actor)
    user = _user(work, user_id)
    if user.confirmed_at is not None:
        return False
    user.confirmed_at = at or work.now
    work.audit(actor.user_id, "confirm_user", "user", user.id)
    return True


def set_membership(work: Work, actor: Actor, user_id: int, organisation_id: int, role: str) -> bool:
    """Let a user speak for an organisation; returns whether anything changed. Raises NotFound, InvalidInput."""
    _ensure(actor)
    if role not in MEMBER_ROLES:
        raise InvalidInput({"member_role": "unknown_value"})
    user = _user(work, user_id)
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
    _ensure(actor)
    row = _membership(work, user_id, organisation_id)
    if row is None:
        return False
    work.session.delete(row)
    work.audit(actor.user_id, "end_membership", "user", user_id, organisation_id=organisation_id)
    return True


def _ensure(actor: Actor) -> None:
    ensure(may_administer(actor), "manage users")


def _user(work: Work, user_id: int) -> User:
    user = work.session.get(User, user_id)
    if user is None:
        raise NotFound(f"user {user_id}")
    return user


def _role(work: Work, name: str) -> Role:
    row = work.session.scalar(select(Role).where(Role.name == name).with_for_update())
    if row is None:
        row = Role(name=name)
        work.session.add(row)
        work.session.flush()
    return row


def _membership(work: Work, user_id: int, organisation_id: int) -> Membership | None:
    return work.session.scalar(
        select(Membership).where(Membership.user_id == user_id, Membership.organisation_id == organisation_id)
    )


def _ensure_another(work: Work, user: User) -> None:
    """The row of the role is locked, so that two administrators cannot remove each other at the same moment."""
    row = _role(work, "administrator")
    if row not in user.roles:
        return
    others = (
        select(func.count())
        .select_from(User)
        .where(User.active, User.id != user.id, User.confirmed_at.is_not(None), User.roles.any(Role.id == row.id))
    )
    if not work.session.scalar(others):
        raise InvalidInput({"role": "last_administrator"})
