"""Take back what a facilitator did: one decision or several, the newest of a match first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from app.records.matches import Decision, Match
from app.records.store import Work
from app.services.access import ensure, may_moderate
from app.services.actor import Actor
from app.services.facilitation.decide import load_match, record_decision, state_of
from app.services.facilitation.tell_approval import ask_to_tell
from matching.errors import IllegalMove, NotFound, StaleDecision


def undo(work: Work, actor: Actor, decision_id: int) -> Decision:
    """Bring a match back to where it was before this decision; the firm's own answer stays as it is now.

    Raises NotFound, Forbidden; StaleDecision where the match was moved again since.
    """
    ensure(may_moderate(actor), "review matches")
    decision = work.session.get(Decision, decision_id)
    if decision is None or decision.side != "facilitator" or decision.move == "undo":
        raise NotFound(f"decision {decision_id}")
    match = load_match(work, decision.match_id)
    newest = last_review(work, match.id)
    if newest is None or newest.id != decision.id:
        raise StaleDecision(f"decision {decision_id} is not the last one of match {match.id}")
    before = state_of(match)
    match.state = str(decision.before["state"])
    until = decision.before.get("snoozed_until")
    match.snoozed_until = date.fromisoformat(until) if until else None
    undone = record_decision(work, actor, match, side="facilitator", move="undo", before=before, undoes=decision)
    if match.state == "approved":
        ask_to_tell(work, match.id)  # for people who joined the firm since; whoever was told is not told again
    work.audit(actor.user_id, "undo_match", "match", match.id, undoes=decision.id)
    return undone


def undo_last(work: Work, actor: Actor, match_id: int) -> Decision:
    """Take back the last decision of one match. Raises IllegalMove where there is none."""
    ensure(may_moderate(actor), "review matches")
    newest = last_review(work, load_match(work, match_id).id)
    if newest is None:
        raise IllegalMove("there is no decision to take back")
    return undo(work, actor, newest.id)


def last_review(work: Work, match_id: int) -> Decision | None:
    """The newest decision of a facilitator that nobody has taken back."""
    return last_reviews(work, [match_id]).get(match_id)


def last_reviews(work: Work, match_ids: Sequence[int]) -> dict[int, Decision]:
    """The same for several matches, by match id."""
    undone = select(Decision.undoes_id).where(Decision.match_id.in_(match_ids), Decision.undoes_id.is_not(None))
    query = (
        select(Decision)
        .join(Match, Match.id == Decision.match_id)
        .where(
            Decision.match_id.in_(match_ids),
            Decision.side == "facilitator",
            Decision.move != "undo",
            Decision.id.not_in(undone),
        )
        .order_by(Decision.id)
    )
    return {decision.match_id: decision for decision in work.session.scalars(query)}
