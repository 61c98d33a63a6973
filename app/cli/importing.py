"""`passerelle import`: challenges and firms from CSV, XLSX or JSONL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeVar

import click

from app.cli.common import opened_parts, progress_bar, put, table
from app.records.store import Store
from app.services.actor import SYSTEM, Actor
from app.services.faults import message
from app.services.importing import (
    ColumnMapping,
    ImportOptions,
    Report,
    SourceFile,
    import_challenges,
    import_firms,
    load_mapping,
    profiles,
)
from matching.errors import InvalidInput

SHOWN = 10  # faults on the screen; all of them are in the report

Command = TypeVar("Command", bound=Callable[..., Any])
Import = Callable[[Store, Actor, SourceFile, ImportOptions], Report]


@click.group()
def import_() -> None:
    """Challenges or firms from a CSV, XLSX or JSONL file.

    Good rows go in, bad rows are named. The same file again changes nothing: rows are known by their external_id.
    Exit codes: 0 every row is in, 1 some rows were refused, 2 wrong usage or a file that cannot be read.
    """


def _options(command: Command) -> Command:
    """What both commands take."""
    for option in reversed(
        (
            click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
            click.option(
                "--mapping",
                help=f"Which column means what: a JSON file, or one of {', '.join(profiles())}. "
                "Without it the columns bear the names of our fields.",
            ),
            click.option("--dry-run", is_flag=True, help="Try everything and report it, but keep nothing."),
            click.option("--publish", is_flag=True, help="Publish at once; else new records wait for moderation."),
            click.option(
                "--language", type=click.Choice(["fr", "en"]), help="Of texts that do not name theirs; else it is told."
            ),
            click.option(
                "--no-announce",
                is_flag=True,
                help="Send the workers nothing: `index rebuild` and `match refresh` follow by hand. Faster for much.",
            ),
            click.option(
                "--report", type=click.Path(dir_okay=False, path_type=Path), help="CSV of faults and warnings by row."
            ),
            click.option("--messages", type=click.Choice(["fr", "en"]), default="en", help="Language of the report."),
            click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON."),
        )
    ):
        command = option(command)
    return command


@import_.command(name="challenges")
@_options
@click.option(
    "--reopen",
    is_flag=True,
    help="Open challenges that are over, with a deadline ahead (recorded as such); an empty text takes the tagline. "
    "Implies --publish.",
)
def challenges_(reopen: bool, **given: Any) -> None:
    """Import challenges; their owners are found by name, or made."""
    _run("challenges", import_challenges, reopen=reopen, **{**given, "publish": given["publish"] or reopen})


@import_.command(name="firms")
@_options
def firms_(**given: Any) -> None:
    """Import firms, each with an organisation of its own."""
    _run("firms", import_firms, reopen=False, **given)


def _run(
    what: str,
    import_all: Import,
    *,
    file: Path,
    mapping: str | None,
    dry_run: bool,
    publish: bool,
    reopen: bool,
    language: Literal["fr", "en"] | None,
    no_announce: bool,
    report: Path | None,
    messages: str,
    as_json: bool,
) -> None:
    try:
        columns = load_mapping(mapping) if mapping else ColumnMapping()
        source = SourceFile.from_path(file)
        with opened_parts() as parts, progress_bar(f"import {what}") as progress:
            options = ImportOptions(
                mapping=columns,
                dry_run=dry_run,
                publish=publish,
                reopen=reopen,
                language=language,
                announce=not no_announce,
                progress=progress,
            )
            done = import_all(parts.store, SYSTEM, source, options)
    except InvalidInput as error:
        told = "; ".join(f"{name}: {message(cause, messages)}" for name, cause in error.faults.items())
        raise click.UsageError(told) from error
    if report is not None:
        _write(report, done.to_csv(messages))
    put(done.to_dict(messages), _summary(done, messages, report), as_json=as_json)
    if done.failed:
        raise click.exceptions.Exit(1)


def _write(path: Path, text: str) -> None:
    """With the mark by which spreadsheets know UTF-8."""
    try:
        path.write_text(text, encoding="utf-8-sig", newline="")
    except OSError as error:
        raise click.ClickException(f"the report cannot be written: {error}") from error


def _summary(report: Report, messages: str, written: Path | None) -> str:
    counts = [f"{getattr(report, name)} {name}" for name in ("created", "updated", "unchanged")]
    kept = " (dry run: nothing was kept)" if report.dry_run else ""
    lines = [f"{report.total} rows: {', '.join(counts)}, {report.failed} refused{kept}"]
    if report.ignored_columns:
        lines.append(f"columns that mean nothing here: {', '.join(report.ignored_columns)}")
    faults = [note for note in report.notes if note.severity == "fault"]
    warnings = len(report.notes) - len(faults)
    if faults:
        rows = [
            {"line": note.line, "id": note.external_id, "field": note.field, "cause": message(note.cause, messages)}
            for note in faults[:SHOWN]
        ]
        lines += ["", table(rows, ["line", "id", "field", "cause"])]
    if len(faults) > SHOWN:
        lines.append(f"... and {len(faults) - SHOWN} more")
    if warnings:
        lines.append(f"{warnings} warning{'s' if warnings > 1 else ''}")
    if written is not None:
        lines.append(f"report: {written}")
    return "\n".join(lines)
