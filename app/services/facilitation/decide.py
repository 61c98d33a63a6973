"""What every decision on a match shares, whoever makes it: the checks of a reason, the guard, the row that is kept."""

from __future__ import annotations

from typing import Any

from app.records.matches import REASON_CODES, Decision, Match
from app.records.store import Work
from app.services.actor import Actor
from app.services.checks import Checks
from matching.errors import NotFound, StaleDecision

LONGEST_NOTE = 1000


def load_match(work: Work, match_id: int) -> Match:
    """The match, locked until the transaction ends. Raises NotFound."""
    match = work.session.get(Match, match_id, with_for_update={"of": Match})
    if match is None:
        raise NotFound(f"match {match_id}")
    return match


def ensure_unchanged(match: Match, expected: int | None) -> None:
    """Raises StaleDecision where somebody moved the match since `expected` was read."""
    if expected is not None and match.row_version != expected:
        raise StaleDecision(f"match {match.id}")


def checked_note(checks: Checks, note: str) -> str | None:
    """The note, or nothing."""
    return checks.text("note", note, LONGEST_NOTE) or None


def checked_reason(checks: Checks, reason: str) -> str:
    """A code of `REASON_CODES`; anything else is noted as a fault."""
    if reason not in REASON_CODES:
        checks.fault("reason", "unknown_value" if reason else "required")
    return reason


def state_of(match: Match) -> dict[str, Any]:
    """What a decision may change, as it is kept before and after."""
    return {
        "state": match.state,
        "firm_answer": match.firm_answer,
        "firm_reason": match.firm_reason,
        "snoozed_until": match.snoozed_until.isoformat() if match.snoozed_until else None,
    }


def record_decision(
    work: Work,
    actor: Actor,
    match: Match,
    *,
    side: str,
    move: str,
    before: dict[str, Any],
    reason: str | None = None,
    note: str | None = None,
    undoes: Decision | None = None,
) -> Decision:
    """Keep who moved what, when and why, with the score and the versions that the person saw."""
    decision = Decision(
        match_id=match.id,
        user_id=actor.user_id,
        side=side,
        move=move,
        before=before,
        after=state_of(match),
        reason=reason,
        note=note,
        undoes_id=undoes.id if undoes is not None else None,
        score=match.score,
        encoder=match.encoder,
        weights_version=match.weights_version,
        challenge_version=match.challenge_version,
        firm_version=match.firm_version,
        at=work.now,
    )
    work.session.add(decision)
    return decision
