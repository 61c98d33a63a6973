"""The versions of a challenge, newest first, with what each of them changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.records.accounts import User
from app.records.challenges import Challenge, ChallengeVersion
from app.records.store import Work
from app.services.access import may_see_private_note
from app.services.actor import Actor
from matching.errors import NotFound

SHOWN = 50


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One version. `changed` names fields, texts as "fr.title"; `who` is None for the system or a closed account."""

    version: int
    at: datetime
    status: str
    who: str | None
    changed: tuple[str, ...]


def challenge_history(work: Work, actor: Actor, challenge: Challenge) -> list[HistoryEntry]:
    """For the owner and facilitators. Raises NotFound for everybody else."""
    if not may_see_private_note(actor, challenge):
        raise NotFound(f"challenge {challenge.id}")
    query = (
        select(ChallengeVersion, User.name)
        .join(User, User.id == ChallengeVersion.user_id, isouter=True)
        .where(ChallengeVersion.challenge_id == challenge.id)
        .order_by(ChallengeVersion.version.desc())
        .limit(SHOWN + 1)
    )
    rows = list(work.session.execute(query).all())
    older: list[Mapping[str, Any] | None] = [row.content for row, _name in rows[1:]]
    entries = [
        HistoryEntry(row.version, row.at, row.content["status"], name, changed_fields(before, row.content))
        for (row, name), before in zip(rows, [*older, None], strict=False)  # no row, no entry
    ]
    return entries[:SHOWN]


def changed_fields(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields in which two versions differ; nothing for the first version."""
    if before is None:
        return ()
    plain = [name for name in after if name != "texts" and before.get(name) != after[name]]
    texts = [
        f"{language}.{name}"
        for language in ("fr", "en")
        for name in _names(before, after, language)
        if _text(before, language, name) != _text(after, language, name)
    ]
    return (*texts, *plain)


def _names(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> list[str]:
    return list({**before["texts"].get(language, {}), **after["texts"].get(language, {})})


def _text(content: Mapping[str, Any], language: str, name: str) -> str:
    return str(content["texts"].get(language, {}).get(name, ""))
