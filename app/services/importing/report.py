"""What an import did, row by row where something was wrong: for the screen, as JSON and as CSV."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from io import StringIO
from typing import Any, Literal

from app.services.faults import message
from app.services.importing.files import SourceRow
from app.services.importing.mapping import ColumnMapping

COUNTS = ("created", "updated", "unchanged", "failed")
SHOWN = 80  # characters of a value
COLUMNS = ("line", "external_id", "severity", "field", "cause", "message", "value")
HEADERS = {"fr": ("ligne", "identifiant externe", "gravité", "champ", "code", "message", "valeur"), "en": COLUMNS}
SEVERITIES = {"fr": {"fault": "refus", "warning": "avertissement"}, "en": {"fault": "fault", "warning": "warning"}}
_FORMULA = re.compile(r"^[=+\-@\t\r]")  # what a spreadsheet would run
_NEED = re.compile(r"needs\.\d+(?:\.(fr|en))?")
_SOLUTION = re.compile(r"solutions\.(\d+)\.(?:(fr|en)\.)?([a-z_]+)")
_TEXT = re.compile(r"(fr|en)\.([a-z_]+)")
_OTHER_NAMES = {"workshop_code": "workshop", "organisation_id": "owner"}


@dataclass(frozen=True, slots=True)
class RowNote:
    """One thing that was wrong with a row. `field` is the file's own column where it can be told."""

    line: int
    external_id: str
    severity: Literal["fault", "warning"]
    field: str
    cause: str
    value: str


@dataclass(slots=True)
class Report:
    """Counts of rows, and notes on those that failed or deserve a look."""

    dry_run: bool = False
    total: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    ignored_columns: list[str] = field(default_factory=list)
    notes: list[RowNote] = field(default_factory=list)

    def count(self, outcome: str) -> None:
        """Count a row that went in: "created", "updated" or "unchanged"."""
        setattr(self, outcome, getattr(self, outcome) + 1)

    def add(self, other: Report) -> None:
        """Take in what became of more rows."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.notes.extend(other.notes)

    def fail(self, row: SourceRow, external_id: str, faults: Mapping[str, str], mapping: ColumnMapping) -> None:
        """Count a row that did not go in, and say why."""
        self.failed += 1
        self.note(row, external_id, faults, mapping, "fault")

    def note(
        self,
        row: SourceRow,
        external_id: str,
        causes: Mapping[str, str],
        mapping: ColumnMapping,
        severity: Literal["fault", "warning"],
    ) -> None:
        """Keep what was wrong with a row."""
        for name, cause in causes.items():
            column = column_of(name, row.values, mapping)
            found = row.values.get(column)
            value = as_text(found)
            shown = value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"
            self.notes.append(RowNote(row.line, external_id, severity, column, cause, shown))

    def to_dict(self, language: str) -> dict[str, Any]:
        """Everything, with a sentence for each cause."""
        content = asdict(self)
        content["notes"] = [{**asdict(note), "message": message(note.cause, language)} for note in self.notes]
        return content

    def to_json(self, language: str) -> str:
        """As JSON; characters that JSON cannot hold as UTF-8 are escaped."""
        return json.dumps(self.to_dict(language), ensure_ascii=True, indent=2)

    def to_csv(self, language: str) -> str:
        """One line a note, headed in that language; what a spreadsheet would run is marked as text."""
        out = StringIO()
        writer = csv.writer(out)
        own = "fr" if language == "fr" else "en"
        writer.writerow(HEADERS[own])
        for note in self.notes:
            told = {"severity": SEVERITIES[own][note.severity], "message": message(note.cause, own)}
            cells = {**asdict(note), **told}
            writer.writerow([_harmless(cells[name]) for name in COLUMNS])
        return out.getvalue()


def as_text(value: object) -> str:
    """A value of a file as a person reads it: lists with commas, what is nested in them as it stands in the file."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(as_text(item) for item in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def column_of(name: str, values: Mapping[str, Any], mapping: ColumnMapping) -> str:
    """The column of the file behind the field of a fault ("fr.title" → "title_fr", "title", or the mapped column)."""
    wanted = _names_in_files(name)
    for own in wanted:
        for column in values:
            if mapping.columns.get(column, column) == own:
                return column
    return wanted[0]


def _names_in_files(name: str) -> list[str]:
    if found := _NEED.fullmatch(name):
        language = found.group(1) or "fr"
        return [f"needs_{language}", "needs", f"wishes_{language}", "wishes"]
    if found := _SOLUTION.fullmatch(name):
        number, language, own = int(found.group(1)) + 1, found.group(2), found.group(3)
        flat = f"solution_{number}_{own}"
        return [f"{flat}_{language}" if language else flat, flat, "solutions"]
    if found := _TEXT.fullmatch(name):
        return [f"{found.group(2)}_{found.group(1)}", found.group(2)]
    return [_OTHER_NAMES.get(name, name)]


def _harmless(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    text = cell.encode("utf-8", "replace").decode()
    return f"'{text}" if _FORMULA.match(text) else text
