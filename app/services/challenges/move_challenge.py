"""Move a challenge from state to state: review, publish, close, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.records.challenges import PUBLIC_STATUSES, Challenge
from app.records.store import Work
from app.services.access import ensure, may_moderate, may_post_challenge, may_see_challenge
from app.services.actor import Actor
from app.services.challenges.save_challenge import keep_version
from app.services.checks import TEASER, Checks
from app.services.days import today
from app.services.facilitation.tell_moderation import CHANGES, PUBLISHED, ask_to_tell
from app.services.saving import mark_stale
from matching.errors import IllegalMove, InvalidInput, NotFound, StaleDecision


@dataclass(frozen=True, slots=True)
class Move:
    """From which states it starts, where it leads, whether only a facilitator may do it, whether pages offer it."""

    start: frozenset[str]
    end: str
    moderated: bool = False
    offered: bool = True


LIVE = frozenset({"draft", "in_review", "changes_requested", "open", "closed", "in_evaluation"})
MOVES: Mapping[str, Move] = {
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
    challenge.review_note = None
    challenge.published_at = challenge.published_at or work.now
    ask_to_tell(work, challenge, PUBLISHED)
    return challenge


def request_changes(
    work: Work, actor: Actor, challenge_id: int, note: str, *, expected_version: int | None = None
) -> Challenge:
    """A facilitator sends a challenge back, saying what is asked for. Raises InvalidInput without a note."""
    text = _sentence("note", note)
    challenge = _move(work, actor, challenge_id, "request_changes", expected_version, note=text)
    challenge.review_note = text
    ask_to_tell(work, challenge, CHANGES)
    return challenge


def close(work: Work, actor: Actor, challenge_id: int, *, expected_version: int | None = None) -> Challenge:
    """No more answers are taken."""
    return _move(work, actor, challenge_id, "close", expected_version)


def reopen(
    work: Work, actor: Actor, challenge_id: int, deadline: date | None, *, expected_version: int | None = None
) -> Challenge:
    """A facilitator opens a closed challenge again, with a deadline ahead or none."""
    challenge = _load(work, actor, challenge_id, expected_version)
    if may_moderate(actor) and challenge.status in MOVES["reopen"].start:
        challenge.deadline = deadline
    return _move(work, actor, challenge_id, "reopen", expected_version)


def withdraw(
    work: Work, actor: Actor, challenge_id: int, reason: str, *, expected_version: int | None = None
) -> Challenge:
    """Take a challenge out for good, with a reason that everybody may read. Raises InvalidInput without one."""
    text = _sentence("reason", reason)
    challenge = _move(work, actor, challenge_id, "withdraw", expected_version, reason=text)
    challenge.withdrawal_reason = text
    return challenge


def legal_moves(actor: Actor, challenge: Challenge) -> list[str]:
    """What this actor may do with this challenge now: the buttons of its page."""
    if not may_post_challenge(actor, challenge.organisation_id):
        return []
    return [
        name
        for name, move in MOVES.items()
        if move.offered and challenge.status in move.start and (not move.moderated or may_moderate(actor))
    ]


def apply_move(work: Work, actor: Actor, challenge: Challenge, name: str, **detail: str) -> None:
    """Change the state of a loaded challenge; tells the index where readers can see the difference.

    The version rises too, so that an index task that read the old state can never overwrite the new one.
    """
    move = MOVES[name]
    if challenge.status not in move.start:
        raise IllegalMove(f"{name} of a challenge that is {challenge.status}")
    if move.end == "open" and challenge.deadline is not None and challenge.deadline < today(work):
        raise InvalidInput({"deadline": "past_deadline"})
    before, challenge.status = challenge.status, move.end
    challenge.version += 1
    challenge.updated_at = work.now
    work.session.flush()
    keep_version(work, actor, challenge)
    if before in PUBLIC_STATUSES or move.end in PUBLIC_STATUSES:
        mark_stale(work, challenge_id=challenge.id)
        work.tell("index_challenge", challenge.id)
    work.audit(actor.user_id, f"{name}_challenge", "challenge", challenge.id, before=before, after=move.end, **detail)


def _load(work: Work, actor: Actor, challenge_id: int, expected_version: int | None) -> Challenge:
    challenge = work.session.get(Challenge, challenge_id, with_for_update={"of": Challenge})
    if challenge is None or not may_see_challenge(actor, challenge):
        raise NotFound(f"challenge {challenge_id}")
    if expected_version is not None and challenge.version != expected_version:
        raise StaleDecision(f"challenge {challenge_id} is at version {challenge.version}")
    return challenge


def _move(
    work: Work, actor: Actor, challenge_id: int, name: str, expected_version: int | None, **detail: str
) -> Challenge:
    challenge = _load(work, actor, challenge_id, expected_version)
    allowed = may_moderate(actor) if MOVES[name].moderated else may_post_challenge(actor, challenge.organisation_id)
    ensure(allowed, f"{name} this challenge")
    apply_move(work, actor, challenge, name, **detail)
    return challenge


def _sentence(field: str, value: str) -> str:
    checks = Checks()
    text = checks.text(field, value, 4 * TEASER, required=True)
    checks.raise_faults()
    return text
