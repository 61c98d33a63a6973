"""Measure a collection with the code that search and matching use: one index, four rankers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from app.services.evaluation.read_collection import Collection, Entry
from app.services.public_texts import tokens_of
from indexing.analysis import analyse
from indexing.definitions import IndexDefinition
from indexing.documents import Document, PassageVector
from indexing.engine import SearchEngine
from indexing.passages import FieldText, passages_of
from indexing.proposals import propose
from indexing.query import LANGUAGES, Translations
from indexing.searcher import Searcher, SearchRequest
from indexing.vectors import VectorStore, vectors_of
from matching.measures import by_query, means, ranked
from matching.model import ChallengeSide, FirmSide, Floats, Passage, Weights
from matching.ports import Encoder
from matching.scoring import rank, score_firms
from matching.words import Statistics, bags_of

RANKERS = ("words", "meaning", "hybrid", "matching")
EVERY_RANKER = (*RANKERS, "page")  # as a page of search has it: with operators, the floor and the fewest words
DEPTH = 100  # results of a query: recall is measured down to here
BATCH = 500

Encode = Callable[[Sequence[str]], Floats]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Tools:
    """What an evaluation works with."""

    encoder: Encoder
    vectors: VectorStore
    weights: Weights
    translations: Translations | None = None
    encode: Encode | None = None  # a pool of processes in place of the encoder


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One line of the table. `values`: measure → query → value; `run`: query → ids, best first."""

    collection: str
    engine: str
    ranker: str
    values: Mapping[str, Mapping[str, float]]
    seconds: float
    run: Mapping[str, Sequence[str]]

    def row(self) -> dict[str, str | int | float]:
        """As programs read it."""
        measured = {name: round(value, 4) for name, value in means(self.values).items()}
        queries = len(self.values["mrr"])
        named: dict[str, str | int | float] = {"collection": self.collection, "engine": self.engine}
        return named | {"ranker": self.ranker, "queries": queries} | measured | {"seconds": round(self.seconds, 2)}

    def trec(self) -> Iterator[str]:
        """Lines in TREC run format; the scores keep the order."""
        for query, keys in self.run.items():
            for place, (key, score) in enumerate(ranked(list(keys)).items(), start=1):
                yield f"{query} Q0 {key} {place} {score:g} passerelle-{self.ranker}"


class Prepared:
    """A collection with its passages, vectors and statistics: made once, used with every engine."""

    def __init__(
        self,
        collection: Collection,
        tools: Tools,
        rankers: Sequence[str],
        progress: Progress | None = None,
        cut: Callable[[Iterable[FieldText]], tuple[Passage, ...]] = passages_of,
    ) -> None:
        self.collection = collection
        self.tools = tools
        texts = [_texts(entry, "summary") for entry in collection.documents]
        if set(rankers) == {"words"}:  # nothing is to be encoded for words alone
            texts = [[] for _ in texts]
        self.passages = [cut(own) for own in texts]
        flat = [passage for own in self.passages for passage in own]
        vectors = vectors_of(flat, tools.encoder, tools.vectors, tools.encode, progress)
        ends = np.cumsum([len(own) for own in self.passages])
        self.vectors = np.split(vectors, ends[:-1])

    def documents(self) -> Iterator[Document]:
        """What goes into an index."""
        for entry, passages, vectors in zip(self.collection.documents, self.passages, self.vectors, strict=True):
            fields = {
                f"title_{entry.language}": " ".join(analyse(entry.title, entry.language)),
                f"body_{entry.language}": " ".join(analyse(f"{entry.title}\n{entry.text}", entry.language)),
            }
            own = tuple(PassageVector(p.key, v) for p, v in zip(passages, vectors, strict=True))
            yield Document(entry.id, 1, fields, own)

    def firms(self) -> dict[str, FirmSide]:
        """The documents as matching sees firms; the number of each is its place."""
        sides = {}
        for number, entry in enumerate(self.collection.documents):
            passages = self.passages[number]
            sides[entry.id] = FirmSide(
                id=number,
                version=1,
                passages=passages,
                vectors=self.vectors[number],
                tokens=tokens_of(passages),
                original=entry.language,
            )
        return sides

    def challenges(self) -> dict[str, ChallengeSide]:
        """The queries as matching sees challenges."""
        passages = [passages_of(_texts(entry, "problem")) for entry in self.collection.queries]
        flat = [passage for own in passages for passage in own]
        vectors = vectors_of(flat, self.tools.encoder, self.tools.vectors, self.tools.encode)
        sides, start = {}, 0
        for number, (entry, own) in enumerate(zip(self.collection.queries, passages, strict=True)):
            sides[entry.id] = ChallengeSide(
                id=number,
                version=1,
                passages=own,
                vectors=vectors[start : start + len(own)],
                tokens=tokens_of(own),
                needs=(),
                original=entry.language,
            )
            start += len(own)
        return sides


