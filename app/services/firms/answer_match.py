"""A firm's own answer to a recommended challenge: interested, not for us (with a typed reason), or taken back."""

from __future__ import annotations

from sqlalchemy import select

from app.records.matches import Decision, Match
from app.records.store import Work
from app.services.access import ensure
from app.services.actor import Actor
from app.services.checks import Checks
from app.services.facilitation.decide import (
    checked_note,
    checked_reason,
    ensure_unchanged,
    load_match,
    record_decision,
    state_of,
)
from matching.errors import IllegalMove


def answer_interested(work: Work, actor: Actor, match_id: int, *, expected: int | None = None) -> Match:
    """The firm wants to hear more. Raises NotFound, Forbidden, IllegalMove, StaleDecision."""
    return _answer(work, actor, match_id, "interested", None, None, expected)


def decline(
    work: Work, actor: Actor, match_id: int, reason: str, note: str = "", *, expected: int | None = None
) -> Match:
    """Not for this firm, with a typed reason. Raises InvalidInput as well."""
    checks = Checks()
    code, text = checked_reason(checks, reason), checked_note(checks, note)
    checks.raise_faults()
    return _answer(work, actor, match_id, "decline", code, text, expected)


def take_back(work: Work, actor: Actor, match_id: int, *, expected: int | None = None) -> Match:
    """Undo the firm's last answer."""
    return _answer(work, actor, match_id, "undo", None, None, expected)


def _answer(
    work: Work, actor: Actor, match_id: int, move: str, reason: str | None, note: str | None, expected: int | None
) -> Match:
    match = load_match(work, match_id)
    ensure(actor.is_member(match.firm.organisation_id), "answer for this firm")
    if match.state == "rejected":
        raise IllegalMove("the facilitator has rejected this match")
    ensure_unchanged(match, expected)
    undone = None
    if move == "undo":
        undone = _last_answer(work, match_id)
        if match.firm_answer is None or undone is None:
            raise IllegalMove("there is no answer to take back")
    before = state_of(match)
    match.firm_answer = {"interested": "interested", "decline": "declined"}.get(move)
    match.firm_reason = reason
    record_decision(work, actor, match, side="firm", move=move, before=before, reason=reason, note=note, undoes=undone)
    work.audit(actor.user_id, f"firm_{move}", "match", match.id)
    return match


def _last_answer(work: Work, match_id: int) -> Decision | None:
    query = (
        select(Decision)
        .where(Decision.match_id == match_id, Decision.side == "firm", Decision.move != "undo")
        .order_by(Decision.id.desc())
        .limit(1)
    )
    return work.session.scalars(query).first()
