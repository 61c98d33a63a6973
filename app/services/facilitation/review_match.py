"""A facilitator's moves on a suggested match: approve, reject, snooze, reopen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.records.matches import Decision, Match
from app.records.store import Work
from app.services.access import ensure, may_moderate
from app.services.actor import Actor
from app.services.checks import Checks
from app.services.days import today
from app.services.facilitation.decide import (
    checked_note,
    checked_reason,
    ensure_unchanged,
    load_match,
    record_decision,
    state_of,
)
from app.services.facilitation.tell_approval import ask_to_tell
from matching.errors import IllegalMove

LONGEST_SNOOZE = timedelta(days=366)

# Move → the states that it starts from, and where it leads.
MOVES: Mapping[str, tuple[frozenset[str], str]] = {
    "approve": (frozenset({"suggested", "snoozed"}), "approved"),
    "reject": (frozenset({"suggested", "snoozed"}), "rejected"),
    "snooze": (frozenset({"suggested", "snoozed"}), "snoozed"),
    "reopen": (frozenset({"approved", "rejected", "snoozed"}), "suggested"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A move with what was typed beside it. `until` may come as typed text."""

    move: str
    reason: str = ""
    note: str = ""
    until: date | str | None = None


@dataclass(frozen=True, slots=True)
class CheckedVerdict:
    """A verdict whose fields are in order."""

    move: str
    reason: str | None
    note: str | None
    until: date | None


def review(work: Work, actor: Actor, match_id: int, verdict: Verdict, *, expected: int | None = None) -> Decision:
    """Make one move. `expected` is the row version that the facilitator saw.

    Raises NotFound, Forbidden, InvalidInput, StaleDecision, IllegalMove.
    """
    ensure(may_moderate(actor), "review matches")
    checked = check_verdict(work, verdict)
    decision = apply_verdict(work, actor, load_match(work, match_id), checked, expected)
    work.session.flush()  # whoever called wants to name it
    return decision


def approve(work: Work, actor: Actor, match_id: int, note: str = "", *, expected: int | None = None) -> Decision:
    """Recommend the challenge to the firm, whose people are told by mail once."""
    return review(work, actor, match_id, Verdict("approve", note=note), expected=expected)


def reject(
    work: Work, actor: Actor, match_id: int, reason: str, note: str = "", *, expected: int | None = None
) -> Decision:
    """Put the pair aside for good, with a typed reason."""
    return review(work, actor, match_id, Verdict("reject", reason, note), expected=expected)


def snooze(
    work: Work, actor: Actor, match_id: int, until: date | str, note: str = "", *, expected: int | None = None
) -> Decision:
    """Look at the pair again from a day on."""
    return review(work, actor, match_id, Verdict("snooze", note=note, until=until), expected=expected)


def reopen(work: Work, actor: Actor, match_id: int, note: str = "", *, expected: int | None = None) -> Decision:
    """Take a decided pair into the queue again."""
    return review(work, actor, match_id, Verdict("reopen", note=note), expected=expected)


def check_verdict(work: Work, verdict: Verdict) -> CheckedVerdict:
    """Raises InvalidInput with every fault, IllegalMove for a move that there is not."""
    if verdict.move not in MOVES:
        raise IllegalMove(f"no such move: {verdict.move[:40]}")
    checks = Checks()
    note = checked_note(checks, verdict.note)
    reason = checked_reason(checks, verdict.reason) if verdict.move == "reject" else None
    until = checks.day("until", verdict.until) if verdict.move == "snooze" else None
    if verdict.move == "snooze":
        if until is None:
            checks.fault("until", "required")
        elif not today(work) < until <= today(work) + LONGEST_SNOOZE:
            checks.fault("until", "not_ahead")
    checks.raise_faults()
    return CheckedVerdict(verdict.move, reason, note, until)


def apply_verdict(
    work: Work, actor: Actor, match: Match, verdict: CheckedVerdict, expected: int | None = None
) -> Decision:
    """Move a loaded match and keep the decision. Raises StaleDecision, IllegalMove; changes nothing then."""
    ensure_unchanged(match, expected)
    start, end = MOVES[verdict.move]
    if match.state not in start:
        raise IllegalMove(f"{verdict.move} of a match that is {match.state}")
    if verdict.move == "approve":
        _ensure_offerable(match)
    before = state_of(match)
    match.state, match.snoozed_until = end, verdict.until
    decision = record_decision(
        work,
        actor,
        match,
        side="facilitator",
        move=verdict.move,
        before=before,
        reason=verdict.reason,
        note=verdict.note,
    )
    if verdict.move == "approve":
        ask_to_tell(work, match.id)
    work.audit(actor.user_id, f"{verdict.move}_match", "match", match.id, reason=verdict.reason)
    return decision


def legal_moves(match: Match) -> list[str]:
    """What a facilitator may do with this match now: the buttons of its page."""
    moves = [name for name, (start, _end) in MOVES.items() if match.state in start]
    return [name for name in moves if name != "approve" or _offer_fault(match) is None]


def _ensure_offerable(match: Match) -> None:
    fault = _offer_fault(match)
    if fault is not None:
        raise IllegalMove(fault)


def _offer_fault(match: Match) -> str | None:
    """A firm is told of a challenge that it can answer and did not turn down, or not at all."""
    if match.firm_answer == "declined":
        return "the firm has declined"
    if match.challenge.status != "open":
        return f"the challenge is {match.challenge.status}"
    if match.firm.status != "published":
        return f"the firm is {match.firm.status}"
    return None
