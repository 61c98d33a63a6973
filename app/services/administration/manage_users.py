"""Administrators: who may do what, and who may sign in. Errors of all functions here: Forbidden."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from app.records.accounts import Role, User
from app.records.store import Work
from app.services.access import ensure, may_administer
from app.services.actor import Actor
from app.services.administration.find_users import ROLES, load_user
from app.services.checks import SHORT, Checks
from app.services.saving import LANGUAGES
from matching.errors import InvalidInput

SHORTEST_PASSWORD = 12


def create_user(
    work: Work, actor: Actor, *, email: str, name: str, language: str, hashed: str, roles: Sequence[str] = ()
) -> User:
    """A confirmed user whose password is hashed already. Raises InvalidInput."""
    ensure(may_administer(actor), "manage users")
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
    ensure(may_administer(actor), "manage users")
    if role not in ROLES:
        raise InvalidInput({"role": "unknown_value"})
    user, row = load_user(work, actor, user_id), _role(work, role)
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
    ensure(may_administer(actor), "manage users")
    user = load_user(work, actor, user_id)
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
    ensure(may_administer(actor), "manage users")
    user = load_user(work, actor, user_id)
    if user.confirmed_at is not None:
        return False
    user.confirmed_at = at or work.now
    work.audit(actor.user_id, "confirm_user", "user", user.id)
    return True


def _role(work: Work, name: str) -> Role:
    row = work.session.scalar(select(Role).where(Role.name == name).with_for_update())
    if row is None:
        row = Role(name=name)
        work.session.add(row)
        work.session.flush()
    return row


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
