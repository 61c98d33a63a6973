"""The moderation queue: challenges and firms that wait to be published, and what happened to them so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.records.accounts import User
from app.records.challenges import Challenge
from app.records.firms import FirmProfile, Solution
from app.records.store import Work
from app.records.work import AuditEntry
from app.services.access import ensure, may_moderate
from app.services.actor import Actor
from app.services.load_records import visible_challenge, visible_firm
from app.services.public_texts import challenge_texts, firm_texts
from app.services.saving import language_warnings
from indexing.passages import FieldText

WAITING = "in_review"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits, the longest first."""

    challenges: Sequence[Challenge]
    firms: Sequence[FirmProfile]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a record's history."""

    entry: AuditEntry
    who: str


@dataclass(frozen=True, slots=True)
class ChallengeDossier:
    """A challenge with its history; `warnings`: language → fields whose text seems to be in the other one."""

    challenge: Challenge
    history: Sequence[Event]
    warnings: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class FirmDossier:
    """The same of a firm."""

    firm: FirmProfile
    history: Sequence[Event]
    warnings: Mapping[str, Sequence[str]]


def waiting(work: Work, actor: Actor) -> Waiting:
    """Raises Forbidden."""
    ensure(may_moderate(actor), "see the moderation queue")
    challenges = select(Challenge).where(Challenge.status == WAITING).order_by(Challenge.updated_at, Challenge.id)
    firms = (
        select(FirmProfile)
        .where(FirmProfile.status == WAITING)
        .options(selectinload(FirmProfile.solutions).selectinload(Solution.texts))
        .order_by(FirmProfile.updated_at, FirmProfile.id)
    )
    return Waiting(work.session.scalars(challenges).unique().all(), work.session.scalars(firms).unique().all())


def waiting_count(work: Work, actor: Actor) -> int:
    """How many records wait. Raises Forbidden."""
    ensure(may_moderate(actor), "see the moderation queue")
    challenges = select(func.count()).select_from(Challenge).where(Challenge.status == WAITING)
    firms = select(func.count()).select_from(FirmProfile).where(FirmProfile.status == WAITING)
    return (work.session.scalar(challenges) or 0) + (work.session.scalar(firms) or 0)


def challenge_dossier(work: Work, actor: Actor, challenge_id: int) -> ChallengeDossier:
    """Raises Forbidden, NotFound."""
    ensure(may_moderate(actor), "moderate")
    row = visible_challenge(work, actor, challenge_id)
    return ChallengeDossier(row, record_history(work, "challenge", challenge_id), _warnings(challenge_texts(row)))


def firm_dossier(work: Work, actor: Actor, firm_id: int) -> FirmDossier:
    """Raises Forbidden, NotFound."""
    ensure(may_moderate(actor), "moderate")
    row = visible_firm(work, actor, firm_id)
    return FirmDossier(row, record_history(work, "firm", firm_id), _warnings(firm_texts(row)))


def record_history(work: Work, kind: str, record_id: int) -> list[Event]:
    """What the audit log knows of a record, the newest first."""
    query = (
        select(AuditEntry, User.name, User.email)
        .join(User, User.id == AuditEntry.user_id, isouter=True)
        .where(AuditEntry.object_kind == kind, AuditEntry.object_id == record_id)
        .order_by(AuditEntry.id.desc())
        .limit(100)
    )
    return [Event(entry, name or email or "") for entry, name, email in work.session.execute(query)]


def _warnings(texts: Sequence[FieldText]) -> dict[str, list[str]]:
    """Language → the fields marked with it that seem to be written in the other one."""
    found: dict[str, list[str]] = {}
    for text in texts:
        if language_warnings({text.field: text.text}, text.language):
            found.setdefault(text.language, []).append(text.field)
    return found
