"""The form that says which column means what: its fields, read back into a mapping and options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request

from app.services.checks import Checks
from app.services.importing import ColumnMapping, ImportOptions, load_mapping, profiles
from app.services.importing.fields import columns_by_profile, fields_of, suggest_columns, suggest_profile
from app.services.importing.files import LOOKED_AT, SourceRow, read_rows
from app.services.importing.report import as_text
from app.services.importing.uploads import Upload
from app.web.context import LANGUAGES
from matching.errors import InvalidInput

SAMPLES, SAMPLE = 3, 80  # values of a column, characters of a value
DATE_FORMATS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d")
LISTS = ("sectors", "technologies")
LONGEST_PREFIX = 40
SHORTENED = ("title", "teaser", "name")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file with some of its values, and the field that it leads to ("" for none)."""

    name: str
    samples: tuple[str, ...]
    field: str


def columns_of(upload: Upload) -> dict[str, tuple[str, ...]]:
    """The file's columns in order, with the first values of each. Raises InvalidInput."""
    rows = read_rows(upload.source(), limit=LOOKED_AT)
    found: dict[str, list[str]] = {}
    for row in rows:
        _collect(row, found)
    return {name: tuple(samples) for name, samples in found.items()}


def first_choice(upload: Upload, columns: Sequence[str], profile: str | None) -> tuple[ImportOptions, str, list[str]]:
    """Options that are suggested, the profile behind them ("" for none), and the field of each column."""
    name = profile if profile is not None else suggest_profile(columns) or ""
    known = name if name in profiles() else ""
    mapping = load_mapping(known) if known else ColumnMapping()  # strict: a row goes in whole or not at all
    by_column = columns_by_profile(mapping, columns) if known else suggest_columns(upload.kind, columns)
    return ImportOptions(mapping=mapping, publish=bool(known)), known, [by_column[column] for column in columns]


def read_options(upload: Upload, columns: Sequence[str]) -> ImportOptions:
    """What was chosen. Raises InvalidInput({"column.N": cause})."""
    form = request.form
    profile = form.get("profile", "")
    base = load_mapping(profile) if profile in profiles() else ColumnMapping()
    chosen = chosen_fields(columns)
    _check(upload, chosen)
    language = form.get("language", "")
    prefix = form.get("prefix", "").strip()
    mapping = replace(
        base,
        columns=dict(zip(columns, chosen, strict=True)),
        prefixes={"external_id": prefix} if prefix else {},
        dates=tuple(form_date for form_date in (form.get("dates", ""),) if form_date in DATE_FORMATS) or base.dates,
        skip_unknown=LISTS if form.get("skip_unknown") else (),
        shorten=tuple(dict.fromkeys((*base.shorten, *SHORTENED))) if form.get("shorten") else (),
    )
    return ImportOptions(
        mapping=mapping,
        publish=form.get("publish") == "yes",
        reopen=upload.kind == "challenges" and form.get("reopen") == "yes",
        language=next((own for own in LANGUAGES if own == language), None),
    )


def chosen_fields(columns: Sequence[str]) -> list[str]:
    """The field of each column, as the form sent it."""
    return [request.form.get(f"column.{number}", "") for number in range(len(columns))]


def _check(upload: Upload, chosen: Sequence[str]) -> None:
    known = {field.code for field in fields_of(upload.kind)}
    faults: dict[str, str] = {}
    for number, code in enumerate(chosen):
        if code and code not in known:
            faults[f"column.{number}"] = "unknown_value"
        elif code and code in chosen[:number]:
            faults[f"column.{number}"] = "twice"
    if "external_id" not in chosen:
        faults.setdefault("columns", "no_id_column")
    checks = Checks()
    checks.line("prefix", request.form.get("prefix", ""), LONGEST_PREFIX)
    if faults | checks.faults:
        raise InvalidInput(faults | checks.faults)


def _collect(row: SourceRow, found: dict[str, list[str]]) -> None:
    values: Mapping[str, Any] = row.values
    for name, value in values.items():
        samples = found.setdefault(name, [])
        text = " ".join(as_text(value)[: SAMPLE * 4].split())
        shown = text if len(text) <= SAMPLE else f"{text[: SAMPLE - 1]}…"
        if shown and len(samples) < SAMPLES and shown not in samples:
            samples.append(shown.encode("utf-8", "replace").decode())
