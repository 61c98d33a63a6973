"""Workshops: where challenges come out of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.records.challenges import Challenge
from app.records.store import Work
from app.records.taxonomy import Workshop
from app.services.access import ensure, may_moderate
from app.services.actor import Actor
from app.services.checks import SHORT, TITLE, Checks
from matching.errors import InvalidInput, NotFound

_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class WorkshopData:
    """What a facilitator fills in. The date may come as typed text."""

    code: str
    title_fr: str
    title_en: str
    held_on: date | str | None = None
    place: str | None = None


def list_workshops(work: Work) -> Sequence[Workshop]:
    """All workshops, the newest first."""
    return work.session.scalars(select(Workshop).order_by(Workshop.held_on.desc(), Workshop.code)).all()


def load_workshop(work: Work, code: str) -> Workshop:
    """Raises NotFound."""
    workshop = work.session.get(Workshop, code)
    if workshop is None:
        raise NotFound(f"workshop {code}")
    return workshop


def challenge_counts(work: Work) -> dict[str, int]:
    """Code of a workshop → how many challenges came out of it."""
    query = select(Challenge.workshop_code, func.count()).where(Challenge.workshop_code.is_not(None))
    return {str(code): number for code, number in work.session.execute(query.group_by(Challenge.workshop_code))}


def save_workshop(work: Work, actor: Actor, data: WorkshopData, *, new: bool = False) -> Workshop:
    """Create a workshop or change the one with this code. Raises Forbidden, InvalidInput.

    `new`: a code that is taken is a fault ("duplicate_code") instead of a change.
    """
    ensure(may_moderate(actor), "edit workshops")
    checks = Checks()
    code = checks.line("code", data.code, 60, required=True)
    if code and not _CODE.fullmatch(code):
        checks.fault("code", "bad_code")
    title_fr = checks.line("title_fr", data.title_fr, TITLE, required=True)
    title_en = checks.line("title_en", data.title_en, TITLE, required=True)
    held_on = checks.day("held_on", data.held_on)
    place = checks.line("place", data.place, SHORT) or None
    checks.raise_faults()
    workshop = work.session.get(Workshop, code)
    if workshop is not None and new:
        raise InvalidInput({"code": "duplicate_code"})
    if workshop is None:
        workshop = Workshop(code=code)
        work.session.add(workshop)
    values = (title_fr, title_en, held_on, place)
    if (workshop.title_fr, workshop.title_en, workshop.held_on, workshop.place) != values:
        workshop.title_fr, workshop.title_en, workshop.held_on, workshop.place = values
        work.audit(actor.user_id, "save_workshop", "workshop", None, code=code)
    return workshop
