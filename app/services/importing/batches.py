"""Rows into the database: many a transaction, each whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy.exc import DataError, IntegrityError

from app.records.store import Store, Work
from app.services.importing.files import SourceRow
from app.services.importing.mapping import ColumnMapping, apply_mapping
from app.services.importing.options import ImportOptions
from app.services.importing.report import Report
from app.services.importing.transaction import transaction
from matching.errors import Forbidden, IllegalMove, InvalidInput

# Rows a transaction: 50 new firms take about half a second of SQLite's write lock (measured: 10 ms a new firm), which
# other writers wait out; a commit for each row would double the time of an import.
A_TRANSACTION = 50


class ReadRow(Protocol):
    """What a row says, read but not yet judged by the services."""

    @property
    def external_id(self) -> str:
        """Names the record across imports."""

    @property
    def faults(self) -> Mapping[str, str]:
        """What could not be read."""


R = TypeVar("R", bound=ReadRow)
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Steps(Generic[R, S]):
    """What differs between challenges and firms. `save` returns the outcome and warnings by field."""

    is_column: Callable[[str], bool]
    read: Callable[[Mapping[str, Any]], R]
    stored: Callable[[Work, Sequence[str]], Mapping[str, S]]
    save: Callable[[Work, R, S | None], tuple[str, Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that are committed (or were tried, in a dry run): how far the import is, and what became of these rows."""

    done: int
    external_ids: tuple[str, ...]
    report: Report


def import_rows(store: Store, rows: Sequence[SourceRow], options: ImportOptions, steps: Steps[R, S]) -> Report:
    """Import all rows. Raises InvalidInput where no column is known."""
    whole = Report(dry_run=options.dry_run, total=len(rows))
    whole.ignored_columns = ignored_columns(rows, options.mapping, steps.is_column)
    for batch in import_batches(store, rows, options, steps):
        whole.add(batch.report)
        if options.progress is not None:
            options.progress(batch.done, len(rows))
    return whole


def import_batches(
    store: Store,
    rows: Sequence[SourceRow],
    options: ImportOptions,
    steps: Steps[R, S],
    *,
    start: int = 0,
    seen: Collection[str] = (),
) -> Iterator[Batch]:
    """The rows from `start` on, one transaction at a time: the caller may stop after any and go on later.

    `seen`: external ids of the rows before, so that a second one of the same id is a fault.
    """
    known = set(seen)
    for place in range(start, len(rows), A_TRANSACTION):
        batch = rows[place : place + A_TRANSACTION]
        report = Report(dry_run=options.dry_run)
        before = set(known)
        ready = [(row, read) for row in batch if (read := _read(row, options, steps, known, report)) is not None]
        with transaction(store, options) as work:
            stored = steps.stored(work, [read.external_id for _, read in ready])
            for row, read in ready:
                _save(work, row, read, stored.get(read.external_id), options, steps, report)
        report.notes.sort(key=lambda note: note.line)  # what was not read comes before what was not saved
        yield Batch(place + len(batch), tuple(known - before), report)


def _read(row: SourceRow, options: ImportOptions, steps: Steps[R, S], seen: set[str], report: Report) -> R | None:
    if row.cause is not None:
        report.fail(row, "", {"": row.cause}, options.mapping)
        return None
    read = steps.read(apply_mapping(options.mapping, row.values))
    faults = dict(read.faults)
    if read.external_id and read.external_id in seen:
        faults["external_id"] = "duplicate_external_id"
    seen.add(read.external_id)
    if faults:
        report.fail(row, read.external_id, faults, options.mapping)
        return None
    return read


def _save(
    work: Work, row: SourceRow, read: R, stored: S | None, options: ImportOptions, steps: Steps[R, S], report: Report
) -> None:
    """One row in a savepoint of its own."""
    try:
        with work.session.begin_nested():
            outcome, warnings = steps.save(work, read, stored)
    except InvalidInput as error:
        report.fail(row, read.external_id, error.faults, options.mapping)
    except (Forbidden, IllegalMove):
        report.fail(row, read.external_id, {"external_id": "not_allowed_now"}, options.mapping)
    except (IntegrityError, DataError):
        report.fail(row, read.external_id, {"external_id": "not_stored"}, options.mapping)
    else:
        report.count(outcome)
        report.note(row, read.external_id, warnings, options.mapping, "warning")


def ignored_columns(rows: Sequence[SourceRow], mapping: ColumnMapping, is_column: Callable[[str], bool]) -> list[str]:
    """Columns that mean nothing here; those that the mapping leaves out on purpose are not named.

    Raises InvalidInput where no column means anything.
    """
    columns = list(dict.fromkeys(column for row in rows for column in row.values))
    unknown = [column for column in columns if not is_column(mapping.columns.get(column, column))]
    if len(unknown) == len(columns) and any(row.cause is None for row in rows):
        raise InvalidInput({"file": "no_known_column"})
    sources = {column for rule in mapping.derive.values() for column in rule["from"]}
    return [column for column in unknown if column not in sources and mapping.columns.get(column) != ""]
