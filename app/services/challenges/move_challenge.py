"""Move a challenge from state to state: review, publish, close, withdraw."""

from __future__ import annotations

from app.records.challenges import Challenge
from app.records.store import Work
from app.services.access import ensure, may_moderate, may_post_challenge
from app.services.actor import Actor
from app.services.challenges.save_challenge import keep_version
from app.services.changes import ensure_version
from app.services.days import today
from app.services.load_records import locked_challenge
from app.services.moving import (
    Move,
    Moves,
    enter_state,
    find_move,
    note_changes,
    note_published,
    offered_moves,
    required_sentence,
)
from matching.errors import InvalidInput

LIVE = frozenset({"draft", "in_review", "changes_requested", "open", "closed", "in_evaluation"})
MOVES: Moves = {
    "submit_for_review": Move(frozenset({"draft", "changes_requested"}), "in_review"),
    "reopen_for_edit": Move(frozenset({"in_review"}), "draft"),
    "publish": Move(frozenset({"draft", "in_review"}), "open", moderated=True),
    "request_changes": Move(frozenset({"in_review"}), "changes_requested", moderated=True),
    "close": Move(frozenset({"open"}), "closed"),
    "import_closed": Move(frozenset({"draft", "in_review"}), "closed", moderated=True, offered=False),
    "reopen": Move(frozenset({"closed"}), "open", moderated=True),
    "withdraw": Move(LIVE, "withdrawn"),
}


def submit_for_review(work: Work, actor: Actor, challenge_id: int, *, expected_version: int | None = None) -> Challenge:
    """The owner asks for publication. Errors of all moves: NotFound, Forbidden, IllegalMove, StaleDecision."""
    return _move(work, actor, challenge_id, "submit_for_review", expected_version)


def reopen_for_edit(work: Work, actor: Actor, challenge_id: int, *, expected_version: int | None = None) -> Challenge:
    """The owner takes a challenge back from review."""
    return _move(work, actor, challenge_id, "reopen_for_edit", expected_version)


def publish(work: Work, actor: Actor, challenge_id: int, *, expected_version: int | None = None) -> Challenge:
    """A facilitator opens a challenge to firms; its owner is told. Raises InvalidInput where its deadline passed."""
    challenge = _move(work, actor, challenge_id, "publish", expected_version)
    note_published(work, challenge)
    return challenge


def request_changes(
    work: Work, actor: Actor, challenge_id: int, note: str, *, expected_version: int | None = None
) -> Challenge:
    """A facilitator sends a challenge back, saying what is asked for. Raises InvalidInput without a note."""
    text = required_sentence("note", note)
    challenge = _move(work, actor, challenge_id, "request_changes", expected_version, note=text)
    note_changes(work, challenge, text)
    return challenge


def close(work: Work, actor: Actor, challenge_id: int, *, expected_version: int | None = None) -> Challenge:
    """No more answers are taken."""
    return _move(work, actor, challenge_id, "close", expected_version)


def withdraw(
    work: Work, actor: Actor, challenge_id: int, reason: str, *, expected_version: int | None = None
) -> Challenge:
    """Take a challenge out for good, with a reason that everybody may read. Raises InvalidInput without one."""
    text = required_sentence("reason", reason)
    challenge = _move(work, actor, challenge_id, "withdraw", expected_version, reason=text)
    challenge.withdrawal_reason = text
    return challenge


def legal_moves(actor: Actor, challenge: Challenge) -> list[str]:
    """What this actor may do with this challenge now: the buttons of its page."""
    if not may_post_challenge(actor, challenge.organisation_id):
        return []
    return offered_moves(MOVES, actor, challenge)


def apply_move(work: Work, actor: Actor, challenge: Challenge, name: str, **detail: str) -> None:
    """Change the state of a loaded challenge. Raises IllegalMove, InvalidInput (to be opened past its deadline)."""
    move = find_move(MOVES, name, challenge)
    if move.end == "open" and challenge.deadline is not None and challenge.deadline < today(work):
        raise InvalidInput({"deadline": "past_deadline"})
    enter_state(work, actor, challenge, name, move.end, **detail)
    keep_version(work, actor, challenge)


def _move(
    work: Work, actor: Actor, challenge_id: int, name: str, expected_version: int | None, **detail: str
) -> Challenge:
    challenge = locked_challenge(work, actor, challenge_id)
    ensure_version(challenge, expected_version)
    allowed = may_moderate(actor) if MOVES[name].moderated else may_post_challenge(actor, challenge.organisation_id)
    ensure(allowed, f"{name} this challenge")
    apply_move(work, actor, challenge, name, **detail)
    return challenge
