"""A file that somebody gave → rows: line number and values by column."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.services.importing.sheets import read_xlsx
from matching.errors import InvalidInput

LARGEST_FILE = 100 * 1024 * 1024  # bytes; the portal takes less
MOST_ROWS = 50_000
MOST_COLUMNS = 300
LOOKED_AT = 200  # rows that tell which columns there are
DELIMITERS = ",;\t|"

csv.field_size_limit(LARGEST_FILE)  # a cell that is too long is told for its row; it must not end the reading


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file's name, which tells its format, and its bytes."""

    name: str
    data: bytes = field(repr=False)

    @classmethod
    def from_path(cls, path: Path) -> SourceFile:
        """Read a file. Raises InvalidInput where it is too large or cannot be read."""
        try:
            if path.stat().st_size > LARGEST_FILE:
                raise InvalidInput({"file": "file_too_large"})
            return cls(path.name, path.read_bytes())
        except OSError as error:
            raise InvalidInput({"file": "unreadable_file"}) from error


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row. `line` is where a person finds it in the file; `cause` says why it could not be read."""

    line: int
    values: Mapping[str, Any]
    cause: str | None = None


def read_rows(source: SourceFile, limit: int | None = None) -> list[SourceRow]:
    """Every row that holds anything, or the first `limit` of them.

    Raises InvalidInput({"file": cause}) where the file as a whole is no good.
    """
    if len(source.data) > LARGEST_FILE:
        raise InvalidInput({"file": "file_too_large"})
    suffix = Path(source.name).suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        rows = _read_jsonl(_decode(source.data))
    elif suffix in (".csv", ".tsv", ".txt"):
        rows = _table(_read_csv(_decode(source.data)))
    elif suffix == ".xlsx":
        rows = _table(read_xlsx(source.data, MOST_ROWS + 1, MOST_COLUMNS))
    else:
        raise InvalidInput({"file": "unknown_format"})
    found = []
    for row in rows:
        found.append(row)
        if len(found) == limit:
            break
        if len(found) > MOST_ROWS:
            raise InvalidInput({"file": "file_too_large"})
    if not found:
        raise InvalidInput({"file": "empty_file"})
    return found


def _decode(data: bytes) -> str:
    """UTF-16 with its mark, UTF-8, else the code page that spreadsheets of Western Europe and America write."""
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput({"file": "unreadable_file"})


def _read_jsonl(text: str) -> Iterator[SourceRow]:
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            values = json.loads(content)
        except (ValueError, RecursionError):
            values = None
        if isinstance(values, dict):
            yield SourceRow(line, values)
        else:
            yield SourceRow(line, {}, "unreadable_row")


def _read_csv(text: str) -> Iterator[tuple[int, list[Any]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    start = 1
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInput({"file": "unreadable_file"}) from error


def _delimiter(text: str) -> str:
    """The one that splits the header into the most columns; quoted ones do not count."""
    first = text[:100_000].split("\n", 1)[0]
    return max(DELIMITERS, key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))


def _table(lines: Iterator[tuple[int, list[Any]]]) -> Iterator[SourceRow]:
    """Header and cells → values by column. Empty rows are left out; a row with more cells than columns is a fault."""
    header: list[str] | None = None
    for line, cells in lines:
        if all(cell is None or cell == "" for cell in cells):
            continue
        if header is None:
            header = [str(cell).strip() if cell is not None else "" for cell in cells]
            continue
        extra = cells[len(header) :]
        cause = "unreadable_row" if any(cell not in (None, "") for cell in extra) else None
        yield SourceRow(line, {name: cell for name, cell in zip(header, cells, strict=False) if name}, cause)
