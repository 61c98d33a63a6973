"""Close challenges whose deadline has passed."""

from __future__ import annotations

from sqlalchemy import select

from app.records.challenges import Challenge
from app.records.store import Store
from app.services.actor import SYSTEM
from app.services.challenges.move_challenge import apply_move
from app.services.days import today

A_TRANSACTION = 50  # short transactions: other writers wait a few milliseconds each


def close_expired(store: Store) -> int:
    """Close every open challenge whose deadline was before today; returns how many. Safe to be run twice."""
    closed = 0
    while True:
        with store.write() as work:
            query = (
                select(Challenge)
                .where(Challenge.status == "open", Challenge.deadline < today(work))
                .order_by(Challenge.id)
                .limit(A_TRANSACTION)
                .with_for_update(of=Challenge)
            )
            expired = work.session.scalars(query).all()
            for challenge in expired:
                apply_move(work, SYSTEM, challenge, "close", cause="deadline")
        closed += len(expired)
        if len(expired) < A_TRANSACTION:
            return closed
