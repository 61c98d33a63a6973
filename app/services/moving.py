"""What moving a challenge and moving a firm's profile from state to state share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.records.store import Work
from app.services.access import may_moderate
from app.services.actor import Actor
from app.services.changes import Record, kind_of, mark_stale, raise_version, tell_index
from app.services.checks import TEASER, Checks
from app.services.facilitation.tell_moderation import CHANGES, PUBLISHED, ask_to_tell
from app.services.public_texts import is_visible
from matching.errors import IllegalMove


@dataclass(frozen=True, slots=True)
class Move:
    """From which states it starts, where it leads, whether only a facilitator may do it, whether pages offer it."""

    start: frozenset[str]
    end: str
    moderated: bool = False
    offered: bool = True


Moves = Mapping[str, Move]


def offered_moves(moves: Moves, actor: Actor, record: Record) -> list[str]:
    """The moves that a page offers to somebody who may change the record."""
    return [
        name
        for name, move in moves.items()
        if move.offered and record.status in move.start and (not move.moderated or may_moderate(actor))
    ]


def find_move(moves: Moves, name: str, record: Record) -> Move:
    """The move of this name. Raises IllegalMove where it does not start from the record's state."""
    move = moves[name]
    if record.status not in move.start:
        raise IllegalMove(f"{name} of a {kind_of(record)} that is {record.status}")
    return move


def enter_state(work: Work, actor: Actor, record: Record, name: str, end: str, **detail: str) -> None:
    """Change the state by the move of this name; tells the index where readers can see the difference.

    The version rises too, so that an index task that read the old state can never overwrite the new one.
    """
    before, seen = record.status, is_visible(record)
    record.status = end
    raise_version(work, record)
    if seen or is_visible(record):
        mark_stale(work, record)
        tell_index(work, record)
    kind = kind_of(record)
    work.audit(actor.user_id, f"{name}_{kind}", kind, record.id, before=before, after=end, **detail)


def note_published(work: Work, record: Record) -> None:
    """What was asked for is settled; its organisation's people are told."""
    record.review_note = None
    record.published_at = record.published_at or work.now
    ask_to_tell(work, record, PUBLISHED)


def note_changes(work: Work, record: Record, note: str) -> None:
    """Keep what is asked for; its organisation's people are told."""
    record.review_note = note
    ask_to_tell(work, record, CHANGES)


def required_sentence(field: str, value: str) -> str:
    """The text of a note or reason. Raises InvalidInput where it is missing or too long."""
    checks = Checks()
    text = checks.text(field, value, 4 * TEASER, required=True)
    checks.raise_faults()
    return text
