"""`passerelle index`: rebuild, status, sweep."""

from __future__ import annotations

from dataclasses import asdict

import click

from app.cli.common import opened_parts, progress_bar, put, table
from app.cli.compute import KINDS
from app.services.actor import SYSTEM
from app.services.administration.index_status import index_statuses
from app.services.index.encode_records import encode_records
from app.services.index.kinds import ALIASES
from app.services.index.rebuild_index import rebuild_index
from app.services.index.sweep_index import sweep_index
from app.services.suggestions.statistics import refresh_statistics

OUTDATED = (
    "made for another schema or encoder; `passerelle index rebuild` makes it anew (a sweep asks for it by itself)"
)


@click.group()
def index() -> None:
    """The search index: it can always be rebuilt from the database."""


@index.command()
@click.option("--processes", type=click.IntRange(1, 64), help="Processes that encode; one a core where not given.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def rebuild(processes: int | None, as_json: bool) -> None:
    """Build both indexes anew beside the ones in use, compare the counts, and swap."""
    results = []
    with opened_parts() as parts:
        with progress_bar("encode") as progress:
            encode_records(parts, processes, progress)
        for kind in KINDS:
            with progress_bar(f"index {ALIASES[kind]}") as progress:
                rebuilt = rebuild_index(parts, kind, progress=progress)
            results.append(asdict(rebuilt))
        refresh_statistics(parts)
    put(results, table(results, ["name", "documents", "rejected"]), as_json=as_json)


@index.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def status(as_json: bool) -> None:
    """Builds, counts, and whether they agree with the database and were made for the model in use; else exit code 1."""
    with opened_parts() as parts:
        found = index_statuses(parts, SYSTEM)
    rows = [
        {
            "index": one.alias,
            "engine": one.engine,
            "build": one.build or "none",
            "documents": one.documents,
            "database": one.database,
            "missing": one.missing,
            "stale": one.stale,
            "orphans": one.orphans,
            "rejected": len(one.rejected),
            "last_indexed": one.last_indexed,
            "agrees": one.agrees,
            "outdated": one.outdated,
            "unavailable": one.unavailable,
        }
        for one in found
    ]
    shown = [{**row, "agrees": "yes" if row["agrees"] else "no"} for row in rows]
    columns = ["index", "engine", "build", "documents", "database", "missing", "stale", "orphans", "rejected", "agrees"]
    told = "".join(f"\n{one.alias}: {one.unavailable}" for one in found if one.unavailable)
    told += "".join(f"\n{one.alias}: {OUTDATED}" for one in found if one.outdated)
    put(rows, table(shown, columns) + told, as_json=as_json)
    if not all(one.agrees and not one.outdated for one in found):
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
