"""Which column of a file means which of our fields, and what its values mean: data, kept as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.services.checks import LONG, TEASER, TITLE
from config.paths import CONFIG
from indexing.analysis import fold
from matching.errors import InvalidInput

PROFILES = CONFIG / "import"
LARGEST_MAPPING = 1_000_000  # bytes
_WORD = re.compile(r"\w+")
CUT = "…"
LIMITS = {"title": TITLE, "name": TITLE, "teaser": TEASER}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How a file is read. Columns that are not named keep their own name, which is a field or is left out.

    columns     source column → field; "" leaves the column out
    constants   field → value of every row that has none itself
    prefixes    field → what is put before its value (identifiers of several sources must not meet)
    values      field → {value of the source: our value, or a list of ours; [] for none}
    derive      field → {"from": [source columns], "words": {our value: [words]}}: the values whose words the text of
                these columns holds, where the field is empty otherwise
    dates       formats of days, as strptime knows them; ISO days are always read
    shorten     fields that are cut at a word where they are too long, instead of being a fault
    skip_unknown  lists (sectors, technologies) whose unknown names are left out instead of being a fault
    empty_problem_takes_teaser  challenges without a text take their teaser
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    derive: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    shorten: tuple[str, ...] = ()
    skip_unknown: tuple[str, ...] = ()
    empty_problem_takes_teaser: bool = False


def load_mapping(name: str | Path) -> ColumnMapping:
    """A profile that comes with the product, by its name, or a JSON file by its path. Raises InvalidInput."""
    path = Path(name)
    if path.suffix != ".json":
        path = next((known for known in PROFILES.glob("*.json") if known.stem == str(name)), path)
    try:
        if path.stat().st_size > LARGEST_MAPPING:
            raise InvalidInput({"mapping": "file_too_large"})
        return parse_mapping(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput({"mapping": "bad_mapping"}) from error


def parse_mapping(text: str) -> ColumnMapping:
    """The JSON of a mapping. A plain {"column": "field"} is one too. Raises InvalidInput."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput({"mapping": "bad_mapping"}) from error
    if not isinstance(content, dict):
        raise InvalidInput({"mapping": "bad_mapping"})
    content.pop("about", None)
    known = {own.name for own in fields(ColumnMapping)}
    if not content.keys() & known and all(isinstance(value, str) for value in content.values()):
        content = {"columns": content}
    if not content.keys() <= known or not all(_well_formed(name, value) for name, value in content.items()):
        raise InvalidInput({"mapping": "bad_mapping"})
    given: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in content.items()}
    return ColumnMapping(**given)


def profiles() -> list[str]:
    """Names of the mappings that come with the product."""
    return sorted(path.stem for path in PROFILES.glob("*.json"))


def apply_mapping(mapping: ColumnMapping, row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row by our fields."""
    found: dict[str, Any] = dict(mapping.constants)
    for column, value in row.items():
        target = mapping.columns.get(column, column)
        if target and not is_empty(value):
            found[target] = value
    for name, rule in mapping.derive.items():
        if name not in found and (derived := _derived(rule, row)):
            found[name] = derived
    for name in found.keys() & mapping.prefixes.keys():
        found[name] = f"{mapping.prefixes[name]}{found[name]}"
    for name in found.keys() & mapping.values.keys():
        found[name] = _translated(mapping.values[name], found[name])
    return {name: value for name, value in found.items() if not is_empty(value)}


def is_empty(value: Any) -> bool:
    """Whether a cell or a JSON value says nothing."""
    return value is None or (isinstance(value, str) and not value.strip()) or value == [] or value == {}


def cut_to_fit(mapping: ColumnMapping, name: str, text: str) -> str:
    """The text, cut at a word where the mapping says that this field may be."""
    limit = LIMITS.get(name, LONG)
    if name not in mapping.shorten or len(text) <= limit:
        return text
    cut = text[: limit - len(CUT)]
    return (cut[: cut.rfind(" ")].rstrip(" ,;:.") if " " in cut else cut) + CUT


def _derived(rule: Mapping[str, Any], row: Mapping[str, Any]) -> list[str]:
    """Whole words, in the singular or with a plural's s."""
    text = _spaced(" ".join(str(row.get(column) or "") for column in rule["from"]))
    return [
        ours for ours, words in rule["words"].items() if any(form in text for word in words for form in _forms(word))
    ]


@lru_cache(maxsize=4096)
def _forms(word: str) -> tuple[str, str]:
    """A word of a rule as `_spaced` texts hold it, in the singular and with an s."""
    return _spaced(word), f"{_spaced(word)[:-1]}s "


def _spaced(text: str) -> str:
    """Folded words with one space around each."""
    return f" {' '.join(_WORD.findall(fold(text)))} "


def _translated(table: Mapping[str, Any], value: Any) -> Any:
    """Values that the table does not name stay as they are: the taxonomy may know them."""
    if not isinstance(value, list):
        return table.get(str(value), value)
    found: list[Any] = []
    for item in value:
        ours = table.get(str(item), item)
        found.extend(ours if isinstance(ours, list) else [ours])
    return list(dict.fromkeys(found))


def _well_formed(name: str, value: Any) -> bool:
    if name == "empty_problem_takes_teaser":
        return isinstance(value, bool)
    if name in ("dates", "shorten", "skip_unknown"):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if not isinstance(value, dict):
        return False
    if name in ("columns", "prefixes"):
        return all(isinstance(item, str) for item in value.values())
    if name == "derive":
        return all(_is_rule(item) for item in value.values())
    return name != "values" or all(isinstance(item, dict) for item in value.values())


def _is_rule(rule: Any) -> bool:
    if not isinstance(rule, dict) or not isinstance(rule.get("from"), list) or not isinstance(rule.get("words"), dict):
        return False
    return all(isinstance(words, list) and all(isinstance(w, str) for w in words) for words in rule["words"].values())
