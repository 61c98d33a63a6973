"""The first sheet of an XLSX file, read so that a hostile file cannot fill the memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.xml import DEFUSEDXML

from matching.errors import InvalidInput

LARGEST_UNPACKED = 200 * 1024 * 1024  # bytes of all parts together; a full sheet of 50,000 rows takes about 60 MB
MOST_PARTS = 1_000


def read_xlsx(data: bytes, most_rows: int, most_columns: int) -> Iterator[tuple[int, list[Any]]]:
    """Row number and cells of each row, empty cells at the end left out.

    Reads at most these rows and columns whatever the file says it has: a 5 kB file may claim a million by 16,384.
    Raises InvalidInput({"file": cause}).
    """
    if not DEFUSEDXML:  # without that package a small file of nested entities grows as it is read
        raise InvalidInput({"file": "unreadable_file"})
    _check_zip(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            rows = sheet.iter_rows(max_row=most_rows + 1, max_col=most_columns, values_only=True)
            for number, cells in enumerate(rows, start=1):
                yield number, _trimmed(list(cells))
        finally:
            book.close()
    except Exception as error:  # openpyxl raises what its XML parser, zlib and its own models raise
        raise InvalidInput({"file": "unreadable_file"}) from error


def _check_zip(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        # No archive or a damaged one; a part's name that is not the UTF-8 it claims; a version of ZIP yet to come.
        raise InvalidInput({"file": "unreadable_file"}) from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise InvalidInput({"file": "file_too_large"})


def _trimmed(cells: list[Any]) -> list[Any]:
    while cells and cells[-1] is None:
        cells.pop()
    return cells
