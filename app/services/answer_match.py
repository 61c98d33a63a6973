"""A firm's own answer to a recommended challenge: interested, not for us (with a typed reason), or taken back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.records.matches import REASON_CODES, Decision, Match
from app.records.store import Work
from app.services.access import ensure
from app.services.actor import Actor
from matching.errors import IllegalMove, InvalidInput, NotFound, StaleDecision

LONGEST_NOTE = 1000


def answer_interested(work: Work, actor: Actor, match_id: int, *, expected: int | None = None) -> Match:
    """The firm wants to hear more. Raises NotFound, Forbidden, IllegalMove, StaleDecision."""
    return _answer(work, actor, match_id, "interested", None, "", expected)


def decline(
    work: Work, actor: Actor, match_id: int, reason: str, note: str = "", *, expected: int | None = None
) -> Match:
    """Not for this firm, with a typed reason. Raises InvalidInput as well."""
    faults = {}
    if reason not in REASON_CODES:
        faults["reason"] = "required" if not reason else "unknown_value"
    if len(note) > LONGEST_NOTE:
        faults["note"] = f"too_long:{LONGEST_NOTE}"
    if "\x00" in note:
        faults["note"] = "nul_byte"
    if faults:
        raise InvalidInput(faults)
    return _answer(work, actor, match_id, "decline", reason, note.strip(), expected)


def take_back(work: Work, actor: Actor, match_id: int, *, expected: int | None = None) -> Match:
    """Undo the firm's last answer."""
    return _answer(work, actor, match_id, "undo", None, "", expected)


def _answer(
    work: Work, actor: Actor, match_id: int, move: str, reason: str | None, note: str, expected: int | None
) -> Match:
    match = work.session.get(Match, match_id, with_for_update={"of": Match})
    if match is None:
        raise NotFound(f"match {match_id}")
    ensure(actor.is_member(match.firm.organisation_id), "answer for this firm")
    if match.state == "rejected":
        raise IllegalMove("the facilitator has rejected this match")
    if expected is not None and match.row_version != expected:
        raise StaleDecision(f"match {match_id}")
    undone = None
    if move == "undo":
        undone = _last_answer(work, match_id)
        if match.firm_answer is None or undone is None:
            raise IllegalMove("there is no answer to take back")
    before = _state(match)
    match.firm_answer = {"interested": "interested", "decline": "declined"}.get(move)
    match.firm_reason = reason
    work.session.add(
        Decision(
            match_id=match.id,
            user_id=actor.user_id,
            side="firm",
            move=move,
            before=before,
            after=_state(match),
            reason=reason,
            note=note or None,
            undoes_id=undone.id if undone is not None else None,
            score=match.score,
            encoder=match.encoder,
            weights_version=match.weights_version,
            challenge_version=match.challenge_version,
            firm_version=match.firm_version,
            at=work.now,
        )
    )
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


def _state(match: Match) -> dict[str, Any]:
    return {
        "state": match.state,
        "firm_answer": match.firm_answer,
        "firm_reason": match.firm_reason,
        "snoozed_until": match.snoozed_until.isoformat() if match.snoozed_until else None,
    }
