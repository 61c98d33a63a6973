"""The protocol of a search engine. One contract suite holds both implementations to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from indexing.definitions import IndexDefinition
from indexing.documents import Document
from matching.model import Floats

Sort = Literal["relevance", "newest", "deadline"]


@dataclass(frozen=True, slots=True)
class Token:
    """One analysed token in the text fields of one language ("fr" searches title_fr and body_fr)."""

    language: str
    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the query: it matches a document where any of its tokens stands in a field of its language."""

    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tokens of the query that follow each other. A document where they do as well scores more; none has to."""

    language: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that stand next to each other in one field of the language; any one alternative suffices."""

    alternatives: tuple[tuple[str, tuple[str, ...]], ...]  # (language, tokens)


@dataclass(frozen=True, slots=True)
class EngineQuery:
    """An analysed query. Filters, phrases, exclusions and `without_ids` bind word matches and meaning hits alike.

    Word matches: documents that hold at least `minimum_words` of `words`, scored by BM25 of the words and, in bodies,
    of `pairs` (times `pair_boost`); meaning hits: the best
    (at most `meaning_limit`) documents by the cosine of `vector` and their best passage, none below `meaning_floor`;
    their score is that cosine and, to the part `whole_share`, the one with the mean of all their passages.
    Results = word matches + meaning hits; without words, phrases and vector: every document that passes the filters.
    A filter of several codes of one field matches any of them; several fields must all match.
    `wide` asks for scores beyond the results too: of all documents that hold any of `words`, and of the best ones by
    meaning below the floor. By them results are compared; they are no results themselves.
    """

    words: tuple[Word, ...] = ()
    minimum_words: int = 1
    pairs: tuple[Pair, ...] = ()
    pair_boost: float = 1.0
    phrases: tuple[Phrase, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    vector: Floats | None = None
    meaning_floor: float = 0.0
    meaning_limit: int = 100
    whole_share: float = 0.0
    wide: bool = False
    title_boost: float = 2.0
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict)  # both ends included
    without_ids: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()  # counts over the results; a field's own filter does not narrow its own counts
    sort: Sort = "relevance"
    window: int = 1000  # relevance: how many word hits to score; other orders: offset and limit apply
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    """`word_scores` (BM25, best `window`) and `meaning_scores` (cosines, see `EngineQuery`) by document id.

    `best_passages` names for each meaning hit the key of its best passage. `ordered_ids` is filled for orders other
    than relevance (and for relevance without words and vector): the ids from `offset` on, at most `limit`, ties by id.
    `wide_words` (best `window`) and `wide_meaning` (best `meaning_limit`) are filled for a `wide` query.
    """

    total: int
    word_scores: Mapping[str, float] = field(default_factory=dict)
    meaning_scores: Mapping[str, float] = field(default_factory=dict)
    best_passages: Mapping[str, str] = field(default_factory=dict)
    wide_words: Mapping[str, float] = field(default_factory=dict)
    wide_meaning: Mapping[str, float] = field(default_factory=dict)
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    ordered_ids: Sequence[str] = ()


class SearchEngine(Protocol):
    """Raises SearchUnavailable where the engine does not answer; every call has a bounded wait."""

    kind: str  # "embedded" or "elasticsearch"

    def create(self, name: str, definition: IndexDefinition) -> None:
        """Make an empty index; nothing happens where it exists with the same definition."""

    def put(self, name: str, documents: Iterable[Document]) -> None:
        """Write documents (insert or replace); an older version never replaces a newer one and is no error.

        Raises RejectedDocuments that names every refused document with its cause, after the good ones are written.
        """

    def delete(self, name: str, versions: Mapping[str, int]) -> None:
        """Remove ids unless a newer version than the one given is there. Absent ids are no error."""

    def refresh(self, name: str) -> None:
        """Make all that was written visible to every reader."""

    def swap(self, alias: str, to: str) -> None:
        """Point the alias at a build in one atomic step; readers see the old or the new one, never neither."""

    def resolve(self, alias: str) -> str | None:
        """The name of the build behind an alias; None where there is none."""

    def names(self, alias: str) -> list[str]:
        """All builds of an alias, oldest first."""

    def drop(self, name: str) -> None:
        """Delete a build. Absent: no error."""

    def versions(self, name: str) -> dict[str, int]:
        """Every document id with its version."""

    def search(self, name: str, query: EngineQuery) -> EngineAnswer:
        """Run a query against a build or an alias."""

    def vocabulary(self, name: str, without_ids: Collection[str] = ()) -> Mapping[str, int]:
        """Values of `surface` with the count of documents that hold each. For spelling and completion."""

    def nearest(
        self, name: str, vectors: Floats, limit: int, *, among: Collection[str] | None = None
    ) -> list[dict[str, float]]:
        """For each row of `vectors` (count, dims): the best `limit` documents by their best passage, id -> cosine."""

    def wholes(self, name: str, ids: Collection[str]) -> dict[str, Floats]:
        """The mean of each document's passage vectors, shape (dims,), length 1; without those that have no passage."""

    def close(self) -> None:
        """Let go of files and connections."""
