"""All suggestions anew: the totals of all pairs as arrays, then exact scores and reasons of the pairs to keep.

A candidate search a record, as `refresh_matches` does it for one that changed, would take hours for some hundred
challenges and some thousand firms; all pairs together take a minute, and nothing is missed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import insert, select

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.matches import Match
from app.records.queries import challenges_by_id, open_challenge_ids, with_history
from app.records.store import Work
from app.services.days import today
from app.services.parts import Parts
from app.services.suggestions.refresh_matches import (
    CHALLENGES_A_FIRM,
    FIRMS_A_CHALLENGE,
    is_decided,
    locked,
    match_values,
    refresh_challenge,
    settle,
)
from app.services.suggestions.sides import Sides
from app.services.suggestions.statistics import current_statistics
from matching.gates import gate
from matching.model import ChallengeSide, FirmSide, Suggestion
from matching.postings import Values
from matching.scoring import score_firms, scores_of
from matching.table import MARGIN, FirmTable

ROWS = 500  # records read at a time
A_TRANSACTION = 4  # challenges: some hundred matches, and some tenths of a second of SQLite's write lock

Progress = Callable[[int, int], None]
Pairs = Mapping[int, set[int]]  # place of a challenge → places of firms


def refresh_all(parts: Parts, *, firms: bool = False, progress: Progress | None = None) -> int:
    """All open challenges, and all firms where asked for; returns how many suggestions are listed then.

    What nobody decided on is replaced, as `refresh_matches` does it.
    """
    with parts.store.read() as work:
        day = today(work)
        over = _over_but_listed(work, day)
    for challenge_id in over:
        refresh_challenge(parts, challenge_id)
    batch = _Batch(parts, day, progress)
    listed = batch.best_of_challenges()
    for_firms = batch.best_of_firms() if firms else None
    return batch.write(listed, for_firms)


class _Batch:
    """All open challenges and published firms, by their places."""

    def __init__(self, parts: Parts, day: date, progress: Progress | None) -> None:
        self._parts = parts
        self._day = day
        self._scoring = current_statistics(parts), parts.weights, parts.lexicon.translations
        self._challenges, self._firms = _read(parts, day)
        self._place_of = {firm.id: place for place, firm in enumerate(self._firms)}
        self._table = FirmTable(self._firms)
        self._progress = progress
        self._done, self._steps = 0, 3 * len(self._challenges)  # totals, exact scores, writing
        self._totals = np.zeros((len(self._challenges), len(self._firms)))
        for place, challenge in enumerate(self._challenges):
            self._totals[place] = self._table.totals(challenge, *self._scoring)
            self._step()

    def best_of_challenges(self) -> Pairs:
        """The best firms of each challenge."""
        found = {}
        for place in range(len(self._challenges)):
            near = _near(self._totals[place], partial(self._passes, place), FIRMS_A_CHALLENGE)
            scores = self._exact(place, near)
            found[place] = set(sorted(near, key=lambda firm: (-scores[firm], self._firms[firm].id))[:FIRMS_A_CHALLENGE])
        return found

    def best_of_firms(self) -> Pairs:
        """The best challenges of each firm, by challenge."""
        near: dict[int, list[int]] = defaultdict(list)
        for place in range(len(self._firms)):
            own = _near(self._totals[:, place], partial(self._passed_by, place), CHALLENGES_A_FIRM)
            for challenge in own:
                near[challenge].append(place)
        scores: dict[int, list[tuple[float, int, int]]] = defaultdict(list)
        for challenge, firms in near.items():
            for firm, score in self._exact(challenge, firms).items():
                scores[firm].append((-score, self._challenges[challenge].id, challenge))
            self._step()
        found: dict[int, set[int]] = defaultdict(set)
        for firm, ranked in scores.items():
            for _, _, challenge in sorted(ranked)[:CHALLENGES_A_FIRM]:
                found[challenge].add(firm)
        return found

    def write(self, for_challenges: Pairs, for_firms: Pairs | None) -> int:
        """Replace the suggestions of all challenges, some a transaction; returns how many are listed."""
        count = 0
        for start in range(0, len(self._challenges), A_TRANSACTION):
            places = range(start, min(start + A_TRANSACTION, len(self._challenges)))
            with self._parts.store.read() as work:
                kept = self._kept(work, places)
            suggestions = {}
            for place in places:
                there = (self._place_of[key] for key in kept[place] if key in self._place_of)
                listed = for_challenges[place] | (for_firms or {}).get(place, set())
                suggestions[place] = self._suggestions(place, listed.union(there))
            with self._parts.store.write() as work:
                for place in places:
                    best = self._ids(for_challenges[place])
                    of_firms = None if for_firms is None else self._ids(for_firms.get(place, ()))
                    challenge_id = self._challenges[place].id
                    count += self._replace(work, challenge_id, kept[place], suggestions[place], best, of_firms)
            for _ in places:
                self._step()
        return count

    def _replace(
        self,
        work: Work,
        challenge_id: int,
        kept: set[int],
        suggestions: Mapping[int, Suggestion],
        best: set[int],
        of_firms: set[int] | None,
    ) -> int:
        """Rescore what is undecided, add what is new, remove what nobody lists any more; ids of firms."""
        there: set[int] = set()
        rows_there = list(locked(work, Match.challenge_id == challenge_id))
        told = with_history(work, [match.id for match in rows_there])
        for match in rows_there:
            there.add(match.firm_id)
            if match.firm_id not in kept:
                continue  # a worker just made it
            match.for_challenge = match.firm_id in best
            if of_firms is not None:
                match.for_firm = match.firm_id in of_firms
            if not is_decided(match, self._day):
                settle(self._parts, work, match, suggestions.get(match.firm_id), told)
        listed = best | (of_firms or set())
        rows: list[dict[str, Any]] = [
            {
                **match_values(self._parts, suggestions[firm_id], work.now),
                "state": "suggested",
                "for_challenge": firm_id in best,
                "for_firm": of_firms is not None and firm_id in of_firms,
            }
            for firm_id in sorted(listed - there)
        ]
        if rows:
            work.session.execute(insert(Match), rows)
        return len(listed)

    def _kept(self, work: Work, places: Iterable[int]) -> dict[int, set[int]]:
        """Ids of firms that have a match with these challenges already: each row is scored again."""
        query = select(Match.firm_id)
        return {
            place: set(work.session.scalars(query.where(Match.challenge_id == self._challenges[place].id)))
            for place in places
        }

    def _suggestions(self, place: int, firms: Iterable[int]) -> dict[int, Suggestion]:
        """Exact scores with reasons, by the firm's id."""
        own = [self._firms[firm] for firm in sorted(firms) if self._passes(place, firm)]
        found = score_firms(self._challenges[place], own, *self._scoring)
        return {suggestion.firm_id: suggestion for suggestion in found}

    def _exact(self, place: int, firms: Sequence[int]) -> dict[int, float]:
        own = [self._firms[firm] for firm in firms]
        found = scores_of(self._challenges[place], own, *self._scoring)
        return dict(zip(firms, found, strict=True))

    def _ids(self, firms: Iterable[int]) -> set[int]:
        return {self._firms[firm].id for firm in firms}

    def _passes(self, challenge: int, firm: int) -> bool:
        return gate(self._challenges[challenge], self._firms[firm], today=self._day) is None

    def _passed_by(self, firm: int, challenge: int) -> bool:
        return self._passes(challenge, firm)

    def _step(self) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, max(self._steps, self._done))


