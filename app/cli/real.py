"""`passerelle real`: the four real collections, imported, indexed, matched, and checked from the outside."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from app.cli.common import opened_parts, progress_bar, put, table
from app.cli.compute import WIDTH, Steps, compute_all
from app.records.queries import counts
from app.services.actor import SYSTEM
from app.services.importing import ImportOptions, Report, SourceFile, import_challenges, import_firms, load_mapping
from app.services.parts import Parts
from app.services.suggestions.check_results import Check, check_results

EXAMPLES = 5  # of what is wrong with a check


@dataclass(frozen=True, slots=True)
class Collection:
    """A file under the folder of data; its mapping has the name of its folder."""

    name: str
    file: str
    challenges: bool

    def path(self, folder: Path) -> Path:
        """Where it is."""
        return folder / self.name / self.file


COLLECTIONS = (
    Collection("challenge-gov", "challenges.jsonl", challenges=True),
    Collection("eig-defis", "defis.jsonl", challenges=True),
    Collection("remoteintech-companies", "companies.jsonl", challenges=False),
    Collection("financedb-ict-companies", "companies.jsonl", challenges=False),
)


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the collections; else data/ in the folder that PASSERELLE_SHARED names.",
)
@click.option("--processes", type=click.IntRange(1, 64), help="Processes that encode; one a core where not given.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def real(data: Path | None, processes: int | None, as_json: bool) -> None:
    """Import the four real collections, index and match all of it, and check the result from the outside.

    Their challenges are over: they are opened again with deadlines ahead, recorded as such. Set PASSERELLE_VAR to a
    folder of its own, so that they do not mix with other records. Exit code 1 where a row or a check fails.
    """
    steps, started = Steps(), time.monotonic()
    with opened_parts() as parts:
        folder = data or parts.settings.shared / "data"
        _ensure_there(folder)
        with steps.timed("import"):
            reports = import_real(parts, folder)
        compute_all(parts, processes, steps)
        with steps.timed("check"), progress_bar(f"{'check':<{WIDTH}}") as progress:
            checks = check_results(parts, progress)
        with parts.store.read() as work:
            numbers = counts(work)
    steps.seconds["all"] = time.monotonic() - started
    put(_as_json(reports, checks, steps, numbers), _as_text(reports, checks, steps, numbers), as_json=as_json)
    if any(report.failed for report in reports.values()) or not all(check.good for check in checks):
        raise click.exceptions.Exit(1)


def import_real(
    parts: Parts, folder: Path, read: Callable[[Path], SourceFile] = SourceFile.from_path
) -> dict[str, Report]:
    """Import every collection; `read` may give less than the whole file."""
    reports = {}
    for collection in COLLECTIONS:
        bring = import_challenges if collection.challenges else import_firms
        with progress_bar(f"{f'import {collection.name[:9]}':<{WIDTH}}") as progress:
            options = ImportOptions(
                mapping=load_mapping(collection.name),
                publish=True,
                reopen=collection.challenges,
                announce=False,
                progress=progress,
            )
            reports[collection.name] = bring(parts.store, SYSTEM, read(collection.path(folder)), options)
    return reports


def _ensure_there(folder: Path) -> None:
    absent = [str(path) for collection in COLLECTIONS if not (path := collection.path(folder)).is_file()]
    if absent:
        raise click.UsageError("not there (name the folder with --data or PASSERELLE_SHARED): " + ", ".join(absent))


def _as_json(
    reports: Mapping[str, Report], checks: Sequence[Check], steps: Steps, numbers: Mapping[str, int]
) -> dict[str, Any]:
    return {
        "imports": {name: _imported(report) for name, report in reports.items()},
        "records": dict(numbers),
        "checks": [check.as_row() | {"wrong": list(check.wrong)} for check in checks],
        "seconds": {name: round(seconds, 1) for name, seconds in steps.seconds.items()},
    }


def _as_text(reports: Mapping[str, Report], checks: Sequence[Check], steps: Steps, numbers: Mapping[str, int]) -> str:
    imported = [{"collection": name, **_imported(report)} for name, report in reports.items()]
    lines = [
        "",
        table(imported, list(imported[0])),
        "",
        table([check.as_row() for check in checks], list(checks[0].as_row())),
    ]
    lines += [f"  {check.name}: {', '.join(check.wrong[:EXAMPLES])}" for check in checks if check.wrong]
    seconds = [{"step": name, "seconds": round(spent)} for name, spent in steps.seconds.items()]
    lines += ["", table(seconds, ["step", "seconds"]), ""]
    return "\n".join([*lines, ", ".join(f"{count} {name}" for name, count in numbers.items())])


def _imported(report: Report) -> dict[str, int]:
    return {name: getattr(report, name) for name in ("total", "created", "updated", "unchanged", "failed")}
