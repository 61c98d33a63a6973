"""The texts of a row by language, and which language the row was written in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.services.importing.mapping import ColumnMapping, cut_to_fit
from app.services.importing.values import Row, as_items, as_text
from app.services.saving import LANGUAGES
from indexing.detection import detect


def row_language(row: Row, names: tuple[str, ...], default: str | None) -> str:
    """The language of texts that do not name theirs: the row's `original`, the given one, else what they read like."""
    original = row.values.get("original")
    if original in LANGUAGES or default is not None:
        return str(original if original in LANGUAGES else default)
    texts = [value for name in names if isinstance(value := row.values.get(name), str)]
    return detect(max(texts, key=len, default=""))[0] or "fr"


def original_language(row: Row, texts: Mapping[str, Any], language: str) -> str:
    """The language that the row was written in: as it says, else the only one that it has, else `language`."""
    given = row.values.get("original")
    if given is not None:
        return str(given)
    return next(iter(texts)) if len(texts) == 1 else language


def texts_by_language(
    row: Row, names: tuple[str, ...], language: str, mapping: ColumnMapping
) -> dict[str, dict[str, str]]:
    """{"fr": {"title": ...}} of what the row says; "title" counts for `language` where "title_fr" is not there."""
    found: dict[str, dict[str, str]] = {}
    for own in LANGUAGES:
        texts = {}
        for name in names:
            key = f"{name}_{own}" if row.has(f"{name}_{own}") else name
            if row.has(key) and (key != name or own == language):
                texts[name] = cut_to_fit(mapping, name, row.text(key))
        if texts:
            found[own] = texts
    return found


def nested_texts(
    row: Row, field: str, item: Mapping[str, Any], names: tuple[str, ...], language: str
) -> dict[str, dict[str, str]]:
    """As `texts_by_language`, of an object inside a row (a solution)."""
    found: dict[str, dict[str, str]] = {}
    for own in LANGUAGES:
        texts = {}
        for name in names:
            value = item.get(f"{name}_{own}", item.get(name) if own == language else None)
            if value is not None:
                texts[name] = as_text(row.checks, f"{field}.{own}.{name}", value)
        if any(texts.values()):
            found[own] = texts
    return found


def lines_by_language(row: Row, name: str, language: str) -> dict[str, list[str]]:
    """Lists of texts: a JSON list, or a cell with one on each line. A comma never separates sentences."""
    found: dict[str, list[str]] = {}
    for own in LANGUAGES:
        value = row.values.get(f"{name}_{own}", row.values.get(name) if own == language else None)
        if isinstance(value, str):
            value = [line.strip(" \t-•*") for line in value.splitlines()]
        items = as_items(row.checks, f"{name}_{own}", value)
        if items:
            found[own] = items
    return found
