"""Administrators: who did what to which object, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, or_, select

from app.records.accounts import User
from app.records.store import Work
from app.records.work import AuditEntry
from app.services.access import ensure, may_administer
from app.services.actor import Actor
from app.services.checks import Checks
from app.services.paging import Page, one_page


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is looked for; days may come as typed text, and both ends are included (UTC)."""

    action: str = ""
    object_kind: str = ""
    object_id: str = ""
    who: str = ""
    since: date | str | None = None
    until: date | str | None = None


def read_audit(work: Work, actor: Actor, wanted: AuditFilter, page: int = 1) -> Page[AuditEntry]:
    """The newest entries first. Raises Forbidden; InvalidInput for what is no day or no number."""
    ensure(may_administer(actor), "read the audit log")
    checks = Checks()
    since, until = checks.day("since", wanted.since), checks.day("until", wanted.until)
    object_id = checks.integer("object_id", wanted.object_id)
    checks.ordered("until", since.toordinal() if since else None, until.toordinal() if until else None)
    checks.raise_faults()
    query = select(AuditEntry).order_by(AuditEntry.id.desc())
    if wanted.action:
        query = query.where(AuditEntry.action == wanted.action.replace("\x00", ""))
    if wanted.object_kind:
        query = query.where(AuditEntry.object_kind == wanted.object_kind.replace("\x00", ""))
    if object_id is not None:
        query = query.where(AuditEntry.object_id == object_id)
    if who := wanted.who.replace("\x00", "").strip().lower():
        found = select(User.id).where(
            or_(
                func.lower(User.email).contains(who, autoescape=True),
                func.lower(User.name).contains(who, autoescape=True),
            )
        )
        query = query.where(AuditEntry.user_id.in_(found))
    if since is not None:
        query = query.where(AuditEntry.at >= datetime.combine(since, time(), UTC))
    if until is not None and until < date.max:
        query = query.where(AuditEntry.at < datetime.combine(until + timedelta(days=1), time(), UTC))
    return one_page(work, query, page)


def audit_choices(work: Work, actor: Actor) -> tuple[Sequence[str], Sequence[str]]:
    """The actions and the kinds of objects that the log holds."""
    ensure(may_administer(actor), "read the audit log")
    actions = work.session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)).all()
    kinds = work.session.scalars(select(AuditEntry.object_kind).distinct().order_by(AuditEntry.object_kind)).all()
    return actions, kinds


def names_of(work: Work, actor: Actor, entries: Sequence[AuditEntry]) -> dict[int, str]:
    """User id → address, of those who appear in the entries."""
    ensure(may_administer(actor), "read the audit log")
    ids = {entry.user_id for entry in entries if entry.user_id is not None}
    rows = work.session.execute(select(User.id, User.email).where(User.id.in_(ids)))
    return {row.id: row.email for row in rows}
