"""Challenges and firms as matching sees them, with vectors; firms are kept by version, so a batch builds each once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import cast

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.queries import firm_versions, firms_by_id
from app.services.parts import Parts
from app.services.public_texts import challenge_texts, firm_texts, tokens_of
from indexing.passages import passages_of
from indexing.vectors import vectors_of
from matching.model import ChallengeSide, FirmSide, Floats, Language, Needed, Passage

MOST_KEPT = 8000  # about 10 kB each with vectors: 80 MB at most, in a batch over the largest set


class Sides:
    """Builds sides from records. One a batch or a task; not for several threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._firms: dict[tuple[int, int], FirmSide] = {}

    def challenge(self, row: Challenge) -> ChallengeSide:
        """One challenge; encodes what is not encoded yet."""
        return self.challenges([row])[0]

    def challenges(self, rows: Sequence[Challenge]) -> list[ChallengeSide]:
        """Several, with one look-up of vectors."""
        passages = [passages_of(challenge_texts(row)) for row in rows]
        vectors = self._vectors(passages)
        return [challenge_side(row, own, mine) for row, own, mine in zip(rows, passages, vectors, strict=True)]

    def firm(self, row: FirmProfile) -> FirmSide:
        """One firm, from what is kept where its version is the same."""
        return self._build([row])[row.id]

    def firms(self, ids: Sequence[int]) -> list[FirmSide]:
        """The firms that are there, in the order of the ids.

        Not to be called inside of a transaction: what is encoded is written at once, and a reader of SQLite that
        waits for itself as the writer holds everybody up.
        """
        with self._parts.store.read() as work:
            versions = firm_versions(work, ids)
            missing = [key for key, version in versions.items() if (key, version) not in self._firms]
            rows = list(firms_by_id(work, missing).values())
        built = self._build(rows)
        found = (built.get(key) or self._firms.get((key, versions.get(key, -1))) for key in ids)
        return [side for side in found if side is not None]

    def _build(self, rows: Sequence[FirmProfile]) -> dict[int, FirmSide]:
        """All rows with one look-up of vectors."""
        passages = [passages_of(firm_texts(row)) for row in rows]
        if len(self._firms) + len(rows) > MOST_KEPT:
            self._firms.clear()
        built: dict[int, FirmSide] = {}
        for row, own, vectors in zip(rows, passages, self._vectors(passages), strict=True):
            self._firms[row.id, row.version] = built[row.id] = firm_side(row, own, vectors)
        return built

    def _vectors(self, passages: Sequence[tuple[Passage, ...]]) -> list[Floats]:
        """The vectors of each record's passages."""
        flat = [passage for own in passages for passage in own]
        vectors = vectors_of(flat, self._parts.encoder, self._parts.vectors)
        ends = list(accumulate(len(own) for own in passages))
        return [vectors[end - len(own) : end] for end, own in zip(ends, passages, strict=True)]


def challenge_side(challenge: Challenge, passages: tuple[Passage, ...], vectors: Floats) -> ChallengeSide:
    """A challenge as matching sees it."""
    return ChallengeSide(
        id=challenge.id,
        version=challenge.version,
        passages=passages,
        vectors=vectors,
        tokens=tokens_of(passages),
        needs=tuple(
            Needed(
                need.id,
                need.essential,
                tuple(i for i, p in enumerate(passages) if p.field == "need" and p.item_id == need.id),
            )
            for need in challenge.needs
        ),
        original=cast("Language", challenge.original),
        sectors=frozenset(challenge.sectors),
        technologies=frozenset(challenge.technologies),
        trl=_trl_range(challenge),
        collaboration=frozenset(challenge.collaboration),
        place=challenge.place,
        remote=challenge.remote,
        languages_of_service=frozenset(challenge.languages_of_service),
        budget=_budget(challenge.budget_min, challenge.budget_max),
        open=challenge.status == "open",
        deadline=challenge.deadline,
        owner_organisation_id=challenge.organisation_id,
    )


def firm_side(firm: FirmProfile, passages: tuple[Passage, ...], vectors: Floats) -> FirmSide:
    """A firm as matching sees it."""
    return FirmSide(
        id=firm.id,
        version=firm.version,
        passages=passages,
        vectors=vectors,
        tokens=tokens_of(passages),
        original=cast("Language", firm.original),
        languages=frozenset(passage.language for passage in passages),
        sectors=frozenset(firm.sectors),
        technologies=frozenset(firm.technologies),
        trls=tuple(solution.trl for solution in firm.solutions if solution.trl is not None),
        collaboration=frozenset(firm.collaboration),
        place=firm.organisation.place,
        regions=frozenset(firm.regions),
        languages_of_service=frozenset(firm.languages_of_service),
        budget=_budget(firm.budget_min, firm.budget_max),
        published=firm.status == "published",
        opted_out=firm.opted_out,
        excluded_sectors=frozenset(firm.excluded_sectors),
        excluded_organisations=frozenset(firm.excluded_organisations),
        organisation_id=firm.organisation_id,
    )


def _trl_range(challenge: Challenge) -> tuple[int, int] | None:
    low, high = challenge.trl_min, challenge.trl_max
    if low is None and high is None:
        return None
    return (low or 1, high or 9)


def _budget(low: int | None, high: int | None) -> tuple[int | None, int | None] | None:
    return None if low is None and high is None else (low, high)
