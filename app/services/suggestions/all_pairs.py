"""All pairs of open challenges and published firms: their totals as arrays, then exact scores of those worth keeping.

A candidate search a record, as `refresh_matches` does it for one that changed, would take hours for some hundred
challenges and some thousand firms; all pairs together take a minute, and nothing is missed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial

import numpy as np
from sqlalchemy import select

from app.records.firms import FirmProfile
from app.records.queries import challenges_by_id, open_challenge_ids
from app.services.parts import Parts
from app.services.suggestions.refresh_matches import CHALLENGES_A_FIRM, FIRMS_A_CHALLENGE
from app.services.suggestions.sides import Sides
from app.services.suggestions.statistics import current_statistics
from matching.gates import gate
from matching.model import ChallengeSide, FirmSide, Suggestion
from matching.postings import Values
from matching.scoring import score_firms, scores_of
from matching.table import MARGIN, FirmTable

ROWS = 500  # records read at a time

Progress = Callable[[int, int], None]
Pairs = Mapping[int, set[int]]  # place of a challenge → places of firms


class AllPairs:
    """Open challenges and published firms, named by their places in the lists that were read."""

    def __init__(self, parts: Parts, day: date, progress: Progress | None) -> None:
        self._day = day
        self._scoring = current_statistics(parts), parts.weights, parts.lexicon.translations
        self.challenges, self._firms = _read(parts, day)
        self._place_of = {firm.id: place for place, firm in enumerate(self._firms)}
        table = FirmTable(self._firms)
        self._progress = progress
        self._done, self._steps = 0, 3 * len(self.challenges)  # totals, exact scores, writing
        self._totals = np.zeros((len(self.challenges), len(self._firms)))
        for place, challenge in enumerate(self.challenges):
            self._totals[place] = table.totals(challenge, *self._scoring)
            self.step()

    def best_of_challenges(self) -> Pairs:
        """The best firms of each challenge."""
        found = {}
        for place in range(len(self.challenges)):
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
                scores[firm].append((-score, self.challenges[challenge].id, challenge))
            self.step()
        found: dict[int, set[int]] = defaultdict(set)
        for firm, ranked in scores.items():
            for _, _, challenge in sorted(ranked)[:CHALLENGES_A_FIRM]:
                found[challenge].add(firm)
        return found

    def suggestions(self, place: int, firms: Iterable[int]) -> dict[int, Suggestion]:
        """Exact scores with reasons of a challenge and these firms that may be paired, by the firm's id."""
        own = [self._firms[firm] for firm in sorted(firms) if self._passes(place, firm)]
        found = score_firms(self.challenges[place], own, *self._scoring)
        return {suggestion.firm_id: suggestion for suggestion in found}

    def firm_places(self, ids: Iterable[int]) -> set[int]:
        """Places of those firms that are still published."""
        return {self._place_of[key] for key in ids if key in self._place_of}

    def firm_ids(self, firms: Iterable[int]) -> set[int]:
        """Ids of the firms at these places."""
        return {self._firms[firm].id for firm in firms}

    def step(self) -> None:
        """Tell of one more step that is done: three a challenge, of which the caller's writing is the last."""
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, max(self._steps, self._done))

    def _exact(self, place: int, firms: Sequence[int]) -> dict[int, float]:
        own = [self._firms[firm] for firm in firms]
        found = scores_of(self.challenges[place], own, *self._scoring)
        return dict(zip(firms, found, strict=True))

    def _passes(self, challenge: int, firm: int) -> bool:
        return gate(self.challenges[challenge], self._firms[firm], today=self._day) is None

    def _passed_by(self, firm: int, challenge: int) -> bool:
        return self._passes(challenge, firm)


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


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), ROWS):
        yield ids[start : start + ROWS]
