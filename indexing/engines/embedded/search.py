"""One query on one generation: which rows are results, their scores, counts and order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from indexing.engine import EngineAnswer, EngineQuery
from indexing.engines.embedded.generation import Generation
from indexing.engines.embedded.parts import NO_DATE, Mask, Numbers
from indexing.engines.embedded.passages import NO_PASSAGE
from matching.model import Floats

VECTORS_AT_ONCE = 32  # cosines of so many vectors with all passages are held at a time: 3 MB for 25,000 passages


def search(generation: Generation, query: EngineQuery) -> EngineAnswer:
    """Answer a query as `indexing.engine` says."""
    return _Search(generation, query).answer()


def nearest(
    generation: Generation, vectors: Floats, limit: int, among: Collection[str] | None
) -> list[dict[str, float]]:
    """The best documents for each vector, by their best passage."""
    allowed = generation.alive
    if among is not None:
        allowed = np.zeros(generation.size, dtype=bool)
        allowed[[generation.row_of[key] for key in among if key in generation.row_of]] = True
    found = []
    for start in range(0, len(vectors), VECTORS_AT_ONCE):
        chunk = np.asarray(vectors[start : start + VECTORS_AT_ONCE], dtype=np.float32)
        for scores in generation.passages.best(generation.passages.cosines(chunk)):
            rows = _best_rows(scores, allowed, limit, -1.0)
            found.append({generation.ids[row]: float(scores[row]) for row in rows.tolist()})
    return found


class _Search:
    def __init__(self, generation: Generation, query: EngineQuery) -> None:
        self._generation = generation
        self._query = query
        self._plain = not query.words and query.vector is None
        self._constraints = self._constrained()
        self._filters = {name: generation.facet(name).any_of(codes) for name, codes in query.filters.items() if codes}
        self._word_rows, self._word_scores = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        if query.words:
            self._word_rows, self._word_scores = generation.word_matches(query)
        self._cosines = self._best = np.zeros(0, dtype=np.float32)
        if query.vector is not None:
            cosines = generation.passages.cosines(np.asarray(query.vector, dtype=np.float32)[None, :])
            self._cosines, self._best = cosines[0], generation.passages.best(cosines)[0]

    def answer(self) -> EngineAnswer:
        """Scores, total, facets and order."""
        query, generation = self._query, self._generation
        allowed = self._allowed(None)
        near = self._meaning_rows(allowed, -1.0 if query.wide else query.meaning_floor)
        near_scores = self._meaning_scores(near)
        meaning = near[self._best[near] >= query.meaning_floor]
        results = self._results(allowed, meaning)
        word_scores = self._first(self._word_rows, self._word_scores, allowed)
        ids = generation.ids
        return EngineAnswer(
            total=int(results.sum()),
            word_scores=word_scores,
            meaning_scores={ids[row]: near_scores[ids[row]] for row in meaning.tolist()},
            best_passages={ids[row]: generation.passages.best_key(self._cosines, row) for row in meaning.tolist()},
            wide_words=self._wide_words(allowed, word_scores) if query.wide else {},
            wide_meaning=near_scores if query.wide else {},
            facets={name: self._counts(name, results) for name in query.facets},
            ordered_ids=self._ordered(results),
        )

    def _first(self, rows: Numbers, scores: Floats, allowed: Mask) -> dict[str, float]:
        """Scores of the best word hits that are allowed, as many as the window takes; `rows` come best first."""
        kept, ids, window = allowed[rows], self._generation.ids, self._query.window
        best = zip(rows[kept][:window].tolist(), scores[kept][:window].tolist(), strict=True)
        return {ids[row]: score for row, score in best}

    def _wide_words(self, allowed: Mask, word_scores: dict[str, float]) -> dict[str, float]:
        """Of all documents that hold any of the words; where one is enough, those are the word matches."""
        if self._query.minimum_words <= 1 or not self._query.words:
            return word_scores
        return self._first(*self._generation.word_matches(replace(self._query, minimum_words=1)), allowed)

    def _constrained(self) -> Mask:
        """Live rows that pass ranges, phrases, exclusions and `without_ids`; filters are kept apart."""
        query, generation = self._query, self._generation
        mask = generation.alive.copy()
        for name, (low, high) in query.ranges.items():
            days = generation.integers(name)
            mask &= days != NO_DATE if days is not None else False
            if days is not None and low is not None:
                mask &= days >= low
            if days is not None and high is not None:
                mask &= days <= high
        for phrase in query.phrases:
            mask &= generation.phrase_matches(phrase)
        for phrase in query.excluded:
            mask &= ~generation.phrase_matches(phrase)
        mask[[generation.row_of[key] for key in query.without_ids if key in generation.row_of]] = False
        return mask

    def _allowed(self, without_filter: str | None) -> Mask:
        mask = self._constraints
        for name, passing in self._filters.items():
            if name != without_filter:
                mask = mask & passing
        return mask

    def _meaning_rows(self, allowed: Mask, floor: float) -> Numbers:
        if self._query.vector is None:
            return np.zeros(0, dtype=np.int64)
        return _best_rows(self._best, allowed, self._query.meaning_limit, floor)

    def _meaning_scores(self, rows: Numbers) -> dict[str, float]:
        generation, share, vector = self._generation, self._query.whole_share, self._query.vector
        scores = self._best[rows]
        if vector is not None and share > 0.0:
            whole = generation.passages.whole(np.asarray(vector, dtype=np.float32), rows)
            scores = (1.0 - share) * scores + share * whole
        return {generation.ids[row]: float(score) for row, score in zip(rows.tolist(), scores, strict=True)}

    def _results(self, allowed: Mask, meaning: Numbers) -> Mask:
        if self._plain or (self._query.phrases and not self._query.words):
            return allowed  # phrases are in the constraints: each of their rows is a word match
        mask = np.zeros(self._generation.size, dtype=bool)
        mask[self._word_rows] = True
        mask &= allowed
        mask[meaning] = True
        return mask

    def _counts(self, name: str, results: Mask) -> dict[str, int]:
        if name in self._filters:
            allowed = self._allowed(name)
            results = self._results(allowed, self._meaning_rows(allowed, self._query.meaning_floor))
        return self._generation.facet(name).counts(results)

    def _ordered(self, results: Mask) -> list[str]:
        query, generation = self._query, self._generation
        if query.sort == "relevance" and not self._plain:
            return []
        rows = np.flatnonzero(results)
        rank = generation.id_rank[rows]
        field = {"newest": "published_day", "deadline": "deadline_day"}.get(query.sort)
        days = generation.integers(field) if field is not None else None
        if days is None:
            rows = rows[np.argsort(rank)]
        elif query.sort == "newest":
            rows = rows[np.lexsort((rank, np.where(days[rows] == NO_DATE, NO_DATE, -days[rows])))]
        else:
            rows = rows[np.lexsort((rank, days[rows]))]
        return [generation.ids[row] for row in rows[query.offset : query.offset + query.limit].tolist()]


def _best_rows(scores: Floats, allowed: Mask, limit: int, floor: float) -> Numbers:
    """The rows with the best scores among the allowed ones, none below the floor; best first, ties by row."""
    rows = np.flatnonzero(allowed & (scores >= floor) & (scores > NO_PASSAGE))
    return rows[np.argsort(-scores[rows], kind="stable")][:limit]
