"""Move a firm's profile from state to state: review, publish, withdraw."""

from __future__ import annotations

from collections.abc import Mapping

from app.records.firms import FirmProfile
from app.records.store import Work
from app.services.access import ensure, may_edit_firm, may_moderate, may_see_firm
from app.services.actor import Actor
from app.services.challenges.move_challenge import Move
from app.services.checks import TEASER, Checks
from app.services.facilitation.tell_moderation import CHANGES, PUBLISHED, ask_to_tell
from app.services.saving import mark_stale
from matching.errors import IllegalMove, NotFound, StaleDecision

MOVES: Mapping[str, Move] = {
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
    firm.review_note = None
    firm.published_at = firm.published_at or work.now
    ask_to_tell(work, firm, PUBLISHED)
    return firm


def request_changes(
    work: Work, actor: Actor, firm_id: int, note: str, *, expected_version: int | None = None
) -> FirmProfile:
    """A facilitator sends a profile back, saying what is asked for. Raises InvalidInput without a note."""
    checks = Checks()
    text = checks.text("note", note, 4 * TEASER, required=True)
    checks.raise_faults()
    firm = _move(work, actor, firm_id, "request_changes", expected_version, note=text)
    firm.review_note = text
    ask_to_tell(work, firm, CHANGES)
    return firm


def withdraw(work: Work, actor: Actor, firm_id: int, *, expected_version: int | None = None) -> FirmProfile:
    """Take a profile out of search and suggestions."""
    return _move(work, actor, firm_id, "withdraw", expected_version)


def legal_moves(actor: Actor, firm: FirmProfile) -> list[str]:
    """What this actor may do with this profile now."""
    if not may_edit_firm(actor, firm):
        return []
    return [
        name
        for name, move in MOVES.items()
        if firm.status in move.start and (not move.moderated or may_moderate(actor))
    ]


def apply_move(work: Work, actor: Actor, firm: FirmProfile, name: str, **detail: str) -> None:
    """Change the state of a loaded profile; the version rises, so that a late index task cannot undo it."""
    move = MOVES[name]
    if firm.status not in move.start:
        raise IllegalMove(f"{name} of a firm that is {firm.status}")
    before, firm.status = firm.status, move.end
    firm.version += 1
    firm.updated_at = work.now
    work.session.flush()
    if "published" in (before, move.end):
        mark_stale(work, firm_id=firm.id)
        work.tell("index_firm", firm.id)
    work.audit(actor.user_id, f"{name}_firm", "firm", firm.id, before=before, after=move.end, **detail)


def _move(
    work: Work, actor: Actor, firm_id: int, name: str, expected_version: int | None, **detail: str
) -> FirmProfile:
    firm = work.session.get(FirmProfile, firm_id, with_for_update={"of": FirmProfile})
    if firm is None or not may_see_firm(actor, firm):
        raise NotFound(f"firm {firm_id}")
    ensure(may_moderate(actor) if MOVES[name].moderated else may_edit_firm(actor, firm), f"{name} this firm")
    if expected_version is not None and firm.version != expected_version:
        raise StaleDecision(f"firm {firm_id} is at version {firm.version}")
    apply_move(work, actor, firm, name, **detail)
    return firm
