"""What every change of a challenge or of a firm's profile brings with it: its version, stale suggestions, the index."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import update

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.matches import Match
from app.records.store import Work
from matching.errors import StaleDecision

Record = Challenge | FirmProfile


def kind_of(record: Record) -> Literal["challenge", "firm"]:
    """The word for a record in the audit log and in messages to the workers."""
    return "challenge" if isinstance(record, Challenge) else "firm"


def ensure_version(record: Record, expected: int | None) -> None:
    """Raises StaleDecision where the record was changed since `expected` was read."""
    if expected is not None and record.version != expected:
        raise StaleDecision(f"{kind_of(record)} {record.id} is at version {record.version}")


def raise_version(work: Work, record: Record) -> None:
    """Write a change under a new version, so that no late index task and no open form overwrites it."""
    record.version += 1
    record.updated_at = work.now
    work.session.flush()


def mark_stale(work: Work, record: Record) -> None:
    """Suggestions that an older version gave are shown as stale until they are refreshed."""
    own = Match.challenge_id if isinstance(record, Challenge) else Match.firm_id
    work.session.execute(
        update(Match).where(own == record.id, Match.stale.is_(False)).values(stale=True),
        execution_options={"synchronize_session": False},
    )


def tell_index(work: Work, record: Record) -> None:
    """Have the workers index a record anew, or take it out where nobody may see it any more."""
    work.tell(f"index_{kind_of(record)}", record.id)
