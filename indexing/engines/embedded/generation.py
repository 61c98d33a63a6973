"""One generation of a build, opened for searching. Rows are those of all parts in a line, dead ones included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import tantivy

from indexing.definitions import IndexDefinition
from indexing.engine import EngineQuery, Phrase, Word
from indexing.engines.embedded.facets import Facet
from indexing.engines.embedded.parts import Mask, Numbers, Part
from indexing.engines.embedded.passages import Passages
from matching.model import Floats


class UnsoundGeneration(Exception):
    """Words and rows do not belong together: files were changed by other hands."""


class Generation:
    """Immutable and safe for many threads. Files stay readable while it lives, also after they are removed."""

    def __init__(
        self, folder: Path, manifest: Mapping[str, Any], definition: IndexDefinition, before: Generation | None = None
    ) -> None:
        """Open what the manifest names; parts that the generation `before` holds are taken over.

        Raises FileNotFoundError or ValueError where the writer removed files meanwhile.
        """
        self._definition = definition
        self._made = manifest["made"]
        same_build = before is not None and before._made == self._made
        held = {part.name: part for part in before.parts} if before is not None and same_build else {}
        self.parts: list[Part] = [held.get(name) or Part.open(folder, name) for name in manifest["parts"]]
        index = tantivy.Index.open(str(folder / f"gen-{manifest['generation']}"))
        self._schema = index.schema
        self._searcher = index.searcher()
        self.ids: list[str] = [key for part in self.parts for key in part.ids]
        self.size = len(self.ids)
        self.versions: Numbers = _joined(part.versions for part in self.parts)
        ordinals = _joined(part.ordinals for part in self.parts)
        self._by_ordinal = np.argsort(ordinals)
        self._ordinals = ordinals[self._by_ordinal]
        self.alive: Mask = ~np.isin(ordinals, np.array(manifest["dead"], dtype=np.int64))
        if self._searcher.num_docs != int(self.alive.sum()):
            raise UnsoundGeneration(f"{self._searcher.num_docs} documents of words, {int(self.alive.sum())} rows")
        self.passages = Passages(self.parts)
        self._facets: dict[str, Facet] = {}
        self._surfaces: tuple[frozenset[str], Mapping[str, int]] | None = None

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Live id → row."""
        return {self.ids[row]: row for row in np.flatnonzero(self.alive).tolist()}

    @cached_property
    def id_rank(self) -> Numbers:
        """Place of each row where all are sorted by id."""
        rank = np.empty(self.size, dtype=np.int64)
        rank[sorted(range(self.size), key=self.ids.__getitem__)] = np.arange(self.size)
        return rank

    def facet(self, name: str) -> Facet:
        """A keyword field; one that the definition does not know holds nothing."""
        if name not in self._facets:
            known = name in self._definition.keyword_fields
            self._facets[name] = Facet([part.facet(name) for part in self.parts] if known else [], self.size)
        return self._facets[name]

    def surfaces(self, without_ids: frozenset[str]) -> Mapping[str, int]:
        """Each word as it is written, and how many rows hold it; counted once while the same rows are left out."""
        counted = self._surfaces
        if counted is None or counted[0] != without_ids:
            shown = self.alive.copy()
            shown[[self.row_of[key] for key in without_ids if key in self.row_of]] = False
            counted = self._surfaces = (without_ids, self.facet("surface").counts(shown))
        return counted[1]

    def integers(self, name: str) -> Numbers | None:
        """An integer field by row; None where the definition does not know it."""
        if name not in self._definition.integer_fields:
            return None
        return _joined(part.integers(name) for part in self.parts)

    def word_matches(self, query: EngineQuery) -> tuple[Numbers, Floats]:
        """Rows that hold enough of the query's words, and their BM25 scores, best first."""
        clauses = [(tantivy.Occur.Should, self._word(word, query.title_boost)) for word in query.words]
        needed = max(1, min(query.minimum_words, len(clauses)))
        words = tantivy.Query.boolean_query(clauses, minimum_number_should_match=needed)
        pairs = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._phrase(field, tokens), query.pair_boost))
            for pair in query.pairs
            for field, tokens in [(f"body_{pair.language}", (pair.first, pair.second))]
            if field in self._definition.text_fields
        ]
        return self._run(tantivy.Query.boolean_query([(tantivy.Occur.Must, words), *pairs]) if pairs else words)

    def phrase_matches(self, phrase: Phrase) -> Mask:
        """Rows in which any alternative of the phrase stands."""
        mask = np.zeros(self.size, dtype=bool)
        clauses = [
            (tantivy.Occur.Should, self._phrase(field, tokens))
            for language, tokens in phrase.alternatives
            for field in (f"title_{language}", f"body_{language}")
            if tokens and field in self._definition.text_fields
        ]
        if clauses:
            mask[self._run(tantivy.Query.boolean_query(clauses))[0]] = True
        return mask

    def _run(self, query: tantivy.Query) -> tuple[Numbers, Floats]:
        hits = self._searcher.search(query, limit=max(self.size, 1), count=False).hits
        if not hits:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        ordinals = self._searcher.fast_field_values("ordinal", [address for _, address in hits])
        rows = self._by_ordinal[np.searchsorted(self._ordinals, np.array(ordinals, dtype=np.int64))]
        return rows, np.array([score for score, _ in hits], dtype=np.float32)

    def _word(self, word: Word, title_boost: float) -> tantivy.Query:
        clauses = []
        for token in word.tokens:
            for part, boost in (("title", title_boost), ("body", 1.0)):
                field = f"{part}_{token.language}"
                if field in self._definition.text_fields:
                    term = tantivy.Query.term_query(self._schema, field, token.text, index_option="freq")
                    clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(term, token.weight * boost)))
        return tantivy.Query.boolean_query(clauses) if clauses else tantivy.Query.empty_query()

    def _phrase(self, field: str, tokens: tuple[str, ...]) -> tantivy.Query:
        if len(tokens) == 1:
            return tantivy.Query.term_query(self._schema, field, tokens[0])
        return tantivy.Query.phrase_query(self._schema, field, list(tokens))


def _joined(arrays: Iterable[Numbers]) -> Numbers:
    return np.concatenate([np.zeros(0, dtype=np.int64), *arrays])
