"""`passerelle user`: the first administrator is made here."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import click
from sqlalchemy import select

from app.cli.common import opened_parts
from app.records.accounts import Role, User
from app.services.passwords import hash_password

ROLES = ("facilitator", "administrator")


@click.group()
def user() -> None:
    """Users and their roles."""


@user.command()
@click.argument("email")
@click.option("--name", default="", help="The person's name.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="Platform role; may be repeated.")
@click.password_option(help="Asked for where it is not given.")
def create(email: str, name: str, language: str, roles: tuple[str, ...], password: str) -> None:
    """Create a confirmed user."""
    if len(password) < 12:
        raise click.ClickException("the password needs at least 12 characters")
    with opened_parts() as parts, parts.store.write() as work:
        if work.session.scalar(select(User).where(User.email == email.lower())):
            raise click.ClickException(f"there is a user {email} already")
        row = User(
            email=email.lower(),
            name=name,
            language=language,
            password=hash_password(password),
            active=True,
            fs_uniquifier=secrets.token_hex(32),
            confirmed_at=datetime.now(UTC),
            roles=[],
        )
        work.session.add(row)
        for role in roles:
            kept = work.session.scalar(select(Role).where(Role.name == role)) or Role(name=role)
            row.roles.append(kept)
    click.echo(f"created {email}")
