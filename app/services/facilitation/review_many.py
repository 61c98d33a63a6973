"""The same move on many matches at once; each match answers for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import joinedload, lazyload

from app.records.matches import Match
from app.records.store import Work
from app.services.access import ensure, may_moderate
from app.services.actor import Actor
from app.services.facilitation.review_match import Verdict, apply_verdict, check_verdict
from app.services.facilitation.undo_review import undo
from matching.errors import IllegalMove, InvalidInput, NotFound, StaleDecision

MOST_AT_ONCE = 100

Result = Literal["done", "stale", "illegal", "gone"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one match. `decision_id` is what an undo names."""

    match_id: int
    result: Result
    decision_id: int | None = None
    cause: str = ""


def review_many(work: Work, actor: Actor, expected: Mapping[int, int | None], verdict: Verdict) -> list[Outcome]:
    """Make one move on each match (id → the row version that was seen), in the order given.

    One that is stale, gone or not in a state for the move is told and left as it is; the others are moved.
    Raises Forbidden, InvalidInput (too many, or a fault of the verdict, which then holds for all).
    """
    ensure(may_moderate(actor), "review matches")
    if len(expected) > MOST_AT_ONCE:
        raise InvalidInput({"matches": f"too_many:{MOST_AT_ONCE}"})
    if not expected:
        raise InvalidInput({"matches": "nothing_chosen"})
    checked = check_verdict(work, verdict)
    found = _load(work, list(expected))
    outcomes = []
    for match_id, version in expected.items():
        match = found.get(match_id)
        if match is None:
            outcomes.append(Outcome(match_id, "gone"))
            continue
        try:
            decision = apply_verdict(work, actor, match, checked, version)
        except StaleDecision as error:
            outcomes.append(Outcome(match_id, "stale", cause=str(error)))
        except IllegalMove as error:
            outcomes.append(Outcome(match_id, "illegal", cause=str(error)))
        else:
            work.session.flush()
            outcomes.append(Outcome(match_id, "done", decision.id))
    return outcomes


def undo_many(work: Work, actor: Actor, decision_ids: Sequence[int]) -> list[Outcome]:
    """Take back several decisions, the newest first. Raises Forbidden, InvalidInput."""
    ensure(may_moderate(actor), "review matches")
    if len(decision_ids) > MOST_AT_ONCE:
        raise InvalidInput({"matches": f"too_many:{MOST_AT_ONCE}"})
    outcomes = []
    for decision_id in sorted(set(decision_ids), reverse=True):
        try:
            undone = undo(work, actor, decision_id)
        except NotFound:
            outcomes.append(Outcome(0, "gone", decision_id))
        except StaleDecision as error:
            outcomes.append(Outcome(0, "stale", decision_id, str(error)))
        else:
            outcomes.append(Outcome(undone.match_id, "done", decision_id))
    return outcomes


def _load(work: Work, ids: Sequence[int]) -> dict[int, Match]:
    """All matches in one query, locked, with the two rows that decide whether a firm may be told."""
    query = (
        select(Match)
        .where(Match.id.in_(ids))
        .options(joinedload(Match.challenge).options(lazyload("*")), joinedload(Match.firm).options(lazyload("*")))
        .order_by(Match.id)
        .with_for_update(of=Match)
    )
    return {match.id: match for match in work.session.scalars(query).unique()}