def _near(totals: Values, passes: Callable[[int], bool], limit: int) -> list[int]:
    """Places of the best that pass, and of all that may be as good as the last of them."""
    found: list[int] = []
    lowest = -np.inf
    for place in np.argsort(-totals, kind="stable").tolist():
        if totals[place] < lowest:
            break
        if passes(place):
            found.append(place)
            if len(found) == limit:
                lowest = totals[place] - 2 * MARGIN  # either of two totals may be off
    return found


def _read(parts: Parts, day: date) -> tuple[list[ChallengeSide], list[FirmSide]]:
    sides = Sides(parts)
    with parts.store.read() as work:
        challenge_ids = open_challenge_ids(work, day)
        published = select(FirmProfile.id).where(FirmProfile.status == "published").order_by(FirmProfile.id)
        firm_ids = work.session.scalars(published).all()
    challenges: list[ChallengeSide] = []
    for ids in _chunks(challenge_ids):
        with parts.store.read() as work:
            rows = list(challenges_by_id(work, ids).values())
        challenges += sides.challenges(rows)  # outside of the transaction: what is encoded is written
    firms = [side for ids in _chunks(firm_ids) for side in sides.firms(ids)]
    return challenges, firms


def _over_but_listed(work: Work, day: date) -> list[int]:
    """Challenges that nobody can answer any more and that still have matches."""
    query = select(Match.challenge_id).distinct().where(Match.challenge_id.not_in(open_challenge_ids(work, day)))
    return list(work.session.scalars(query.join(Challenge, Challenge.id == Match.challenge_id)))


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), ROWS):
        yield ids[start : start + ROWS]
