"""`passerelle user`: the first administrator is made here; the portal's pages do the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from app.cli.common import opened_parts, put, table
from app.records.accounts import User
from app.records.store import Work
from app.services.accounts.passwords import hash_password
from app.services.actor import SYSTEM
from app.services.administration.find_users import ROLES, STATES, find_users, user_by_email
from app.services.administration.manage_memberships import MEMBER_ROLES, end_membership, memberships_of, set_membership
from app.services.administration.manage_users import SHORTEST_PASSWORD, create_user, set_active, set_role
from app.services.faults import message
from matching.errors import InvalidInput, NotFound

COLUMNS = ["id", "email", "name", "active", "confirmed", "roles", "organisations"]


_json_option = click.option("--json", "as_json", is_flag=True, help="Print the user as JSON, and whether it changed.")


@click.group()
def user() -> None:
    """Users and their roles. Exit codes: 0 done, 1 refused (the reason is told), 2 wrong usage."""


@user.command()
@click.argument("email")
@click.option("--name", default="", help="The person's name.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Of messages.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="Platform role; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print the user as JSON.")
@click.password_option(help="Asked for where it is not given.")
def create(email: str, name: str, language: str, roles: tuple[str, ...], as_json: bool, password: str) -> None:
    """Create a confirmed user."""
    if len(password) < SHORTEST_PASSWORD:
        raise click.UsageError(f"the password needs at least {SHORTEST_PASSWORD} characters")
    hashed = hash_password(password)
    with _writing() as work:
        made = create_user(work, SYSTEM, email=email, name=name, language=language, hashed=hashed, roles=roles)
        row = _row(work, made)
    put(row, f"created {row['email']}", as_json=as_json)


@user.command(name="list")
@click.option("--text", default="", help="Parts of a name, an address or an organisation.")
@click.option("--role", type=click.Choice(ROLES), help="Only these.")
@click.option("--state", type=click.Choice(STATES), help="Only these.")
@click.option("--page", default=1, show_default=True, type=click.IntRange(1, 10_000), help="50 users a page.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_users(text: str, role: str | None, state: str | None, page: int, as_json: bool) -> None:
    """List users."""
    with opened_parts() as parts, parts.store.read() as work:
        found = find_users(work, SYSTEM, text=text, role=role or "", state=state or "", page=page)
        rows = [_row(work, one) for one in found.rows]
    more = f"\npage {found.number} of {found.pages}" if found.pages > 1 else ""
    shown = [
        {**row, "roles": ", ".join(row["roles"]), "organisations": ", ".join(row["organisations"])} for row in rows
    ]
    put(rows, table(shown, COLUMNS) + more, as_json=as_json)


@user.command()
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
@_json_option
def grant(email: str, role: str, as_json: bool) -> None:
    """Give a user a platform role."""
    _change(email, as_json, lambda work, user_id: set_role(work, SYSTEM, user_id, role, granted=True))


@user.command()
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
@_json_option
def revoke(email: str, role: str, as_json: bool) -> None:
    """Take a platform role back; the last administrator keeps it."""
    _change(email, as_json, lambda work, user_id: set_role(work, SYSTEM, user_id, role, granted=False))


@user.command()
@click.argument("email")
@_json_option
def activate(email: str, as_json: bool) -> None:
    """Let a user sign in again."""
    _change(email, as_json, lambda work, user_id: set_active(work, SYSTEM, user_id, active=True))


@user.command()
@click.argument("email")
@_json_option
def deactivate(email: str, as_json: bool) -> None:
    """End a user's sessions and let them sign in no more; nothing is deleted."""
    _change(email, as_json, lambda work, user_id: set_active(work, SYSTEM, user_id, active=False))


@user.command()
@click.argument("email")
@click.argument("organisation_id", type=click.IntRange(1, 2**31 - 1))
@click.option(
    "--role",
    type=click.Choice([*MEMBER_ROLES, "none"]),
    default="member",
    show_default=True,
    help="none: the user no longer speaks for it.",
)
@_json_option
def member(email: str, organisation_id: int, role: str, as_json: bool) -> None:
    """Let a user speak for an organisation."""
    if role == "none":
        _change(email, as_json, lambda work, user_id: end_membership(work, SYSTEM, user_id, organisation_id))
    else:
        _change(email, as_json, lambda work, user_id: set_membership(work, SYSTEM, user_id, organisation_id, role))


def _change(email: str, as_json: bool, change: Callable[[Work, int], bool]) -> None:
    with _writing() as work:
        made = user_by_email(work, SYSTEM, email)
        changed = change(work, made.id)
        work.session.flush()
        row = {"changed": changed, **_row(work, made)}
    put(row, "done" if changed else "nothing changed", as_json=as_json)


@contextmanager
def _writing() -> Iterator[Work]:
    """A transaction; what is refused comes as one line."""
    try:
        with opened_parts() as parts, parts.store.write() as work:
            yield work
    except InvalidInput as error:
        told = "; ".join(f"{name}: {message(cause, 'en')}" for name, cause in error.faults.items())
        raise click.ClickException(told) from error
    except NotFound as error:
        raise click.ClickException(f"there is no {error}") from error


def _row(work: Work, row: User) -> dict[str, Any]:
    memberships = memberships_of(work, SYSTEM, [row.id])[row.id]
    return {
        "id": row.id,
        "email": row.email,
        "name": row.name,
        "active": row.active,
        "confirmed": row.confirmed_at is not None,
        "roles": [role.name for role in row.roles],
        "organisations": [membership.organisation.name for membership in memberships],
    }
