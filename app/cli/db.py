"""`passerelle db`: tables."""

from __future__ import annotations

import click

from app.cli.common import read_settings
from app.records.migrate import upgrade as upgrade_tables


@click.group()
def db() -> None:
    """The tables of the database."""


@db.command()
def upgrade() -> None:
    """Create the tables, or bring them to this version."""
    settings = read_settings()
    settings.var.mkdir(parents=True, exist_ok=True)
    upgrade_tables(settings.database_url)
    click.echo("the tables are up to date")
