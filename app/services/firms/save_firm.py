"""Make a firm's profile, or change it and its solutions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select

from app.records.accounts import Organisation
from app.records.firms import FirmProfile, FirmText, Solution, SolutionText
from app.records.store import Work
from app.services.access import ensure, may_edit_firm, may_moderate, may_post_firm
from app.services.actor import Actor
from app.services.changes import ensure_version, mark_stale, raise_version, tell_index
from app.services.days import today
from app.services.firms.check_firm import check_firm, firm_warnings
from app.services.firms.firm_data import (
    FIRM_TEXT_FIELDS,
    LISTS,
    OF_ORGANISATION,
    PLAIN,
    SOLUTION_TEXT_FIELDS,
    FirmData,
    SolutionData,
    firm_data,
)
from app.services.load_records import locked_firm
from app.services.saving import Known, Saved, ensure_own_external_id, fill_columns, fill_texts, load_known
from matching.errors import InvalidInput

__all__ = ["FirmData", "Saved", "save_firm"]


def save_firm(
    work: Work,
    actor: Actor,
    data: FirmData,
    *,
    firm_id: int | None = None,
    expected_version: int | None = None,
    known: Known | None = None,
) -> Saved:
    """Create a draft profile, or change one; a published profile stays published.

    Nothing happens where nothing changed. `known` saves reading the taxonomy for every row of an import.
    Raises InvalidInput, NotFound, Forbidden, StaleDecision (`expected_version` is no longer the stored one).
    """
    firm = _load(work, actor, data, firm_id, expected_version)
    cleaned = check_firm(data, known or load_known(work), today(work).year)
    _check_unique(work, cleaned, firm)
    warnings = firm_warnings(cleaned)
    if firm is None:
        firm = _create(work, actor, cleaned)
        return Saved(firm.id, 1, "created", warnings)
    before = firm_data(firm)
    if _comparable(before) == _comparable(replace(cleaned, organisation_id=before.organisation_id)):
        return Saved(firm.id, firm.version, "unchanged", warnings)
    _fill(firm, cleaned)
    raise_version(work, firm)
    mark_stale(work, firm)
    if firm.status == "published":
        tell_index(work, firm)
    work.audit(actor.user_id, "edit_firm", "firm", firm.id, version=firm.version)
    return Saved(firm.id, firm.version, "updated", warnings)


def _load(
    work: Work, actor: Actor, data: FirmData, firm_id: int | None, expected_version: int | None
) -> FirmProfile | None:
    if firm_id is not None:
        firm = locked_firm(work, actor, firm_id)
        ensure(may_edit_firm(actor, firm), "edit this firm")
        ensure_version(firm, expected_version)
        return firm
    if data.organisation_id is None:
        ensure(may_moderate(actor), "make an organisation")
        return None
    if work.session.get(Organisation, data.organisation_id) is None:
        raise InvalidInput({"organisation_id": "unknown_organisation"})
    ensure(may_post_firm(actor, data.organisation_id), "make a profile for this organisation")
    query = select(FirmProfile.id).where(FirmProfile.organisation_id == data.organisation_id)
    if work.session.scalar(query) is not None:
        raise InvalidInput({"organisation_id": "already_has_profile"})
    return None


def _check_unique(work: Work, data: FirmData, firm: FirmProfile | None) -> None:
    own = firm.id if firm is not None else None
    ensure_own_external_id(work, FirmProfile, data.external_id, firm)
    wanted = {s.external_id: number for number, s in enumerate(data.solutions) if s.external_id is not None}
    if not wanted:
        return
    taken = select(Solution.external_id).where(Solution.external_id.in_(list(wanted)), Solution.firm_id != (own or 0))
    faults = {
        f"solutions.{wanted[found]}.external_id": "duplicate_external_id"
        for found in work.session.scalars(taken)
        if found is not None
    }
    if faults:
        raise InvalidInput(faults)


def _create(work: Work, actor: Actor, data: FirmData) -> FirmProfile:
    organisation = work.session.get(Organisation, data.organisation_id) if data.organisation_id is not None else None
    firm = FirmProfile(
        organisation=organisation or Organisation(name=data.name, created_at=work.now),
        created_at=work.now,
        updated_at=work.now,
        status="draft",
        version=1,
    )
    work.session.add(firm)
    _fill(firm, data)
    work.session.flush()
    work.audit(actor.user_id, "create_firm", "firm", firm.id)
    return firm


def _comparable(data: FirmData) -> FirmData:
    """Without the ids of solutions, which a form may leave out."""
    return replace(data, texts=dict(data.texts), solutions=tuple(replace(s, id=None) for s in data.solutions))


def _fill(firm: FirmProfile, data: FirmData) -> None:
    fill_columns(firm, data, PLAIN, LISTS)
    firm.organisation.is_firm = True
    for name in OF_ORGANISATION:
        setattr(firm.organisation, name, getattr(data, name))
    fill_texts(firm.texts, FirmText, data.texts, FIRM_TEXT_FIELDS)
    _fill_solutions(firm, data.solutions)


def _fill_solutions(firm: FirmProfile, solutions: tuple[SolutionData, ...]) -> None:
    """Keep the ids of solutions where they can be told: reasons and submissions name them."""
    free = {solution.id: solution for solution in firm.solutions if solution.id is not None}
    rows: list[Solution] = []
    for place, data in enumerate(solutions):
        row = _stored(free, data, place)
        row = free.pop(row.id) if row is not None else Solution()
        row.position, row.name, row.trl = place, data.name, int(data.trl) if data.trl is not None else None
        row.external_id = data.external_id
        fill_texts(row.texts, SolutionText, data.texts, SOLUTION_TEXT_FIELDS)
        rows.append(row)
    firm.solutions = rows


def _stored(free: dict[int, Solution], data: SolutionData, place: int) -> Solution | None:
    """The stored solution that is meant: by id, external id, name, place."""
    if data.id is not None:
        return free.get(data.id)
    tests: tuple[Callable[[Solution], bool], ...] = (
        lambda row: data.external_id is not None and row.external_id == data.external_id,
        lambda row: row.name == data.name,
        lambda row: row.position == place and row.external_id is None and data.external_id is None,
    )
    for same in tests:
        found = next((row for row in free.values() if same(row)), None)
        if found is not None:
            return found
    return None
