"""Challenges and firms as matching sees them, with vectors; firms are kept by version, so a batch builds each once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.queries import firm_versions, firms_by_id
from app.services.describe import challenge_side, challenge_texts, firm_side, firm_texts
from app.services.parts import Parts
from indexing.passages import passages_of
from indexing.vectors import vectors_of
from matching.model import ChallengeSide, FirmSide, Floats, Passage

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