@contextmanager
def indexed(prepared: Prepared, engine: SearchEngine, progress: Progress | None = None) -> Iterator[str]:
    """A throw-away index of the collection; gives its name."""
    encoder = prepared.tools.encoder
    text = tuple(f"{part}_{language}" for part in ("title", "body") for language in LANGUAGES)
    definition = IndexDefinition("evaluation", encoder.identity, encoder.dims, text, ("surface",), ())
    name = definition.build_name(datetime.now(UTC))
    engine.create(name, definition)
    try:
        documents = list(prepared.documents())
        for start in range(0, len(documents), BATCH):
            engine.put(name, documents[start : start + BATCH])
            if progress is not None:
                progress(min(start + BATCH, len(documents)), len(documents))
        engine.refresh(name)
        yield name
    finally:
        engine.drop(name)


def measure(
    prepared: Prepared,
    engine: SearchEngine,
    name: str,
    ranker: str,
    progress: Progress | None = None,
    queries: Sequence[Entry] | None = None,
) -> Evaluated:
    """Rank every query, or those that are given, and measure. Raises Unavailable."""
    asked = prepared.collection.queries if queries is None else queries
    order = _matching(prepared, engine, name) if ranker == "matching" else _search(prepared, engine, name, ranker)
    run: dict[str, list[str]] = {}
    start = time.perf_counter()
    for number, query in enumerate(asked, start=1):
        run[query.id] = order(query)[:DEPTH]
        if progress is not None:
            progress(number, len(asked))
    seconds = time.perf_counter() - start
    judged = {key: own for key, own in prepared.collection.judgements.items() if queries is None or key in run}
    values = by_query(judged, {key: ranked(keys) for key, keys in run.items()})
    return Evaluated(prepared.collection.name, engine.kind, ranker, values, seconds, run)


def _search(prepared: Prepared, engine: SearchEngine, name: str, mode: str) -> Callable[[Entry], list[str]]:
    searcher = Searcher(engine, lambda: prepared.tools.encoder, prepared.tools.translations)

    def order(query: Entry) -> list[str]:
        text = f"{query.title} {query.text}".strip()
        if mode == "page":
            request = SearchRequest(text, query.language, per_page=DEPTH, exact=True)
            return [hit.id for hit in searcher.search(name, request).hits]
        return [hit.id for hit in searcher.rank(name, text, query.language, DEPTH, mode)]

    return order


def _matching(prepared: Prepared, engine: SearchEngine, name: str) -> Callable[[Entry], list[str]]:
    tools, firms, challenges = prepared.tools, prepared.firms(), prepared.challenges()
    keys = list(firms)
    statistics = statistics_of(firms, challenges)

    def order(query: Entry) -> list[str]:
        challenge = challenges[query.id]
        proposed = [firms[key] for key in sorted(propose(engine, name, challenge, statistics, tools.translations))]
        scored = score_firms(challenge, proposed, statistics, tools.weights, tools.translations)
        return [keys[suggestion.firm_id] for suggestion in rank(scored)]

    return order


def statistics_of(firms: Mapping[str, FirmSide], challenges: Mapping[str, ChallengeSide]) -> Statistics:
    """Counted over all documents and queries of a collection, as matching counts over firms and challenges."""
    sides: list[ChallengeSide | FirmSide] = [*firms.values(), *challenges.values()]
    return Statistics.of("evaluation", (bags_of(side.passages, side.tokens) for side in sides))


def _texts(entry: Entry, field: str) -> list[FieldText]:
    texts = [FieldText("title", entry.language, entry.title), FieldText(field, entry.language, entry.text)]
    return [text for text in texts if text.text.strip()]
