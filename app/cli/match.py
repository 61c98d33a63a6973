"""`passerelle match`: compute suggestions, or show the best ones."""

from __future__ import annotations

import click

from app.cli.common import opened_parts, progress_bar, put, table
from app.services.suggestions.best_suggestions import best_suggestions, shortened
from app.services.suggestions.refresh_all import refresh_all

COLUMNS = ["score", "languages", "challenge", "firm", "reason"]


@click.group()
def match() -> None:
    """Suggested matches of challenges and firms."""


@match.command()
@click.option("--firms/--no-firms", default=False, help="Also from the side of every firm, not only of challenges.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def refresh(firms: bool, as_json: bool) -> None:
    """Compute the suggestions of all open challenges anew; decided pairs stay."""
    with opened_parts() as parts, progress_bar("match") as progress:
        count = refresh_all(parts, firms=firms, progress=progress)
    put({"suggestions": count}, f"{count} suggestions", as_json=as_json)


@match.command()
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def best(limit: int, as_json: bool) -> None:
    """The best suggestions over all challenges."""
    with opened_parts() as parts, parts.store.read() as work:
        rows = best_suggestions(work, limit)
    put(rows, table(shortened(rows), COLUMNS), as_json=as_json)
