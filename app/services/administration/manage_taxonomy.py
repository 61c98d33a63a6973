"""Administrators: names and synonyms of sectors and technologies; a change reaches the index by a job."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import func, select

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.store import Work
from app.records.taxonomy import Sector, Technology, Workshop
from app.services.access import ensure, may_administer
from app.services.actor import Actor
from app.services.checks import SHORT, TEASER, Checks
from app.services.taxonomy.taxonomy import name_key, spelling
from matching.errors import NotFound

TermKind = Literal["sector", "technology"]
Term = Sector | Technology
TABLES: dict[TermKind, type[Term]] = {"sector": Sector, "technology": Technology}
MOST_SYNONYMS = 60
CODE = 60
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class TermData:
    """What an administrator fills in. Descriptions and position are of sectors, the family of technologies."""

    code: str
    label_fr: str
    label_en: str
    synonyms_fr: tuple[str, ...] = ()
    synonyms_en: tuple[str, ...] = ()
    description_fr: str = ""
    description_en: str = ""
    position: str | int | None = None
    family: str = ""
    active: bool = True


def list_terms(work: Work, actor: Actor, kind: TermKind) -> Sequence[Term]:
    """All of a kind, the inactive ones too. Errors of all functions here: Forbidden."""
    _ensure(actor)
    return _terms(work, kind)


def load_term(work: Work, actor: Actor, kind: TermKind, code: str) -> Term:
    """One of them. Raises NotFound."""
    _ensure(actor)
    row: Term | None = None
    if _CODE.fullmatch(code):
        row = work.session.get(Sector, code) if kind == "sector" else work.session.get(Technology, code)
    if row is None:
        raise NotFound(f"{kind} {code}")
    return row


def uses(work: Work, actor: Actor) -> Counter[str]:
    """Code → how many challenges and firms name it."""
    _ensure(actor)
    found: Counter[str] = Counter()
    for table in (Challenge, FirmProfile):
        for sectors, technologies in work.session.execute(select(table.sectors, table.technologies)):
            found.update((*sectors, *technologies))
    return found


def families(work: Work, actor: Actor) -> Sequence[str]:
    """The families of technologies."""
    _ensure(actor)
    return work.session.scalars(select(Technology.family).distinct().order_by(Technology.family)).all()


def save_term(work: Work, actor: Actor, kind: TermKind, data: TermData, *, new: bool = False) -> bool:
    """Add a sector or technology, or change one; returns whether anything changed. Raises InvalidInput, NotFound.

    Records that name it are indexed anew where its labels changed. An inactive one stays where it is used, but is no
    longer offered.
    """
    _ensure(actor)
    values = _checked(work, kind, data, new=new)
    code = str(values.pop("code"))
    if new:
        work.session.add(TABLES[kind](code=code, **values))
        work.session.flush()
        work.audit(actor.user_id, f"add_{kind}", kind, None, code=code)
        return True
    row = load_term(work, actor, kind, code)
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    if {"label_fr", "label_en"} & set(changed):
        work.tell("reindex_code", code)
    if changed:
        work.audit(actor.user_id, f"edit_{kind}", kind, None, code=code, changed=changed)
    return bool(changed)


def _terms(work: Work, kind: TermKind) -> Sequence[Term]:
    if kind == "sector":
        return work.session.scalars(select(Sector).order_by(Sector.position, Sector.code)).all()
    return work.session.scalars(select(Technology).order_by(Technology.family, Technology.code)).all()


def _ensure(actor: Actor) -> None:
    ensure(may_administer(actor), "edit the taxonomy")


def _checked(work: Work, kind: TermKind, data: TermData, *, new: bool) -> dict[str, object]:
    checks = Checks()
    code = checks.line("code", data.code, CODE, required=True)
    if code and not _CODE.fullmatch(code):
        checks.fault("code", "bad_code")
    elif new and any(work.session.get(table, code) is not None for table in (Sector, Technology, Workshop)):
        checks.fault("code", "duplicate_code")  # pages look all three up by code
    values: dict[str, object] = {"code": code, "active": data.active}
    for language in ("fr", "en"):
        label, synonyms = f"label_{language}", f"synonyms_{language}"
        values[label] = checks.line(label, getattr(data, label), SHORT, required=True)
        values[synonyms] = checks.lines(synonyms, getattr(data, synonyms), most=MOST_SYNONYMS)
    if kind == "sector":
        for language in ("fr", "en"):
            name = f"description_{language}"
            values[name] = checks.text(name, getattr(data, name), TEASER)
        position = checks.integer("position", data.position, 0, 10_000)
        values["position"] = position if position is not None else _last_position(work)
    else:
        values["family"] = checks.line("family", data.family, CODE)
    _check_names(work, kind, code, values, checks)
    checks.raise_faults()
    return values


def _check_names(work: Work, kind: TermKind, code: str, values: dict[str, object], checks: Checks) -> None:
    """A name that already means another of its kind would make an import and the search guess.

    A synonym that the term has had so far is left in peace: who edits something else did not bring it in.
    """
    rows = _terms(work, kind)
    others = [row for row in rows if row.code != code]
    labels = {name_key(name) for row in others for name in (row.label_fr, row.label_en)}
    taken = {spelling(name) for row in others for name in _names_of(row)}
    had = {name for row in rows if row.code == code for name in _names_of(row)}
    for language in ("fr", "en"):
        if name_key(str(values[f"label_{language}"])) in labels:
            checks.fault(f"label_{language}", "same_name")
        for synonym in cast("list[str]", values[f"synonyms_{language}"]):
            if synonym not in had and spelling(synonym) in taken:
                checks.fault(f"synonyms_{language}", f"same_synonym:{synonym}")


def _names_of(row: Term) -> tuple[str, ...]:
    return row.code, row.label_fr, row.label_en, *row.synonyms_fr, *row.synonyms_en


def _last_position(work: Work) -> int:
    return (work.session.scalar(select(func.max(Sector.position))) or 0) + 1
