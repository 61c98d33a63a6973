"""`passerelle demo`: the demo data, indexed and matched, then everything started."""

from __future__ import annotations

import time

import click
from sqlalchemy import func, select

from app.cli.common import opened_parts, progress_bar, read_settings, table
from app.cli.compute import WIDTH, compute_all
from app.cli.preflight import check
from app.cli.up import run
from app.records.matches import Match
from app.services.accounts.passwords import hash_password
from app.services.index.kinds import ALIASES, is_outdated
from app.services.load_demo import ACCOUNTS, PASSWORD, load_demo
from app.services.parts import Parts
from app.services.suggestions.best_suggestions import best_suggestions, shortened
from config.settings import Settings


@click.command()
@click.option("--load-only", is_flag=True, help="Load, index and match, but start nothing.")
def demo(load_only: bool) -> None:
    """Load the demo data where it is not loaded yet, show the ten best suggestions, and start everything."""
    started = time.monotonic()
    check(read_settings())
    with opened_parts() as parts:
        settings = parts.settings
        if not _is_loaded(parts):
            _load(parts)
        elif load_only and any(is_outdated(parts, kind) for kind in ALIASES):  # of an earlier version
            compute_all(parts)  # a sweep does it where everything is started: asking here would load the model first
        with parts.store.read() as work:
            rows = best_suggestions(work, 10)
    click.echo("\nThe ten best suggestions:\n")
    click.echo(table(shortened(rows), ["score", "languages", "challenge", "firm", "reason"]))
    if not load_only:
        run(settings, lambda address: _welcome(settings, address, time.monotonic() - started))


def _is_loaded(parts: Parts) -> bool:
    with parts.store.read() as work:
        matches = work.session.scalar(select(func.count()).select_from(Match)) or 0
    return matches > 0 and all(parts.engine.resolve(alias) for alias in ALIASES.values())


def _load(parts: Parts) -> None:
    with progress_bar(f"{'demo data':<{WIDTH}}") as progress:
        load_demo(parts.store, hash_password=hash_password, progress=progress, announce=False)
    compute_all(parts)


def _welcome(settings: Settings, address: str, seconds: float) -> None:
    click.echo(f"\nPasserelle is ready after {seconds:.0f} s: {address}\n\nDemo accounts (password: {PASSWORD}):")
    for account in ACCOUNTS:
        click.echo(f"  {account.email:<28} {account.what}")
    if settings.smtp_url is None:
        click.echo(f"\nMessages are written to {settings.var / 'mail'}.")
    click.echo("Ctrl-C stops everything.")
