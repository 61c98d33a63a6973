"""All suggestions anew, written some challenges a transaction; `all_pairs` says which they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from app.records.challenges import Challenge
from app.records.matches import Match
from app.records.queries import open_challenge_ids, with_history
from app.records.store import Work
from app.services.days import today
from app.services.parts import Parts
from app.services.suggestions.all_pairs import AllPairs, Pairs, Progress
from app.services.suggestions.refresh_matches import is_decided, locked, match_values, refresh_challenge, settle
from matching.model import Suggestion

A_TRANSACTION = 4  # challenges: some hundred matches, and some tenths of a second of SQLite's write lock


def refresh_all(parts: Parts, *, firms: bool = False, progress: Progress | None = None) -> int:
    """All open challenges, and all firms where asked for; returns how many suggestions are listed then.

    What nobody decided on is replaced, as `refresh_matches` does it.
    """
    with parts.store.read() as work:
        day = today(work)
        over = _over_but_listed(work, day)
    for challenge_id in over:
        refresh_challenge(parts, challenge_id)
    pairs = AllPairs(parts, day, progress)
    listed = pairs.best_of_challenges()
    for_firms = pairs.best_of_firms() if firms else None
    return _Writer(parts, day, pairs).write(listed, for_firms)


class _Writer:
    """Replaces the suggestions of all challenges."""

    def __init__(self, parts: Parts, day: date, pairs: AllPairs) -> None:
        self._parts = parts
        self._day = day
        self._pairs = pairs

    def write(self, for_challenges: Pairs, for_firms: Pairs | None) -> int:
        """Replace the suggestions of all challenges, some a transaction; returns how many are listed."""
        count = 0
        for start in range(0, len(self._pairs.challenges), A_TRANSACTION):
            places = range(start, min(start + A_TRANSACTION, len(self._pairs.challenges)))
            with self._parts.store.read() as work:
                kept = self._kept(work, places)
            suggestions = {}
            for place in places:
                listed = for_challenges[place] | (for_firms or {}).get(place, set())
                suggestions[place] = self._pairs.suggestions(place, listed | self._pairs.firm_places(kept[place]))
            with self._parts.store.write() as work:
                for place in places:
                    best = self._pairs.firm_ids(for_challenges[place])
                    of_firms = None if for_firms is None else self._pairs.firm_ids(for_firms.get(place, ()))
                    challenge_id = self._pairs.challenges[place].id
                    count += self._replace(work, challenge_id, kept[place], suggestions[place], best, of_firms)
            for _ in places:
                self._pairs.step()
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
            place: set(work.session.scalars(query.where(Match.challenge_id == self._pairs.challenges[place].id)))
            for place in places
        }


def _over_but_listed(work: Work, day: date) -> list[int]:
    """Challenges that nobody can answer any more and that still have matches."""
    query = select(Match.challenge_id).distinct().where(Match.challenge_id.not_in(open_challenge_ids(work, day)))
    return list(work.session.scalars(query.join(Challenge, Challenge.id == Match.challenge_id)))
