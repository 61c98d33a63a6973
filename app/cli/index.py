"""`passerelle index`: rebuild, status, sweep."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict

import click

from app.cli.common import opened_parts, progress_bar, put, table
from app.records.queries import visible_versions
from app.services.index_records import ALIASES, Encode, Kind, rebuild_index, sweep_index
from app.services.statistics import refresh_statistics
from indexing.bulk import BulkEncoder

KINDS: tuple[Kind, ...] = ("challenge", "firm")


@click.group()
def index() -> None:
    """The search index: it can always be rebuilt from the database."""


@index.command()
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes that encode.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def rebuild(processes: int, as_json: bool) -> None:
    """Build both indexes anew beside the ones in use, compare the counts, and swap."""
    results = []
    with opened_parts() as parts, ExitStack() as stack:
        encode: Encode | None = None
        if processes > 1:
            encode = stack.enter_context(BulkEncoder(parts.settings.embedding_model, processes))
        for kind in KINDS:
            with progress_bar(f"index {ALIASES[kind]}") as progress:
                rebuilt = rebuild_index(parts, kind, encode, progress)
            results.append(asdict(rebuilt))
        refresh_statistics(parts)
    put(results, table(results, ["name", "documents", "rejected"]), as_json=as_json)


@index.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def status(as_json: bool) -> None:
    """Builds, counts, and whether they agree with the database; exit code 1 where they do not."""
    rows = []
    with opened_parts() as parts:
        for kind in KINDS:
            name = parts.engine.resolve(ALIASES[kind])
            with parts.store.read() as work:
                wanted = len(visible_versions(work, kind))
            held = len(parts.engine.versions(name)) if name else 0
            rows.append(
                {
                    "index": ALIASES[kind],
                    "engine": parts.engine.kind,
                    "build": name or "none",
                    "documents": held,
                    "database": wanted,
                    "agrees": "yes" if held == wanted else "no",
                }
            )
    put(rows, table(rows, list(rows[0])), as_json=as_json)
    if any(row["agrees"] == "no" for row in rows):
        raise click.exceptions.Exit(1)


@index.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def sweep(as_json: bool) -> None:
    """Find and mend what is missing, stale or too much in the index."""
    rows = []
    with opened_parts() as parts:
        for kind in KINDS:
            with progress_bar(f"sweep {ALIASES[kind]}") as progress:
                rows.append({"index": ALIASES[kind], **asdict(sweep_index(parts, kind, progress))})
    put(rows, table(rows, list(rows[0])), as_json=as_json)
