"""Cells and JSON values → what our fields hold. What cannot be told is noted as a fault, or left for the services."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from app.services.checks import Checks
from app.services.importing.plain_text import plain_text
from app.services.taxonomy.taxonomy import Names

_YES = frozenset({"yes", "true", "1", "oui", "vrai", "y", "o", "x"})
_NO = frozenset({"no", "false", "0", "non", "faux", "n"})
_STRONG = re.compile(r"[;|\n]")


class Row:
    """The values of one row by our fields, with the faults met on the way."""

    def __init__(self, values: Mapping[str, Any], dates: tuple[str, ...] = ()) -> None:
        self.values = values
        self.checks = Checks()
        self._dates = dates

    def has(self, *names: str) -> bool:
        """Whether the row says anything about one of these fields."""
        return any(name in self.values for name in names)

    def text(self, name: str) -> str:
        """A text, HTML made plain. Numbers are written out: a spreadsheet holds 2027 where a name was meant."""
        return as_text(self.checks, name, self.values.get(name))

    def optional(self, name: str) -> str | None:
        """As `text`; None where there is nothing."""
        return self.text(name) or None

    def number(self, name: str) -> int | str | None:
        """A number as it is, or its text without spaces and currency signs, for the service to judge."""
        value = self.values.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return re.sub(r"[\s\u00a0\u202f$]", "", str(value))

    def day(self, name: str) -> date | str | None:
        """A day; text in no known format is left for the service to judge."""
        value = self.values.get(name)
        if isinstance(value, datetime):
            return value.date()
        if value is None or isinstance(value, date):
            return value
        text = re.split(r"[\sT]", str(value).strip(), maxsplit=1)[0]
        for form in ("%Y-%m-%d", *self._dates):
            try:
                return datetime.strptime(text, form).date()
            except ValueError:
                continue
        return text

    def yes_or_no(self, name: str) -> bool | None:
        """True, false, or nothing."""
        value = self.values.get(name)
        if value is None or isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in _YES or word in _NO:
            return word in _YES
        self.checks.fault(name, "not_yes_or_no")
        return None

    def items(self, name: str) -> tuple[str, ...]:
        """Several values: a JSON list, or text with ; or | or line breaks between them, else with commas."""
        return tuple(as_items(self.checks, name, self.values.get(name)))

    def codes(self, name: str, find: Callable[[str], str | None], *, skip_unknown: bool) -> tuple[str, ...]:
        """Names → codes; an unknown name stays as it is, and the service tells it as a fault, or is left out."""
        found = []
        for item in self.items(name):
            code = find(item)
            if code is not None or not skip_unknown:
                found.append(code or item)
        return tuple(dict.fromkeys(found))


def plain_fields(
    row: Row, *, texts: tuple[str, ...], numbers: tuple[str, ...], codes: tuple[str, ...]
) -> dict[str, Any]:
    """Those of these fields that the row says anything about. `codes` are lists of our own lower-case codes."""
    found: dict[str, Any] = {name: row.text(name) for name in texts if row.has(name)}
    found |= {name: row.number(name) for name in numbers if row.has(name)}
    found |= {name: tuple(item.lower() for item in row.items(name)) for name in codes if row.has(name)}
    return found


def taxonomy_fields(row: Row, names: Names, skip_unknown: tuple[str, ...]) -> dict[str, Any]:
    """Sectors and technologies as codes; see `Row.codes` for names that are not known."""
    found: dict[str, Any] = {}
    for name in ("sectors", "excluded_sectors"):
        if row.has(name):
            found[name] = row.codes(name, names.sector, skip_unknown="sectors" in skip_unknown)
    if row.has("technologies"):
        found["technologies"] = row.codes("technologies", names.technology, skip_unknown="technologies" in skip_unknown)
    return found


def as_text(checks: Checks, name: str, value: Any) -> str:
    """See `Row.text`."""
    if value is None:
        return ""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, bool | list | dict):
        checks.fault(name, "not_text")
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def as_items(checks: Checks, name: str, value: Any) -> list[str]:
    """See `Row.items`."""
    if value is None:
        return []
    if isinstance(value, str):
        parts = _STRONG.split(value) if _STRONG.search(value) else value.split(",")
    elif isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        parts = [str(item) for item in value]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        parts = [str(value)]
    else:
        checks.fault(name, "not_a_list")
        return []
    return [part.strip() for part in parts if part.strip()]
