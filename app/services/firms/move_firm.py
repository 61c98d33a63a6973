"""Move a firm's profile from state to state: review, publish, withdraw."""

from __future__ import annotations

from app.records.firms import FirmProfile
from app.records.store import Work
from app.services.access import ensure, may_edit_firm, may_moderate
from app.services.actor import Actor
from app.services.changes import ensure_version
from app.services.load_records import locked_firm
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

MOVES: Moves = {
    "submit_for_review": Move(frozenset({"draft", "changes_requested"}), "in_review"),
    "reopen_for_edit": Move(frozenset({"in_review", "withdrawn"}), "draft"),
    "publish": Move(frozenset({"draft", "in_review"}), "published", moderated=True),
    "request_changes": Move(frozenset({"in_review"}), "changes_requested", moderated=True),
    "withdraw": Move(frozenset({"draft", "in_review", "changes_requested", "published"}), "withdrawn"),
}


def submit_for_review(work: Work, actor: Actor, firm_id: int, *, expected_version: int | None = None) -> FirmProfile:
    """The firm asks for publication. Errors of all moves: NotFound, Forbidden, IllegalMove, StaleDecision."""
    return _move(work, actor, firm_id, "submit_for_review", expected_version)


def reopen_for_edit(work: Work, actor: Actor, firm_id: int, *, expected_version: int | None = None) -> FirmProfile:
    """The firm takes its profile back from review, or takes up a withdrawn one again."""
    return _move(work, actor, firm_id, "reopen_for_edit", expected_version)


def publish(work: Work, actor: Actor, firm_id: int, *, expected_version: int | None = None) -> FirmProfile:
    """A facilitator lets everybody see the profile; the firm is told."""
    firm = _move(work, actor, firm_id, "publish", expected_version)
    note_published(work, firm)
    return firm


def request_changes(
    work: Work, actor: Actor, firm_id: int, note: str, *, expected_version: int | None = None
) -> FirmProfile:
    """A facilitator sends a profile back, saying what is asked for. Raises InvalidInput without a note."""
    text = required_sentence("note", note)
    firm = _move(work, actor, firm_id, "request_changes", expected_version, note=text)
    note_changes(work, firm, text)
    return firm


def withdraw(work: Work, actor: Actor, firm_id: int, *, expected_version: int | None = None) -> FirmProfile:
    """Take a profile out of search and suggestions."""
    return _move(work, actor, firm_id, "withdraw", expected_version)


def legal_moves(actor: Actor, firm: FirmProfile) -> list[str]:
    """What this actor may do with this profile now."""
    if not may_edit_firm(actor, firm):
        return []
    return offered_moves(MOVES, actor, firm)


def apply_move(work: Work, actor: Actor, firm: FirmProfile, name: str, **detail: str) -> None:
    """Change the state of a loaded profile. Raises IllegalMove."""
    move = find_move(MOVES, name, firm)
    enter_state(work, actor, firm, name, move.end, **detail)


def _move(
    work: Work, actor: Actor, firm_id: int, name: str, expected_version: int | None, **detail: str
) -> FirmProfile:
    firm = locked_firm(work, actor, firm_id)
    ensure(may_moderate(actor) if MOVES[name].moderated else may_edit_firm(actor, firm), f"{name} this firm")
    ensure_version(firm, expected_version)
    apply_move(work, actor, firm, name, **detail)
    return firm
