"""What the relay takes from the outbox: messages that are due, a few at a time, with a lease on each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.records.store import Work
from app.records.work import Outbox
from app.services.outbox.jobs import SCHEDULE
from app.services.parts import Parts

# In the hands of workers at the same time. Few, so that an edit does not wait behind an import of thousands, and so
# that a lease runs from about the start of a run: whoever waits, waits in the table.
IN_HAND = 16
IN_HAND_A_PROCESS = 2
URGENT = ("mail", "approval", "moderation")
# Work on thousands of records, a slice a message, in the order in which it must be done. It has a room of its own, so
# that it never takes an edit's place, and comes after everything else at the broker too: an edit waits for the slice
# that is running, a second or two.
BULK = ("import", "index_slice", "match_slice", "rebuild_index", "sweep_index", "reindex_code")
BULK_A_PROCESS = 2  # one to run and one to follow: nobody waits for the relay between two slices

Due = tuple[int, str]


def take_due(parts: Parts) -> list[Due]:
    """Id and topic of messages to hand to the workers now; their lease begins.

    New ones, those whose wait is over, and those whose lease ran out. Bulk work has a room of its own; of the rest
    half are the oldest, half the newest: a long backlog keeps going, and who edits a page does not wait for its end.
    """
    with parts.store.read() as work:
        if not work.session.scalar(_due(work, parts).limit(1)):
            return []
    with parts.store.write() as work:
        found = {message.id: message for message in (*_interactive(work, parts), *_bulk(work, parts))}
        for message in found.values():
            message.published_at = work.now
        return [(message.id, message.topic) for message in found.values()]


def give_back(parts: Parts, ids: Sequence[int]) -> None:
    """Messages that could not be handed over: the next round takes them again, without waiting for the lease."""
    with parts.store.write() as work:
        undone = (Outbox.id.in_(ids), Outbox.done_at.is_(None))
        work.session.execute(update(Outbox).where(*undone).values(published_at=None))


def ask_for_slot(parts: Parts, job: str, now: datetime) -> str:
    """Write the message of a scheduled job once for its slot, however many schedulers ask: "asked" or "taken".

    From there on it is a message like any other: with a lease, bounded tries and a retry button. Where the one before
    still waits or runs, there is nothing to ask for.
    """
    length = SCHEDULE[job].every.total_seconds()
    slot = f"{job}:{int(now.timestamp() // length)}"
    try:
        with parts.store.write() as work:
            same = and_(Outbox.topic == "scheduled", Outbox.key == job, Outbox.done_at.is_(None))
            if work.session.scalar(select(Outbox.id).where(or_(Outbox.slot == slot, same)).limit(1)) is not None:
                return "taken"
            work.session.add(Outbox(topic="scheduled", key=job, payload={}, created_at=work.now, slot=slot))
    except IntegrityError:
        return "taken"
    return "asked"


def lease(parts: Parts) -> timedelta:
    """How long a message may be in the hands of a worker."""
    return timedelta(seconds=parts.settings.job_lease_s)


def _due(work: Work, parts: Parts) -> Select[Outbox]:
    free = or_(Outbox.published_at.is_(None), Outbox.published_at < work.now - lease(parts))
    waited = or_(Outbox.due_at.is_(None), Outbox.due_at <= work.now)
    return select(Outbox).where(Outbox.done_at.is_(None), free, waited)


def _interactive(work: Work, parts: Parts) -> Sequence[Outbox]:
    at_hand = max(IN_HAND, IN_HAND_A_PROCESS * parts.settings.worker_processes)
    room = at_hand - _held(work, parts, bulk=False)
    if room <= 0:
        return []
    query = _due(work, parts).where(Outbox.topic.not_in(BULK)).with_for_update(skip_locked=True)
    urgent_first = case((Outbox.topic.in_(URGENT), 0), else_=1)
    oldest = work.session.scalars(query.order_by(urgent_first, Outbox.id).limit((room + 1) // 2)).all()
    newest = work.session.scalars(query.order_by(Outbox.id.desc()).limit(room // 2)).all()
    return [*oldest, *newest]


def _bulk(work: Work, parts: Parts) -> Sequence[Outbox]:
    room = BULK_A_PROCESS * parts.settings.worker_processes - _held(work, parts, bulk=True)
    if room <= 0:
        return []
    query = _due(work, parts).where(Outbox.topic.in_(BULK)).with_for_update(skip_locked=True)
    place = case({topic: place for place, topic in enumerate(BULK)}, value=Outbox.topic)
    return work.session.scalars(query.order_by(place, Outbox.id).limit(room)).all()


def _held(work: Work, parts: Parts, *, bulk: bool) -> int:
    """How many messages of this sort are in the hands of workers."""
    sort = Outbox.topic.in_(BULK) if bulk else Outbox.topic.not_in(BULK)
    held = select(func.count()).where(Outbox.done_at.is_(None), Outbox.published_at >= work.now - lease(parts), sort)
    return work.session.scalar(held) or 0
