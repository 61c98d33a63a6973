"""A row of a file → what `save_firm` takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from app.services.firms.firm_data import (
    FIRM_TEXT_FIELDS,
    SOLUTION_TEXT_FIELDS,
    FirmData,
    FirmTexts,
    SolutionData,
    SolutionTexts,
)
from app.services.importing.mapping import ColumnMapping
from app.services.importing.texts import nested_texts, original_language, row_language, texts_by_language
from app.services.importing.values import Row, as_text, plain_fields, taxonomy_fields
from app.services.taxonomy.taxonomy import Names

_SOLUTION = re.compile(r"solution_([1-9][0-9]?)_([a-z_]+)")  # solution_1_name, solution_1_description_fr ...
COLUMNS = frozenset(
    {own.name for own in fields(FirmData)} - {"texts", "organisation_id", "excluded_organisations"}
    | {f"{name}{end}" for name in FIRM_TEXT_FIELDS for end in ("", "_fr", "_en")}
)


@dataclass(frozen=True, slots=True)
class FirmRow:
    """What one row says; what it does not say stays as it is stored."""

    external_id: str
    original: str
    texts: Mapping[str, Mapping[str, str]]
    solutions: tuple[SolutionData, ...] | None
    plain: Mapping[str, Any]
    faults: Mapping[str, str] = field(default_factory=dict)


def is_column(name: str) -> bool:
    """Whether a field of this name is one of a firm or its solutions."""
    return name in COLUMNS or _SOLUTION.fullmatch(name) is not None


def read_firm(values: Mapping[str, Any], mapping: ColumnMapping, names: Names, language: str | None) -> FirmRow:
    """Read the values of a row; what cannot be told is in `faults`."""
    row = Row(values, mapping.dates)
    written = row_language(row, FIRM_TEXT_FIELDS, language)
    texts = texts_by_language(row, FIRM_TEXT_FIELDS, written, mapping)
    return FirmRow(
        external_id=row.checks.line("external_id", row.text("external_id"), 120, required=True),
        original=original_language(row, texts, written),
        texts=texts,
        solutions=_solutions(row, written),
        plain=_plain(row, mapping, names),
        faults=row.checks.faults,
    )


def merged(row: FirmRow, stored: FirmData | None) -> FirmData:
    """The stored firm with what the row says, or a new one with an organisation of its own."""
    base = stored or FirmData(organisation_id=None, name="", original=row.original, texts={})
    texts = {
        language: replace(base.texts.get(language, FirmTexts()), **row.texts.get(language, {}))
        for language in {**base.texts, **row.texts}
    }
    return replace(
        base,
        external_id=row.external_id,
        original=row.original,
        texts=texts,
        solutions=row.solutions if row.solutions is not None else base.solutions,
        **row.plain,
    )


def _solutions(row: Row, language: str) -> tuple[SolutionData, ...] | None:
    """A JSON list of objects, or columns such as solution_1_name. None: not said."""
    value = row.values.get("solutions")
    if value is not None and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
        row.checks.fault("solutions", "not_a_list")
        return None
    items: list[Mapping[str, Any]] = list(value or [])
    numbered: dict[int, dict[str, Any]] = {}
    for name, cell in row.values.items():
        if found := _SOLUTION.fullmatch(name):
            numbered.setdefault(int(found.group(1)), {})[found.group(2)] = cell
    items.extend(numbered[number] for number in sorted(numbered))
    if value is None and not items:
        return None
    return tuple(_solution(row, f"solutions.{number}", item, language) for number, item in enumerate(items))


def _solution(row: Row, field: str, item: Mapping[str, Any], language: str) -> SolutionData:
    own = Row(item)
    texts = nested_texts(row, field, item, SOLUTION_TEXT_FIELDS, language)
    return SolutionData(
        name=as_text(row.checks, f"{field}.name", item.get("name")),
        texts={language: SolutionTexts(**values) for language, values in texts.items()},
        trl=own.number("trl"),
        external_id=as_text(row.checks, f"{field}.external_id", item.get("external_id")) or None,
    )


def _plain(row: Row, mapping: ColumnMapping, names: Names) -> dict[str, Any]:
    """The fields without a language that the row says anything about."""
    found = plain_fields(
        row,
        texts=("name", "place", "website", "headcount", "contact_email"),
        numbers=("founded", "budget_min", "budget_max"),
        codes=("collaboration", "languages_of_service"),
    )
    found |= taxonomy_fields(row, names, mapping.skip_unknown)
    if row.has("regions"):
        found["regions"] = row.items("regions")
    if row.has("opted_out"):
        found["opted_out"] = bool(row.yes_or_no("opted_out"))
    return found
