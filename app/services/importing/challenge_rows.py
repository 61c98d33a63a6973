"""A row of a file → what `save_challenge` takes."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from app.services.challenges.challenge_data import TEXT_FIELDS, ChallengeData, ChallengeTexts, NeedData
from app.services.choices import OWNER_KINDS
from app.services.importing.mapping import ColumnMapping
from app.services.importing.texts import lines_by_language, original_language, row_language, texts_by_language
from app.services.importing.values import Row, as_text, plain_fields, taxonomy_fields
from app.services.taxonomy.taxonomy import Names

STATUSES = ("open", "closed")
REOPENED_FROM, REOPENED_SPREAD = 30, 151  # days ahead: 30 to 180, so that not all close on one day
COLUMNS = frozenset(
    {own.name for own in fields(ChallengeData)} - {"texts", "organisation_id", "reopened", "workshop_code", "origin"}
    | {f"{name}{end}" for name in (*TEXT_FIELDS, "needs", "wishes") for end in ("", "_fr", "_en")}
    | {"owner", "owner_kind", "owner_place", "workshop", "status", "deadline_days"}
)


@dataclass(frozen=True, slots=True)
class Owner:
    """The organisation behind a challenge, found or made by its name."""

    name: str
    kind: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class ChallengeRow:
    """What one row says; what it does not say stays as it is stored."""

    external_id: str
    owner: Owner | None
    original: str
    texts: Mapping[str, Mapping[str, str]]
    needs: tuple[NeedData, ...] | None
    plain: Mapping[str, Any]
    status: str | None = None
    deadline: date | str | None = None
    deadline_days: int | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


def read_challenge(
    values: Mapping[str, Any], mapping: ColumnMapping, names: Names, language: str | None
) -> ChallengeRow:
    """Read the values of a row; what cannot be told is in `faults`."""
    row = Row(values, mapping.dates)
    written = row_language(row, TEXT_FIELDS, language)
    texts = texts_by_language(row, TEXT_FIELDS, written, mapping)
    days = row.checks.integer("deadline_days", row.number("deadline_days"), -3650, 3650)
    return ChallengeRow(
        external_id=row.checks.line("external_id", row.text("external_id"), 120, required=True),
        owner=_owner(row),
        original=original_language(row, texts, written),
        texts=texts,
        needs=_needs(row, written),
        plain=_plain(row, mapping, names),
        status=row.checks.choice("status", row.text("status").lower(), STATUSES),
        deadline=row.day("deadline"),
        deadline_days=days,
        faults=row.checks.faults,
    )


def merged(
    row: ChallengeRow, stored: ChallengeData | None, organisation_id: int, *, take_teaser: bool
) -> ChallengeData:
    """The stored challenge with what the row says, or a new one. Its deadline is `schedule`'s business."""
    base = stored or ChallengeData(organisation_id=organisation_id, original=row.original, texts={}, origin="import")
    texts = {}
    for language in {**base.texts, **row.texts}:
        own = replace(base.texts.get(language, ChallengeTexts()), **row.texts.get(language, {}))
        texts[language] = replace(own, problem=own.teaser) if take_teaser and not own.problem else own
    return replace(
        base,
        organisation_id=organisation_id,
        external_id=row.external_id,
        original=row.original,
        texts=texts,
        needs=row.needs if row.needs is not None else base.needs,
        **row.plain,
    )


def schedule(row: ChallengeRow, data: ChallengeData, today: date, *, reopen: bool) -> tuple[ChallengeData, str]:
    """The data with its deadline, and the state that the row asks for: "open" or "closed".

    With `reopen` a challenge that is over gets a deadline ahead, the same at every import as long as it is ahead, and
    keeps what the source said in `reopened`.
    """
    if row.deadline_days is not None:
        ahead = isinstance(data.deadline, date) and data.deadline >= today
        deadline = data.deadline if ahead else today + timedelta(days=row.deadline_days)
        return replace(data, deadline=deadline), row.status or "open"
    given = row.deadline if row.deadline is not None or data.reopened is not None else data.deadline
    over = row.status == "closed" or (isinstance(given, date) and given < today)
    if not reopen or not over:
        return replace(data, deadline=given, reopened=None), row.status or "open"
    source = {"deadline": given.isoformat() if isinstance(given, date) else given, "status": row.status}
    if data.reopened == source and isinstance(data.deadline, date) and data.deadline >= today:
        return data, "open"
    days = REOPENED_FROM + zlib.crc32(row.external_id.encode()) % REOPENED_SPREAD
    return replace(data, deadline=today + timedelta(days=days), reopened=source), "open"


def _owner(row: Row) -> Owner | None:
    value = row.values.get("owner")
    given = value if isinstance(value, dict) else {"name": value}
    kind = given.get("kind", row.values.get("owner_kind"))
    place = given.get("place", row.values.get("owner_place"))
    name = row.checks.line("owner", as_text(row.checks, "owner", given.get("name")), 200)
    if not name:
        return None
    return Owner(
        name,
        row.checks.choice("owner_kind", as_text(row.checks, "owner_kind", kind), OWNER_KINDS),
        row.checks.line("owner_place", as_text(row.checks, "owner_place", place), 120) or None,
    )


def _needs(row: Row, language: str) -> tuple[NeedData, ...] | None:
    """A JSON list of objects, or lists of lines: `needs` are essential, `wishes` desirable. None: not said."""
    value = row.values.get("needs")
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return tuple(_need(row, f"needs.{number}", item, language) for number, item in enumerate(value))
    found: list[NeedData] = []
    for name, essential in (("needs", True), ("wishes", False)):
        lines = lines_by_language(row, name, language)
        pairs = zip_longest(lines.get("fr", []), lines.get("en", []), fillvalue="")
        found.extend(NeedData(fr, en, essential) for fr, en in pairs)
    said = any(row.has(name, f"{name}_fr", f"{name}_en") for name in ("needs", "wishes"))
    return tuple(found) if said else None


def _need(row: Row, field: str, item: Mapping[str, Any], language: str) -> NeedData:
    texts = {
        own: as_text(
            row.checks, f"{field}.{own}", item.get(f"text_{own}", item.get("text") if own == language else None)
        )
        for own in ("fr", "en")
    }
    essential = item.get("essential", True)
    if not isinstance(essential, bool):
        row.checks.fault(field, "not_yes_or_no")
    return NeedData(texts["fr"], texts["en"], bool(essential))


def _plain(row: Row, mapping: ColumnMapping, names: Names) -> dict[str, Any]:
    """The fields without a language that the row says anything about."""
    found = plain_fields(
        row,
        texts=("place", "contact_name", "contact_email", "private_note"),
        numbers=("trl_min", "trl_max", "budget_min", "budget_max"),
        codes=("collaboration", "languages_of_service"),
    )
    found |= taxonomy_fields(row, names, mapping.skip_unknown)
    found.pop("excluded_sectors", None)
    if row.has("workshop"):
        found["workshop_code"] = row.text("workshop")
    if row.has("remote"):
        found["remote"] = row.yes_or_no("remote")
    return found
