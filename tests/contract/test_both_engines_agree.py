"""The demo's records in both engines: the same totals, facets and orders, within 2 % where meaning joins.

The vectors are made of the words (random directions, summed), so that no model is needed: what is compared is what
the engines do with vectors, not where they come from.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.records.migrate import upgrade
from app.records.queries import challenges_by_id, firms_by_id, taxonomy_labels, visible_versions
from app.records.store import Store
from app.services.index.documents import challenge_document, firm_document
from app.services.load_demo import load_demo
from app.services.public_texts import challenge_texts, firm_texts
from indexing import definitions
from indexing.analysis import analyse
from indexing.documents import Document
from indexing.engine import EngineQuery, SearchEngine
from indexing.engines.elastic import ElasticEngine
from indexing.engines.embedded import EmbeddedEngine
from indexing.fusion import fuse
from indexing.passages import passages_of
from matching.model import Floats, Language
from tests.contract.documents import a_query

pytestmark = pytest.mark.service
DIMS = 48
FLOOR = 0.35
FACETS = ("sector", "technology", "language", "place")
QUERIES: tuple[tuple[str, Language], ...] = (
    ("capteurs", "fr"),
    ("sensors", "en"),
    ("données de santé", "fr"),
    ("patient data privacy", "en"),
    ("réduire les temps d'attente des autobus", "fr"),
    ("machine learning fraud detection", "en"),
    ('"temps réel"', "fr"),
    ('"real time" -video', "en"),
    ("énergie bâtiment pompe", "fr"),
    ("cybersécurité -banque", "fr"),
    ("water flood alert", "en"),
    ("apprentissage automatique", "fr"),
    ("zzzz", "fr"),
    ("", "fr"),
)


@dataclass
class Pair:
    """Both engines with the same documents under one name."""

    embedded: SearchEngine
    elastic: SearchEngine
    name: str
    documents: list[Document]

    def ask(self, query: EngineQuery) -> tuple[Any, Any]:
        return self.embedded.search(self.name, query), self.elastic.search(self.name, query)


@pytest.fixture(scope="module")
def pair(elasticsearch_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("agree")
    documents = _demo_documents(folder)
    definition = replace(definitions.firms("words48", DIMS), alias="testagree")
    fields = {*definition.keyword_fields, *definitions.challenges("x", 1).keyword_fields}
    definition = replace(
        definition, keyword_fields=tuple(sorted(fields)), integer_fields=("published_day", "deadline_day")
    )
    name = definition.build_name(datetime.now(UTC))
    embedded, elastic = EmbeddedEngine(folder / "index"), ElasticEngine(elasticsearch_url)
    for engine in (embedded, elastic):
        engine.create(name, definition)
        engine.put(name, documents)
        engine.refresh(name)
    yield Pair(embedded, elastic, name, documents)
    elastic.drop(name)
    elastic.close()


def _demo_documents(folder: Path) -> list[Document]:
    """Every public challenge and firm of the demo, as indexing makes them, with ids of their own."""
    url = f"sqlite:///{folder}/demo.db"
    upgrade(url)
    store = Store(url)
    load_demo(store, lambda password: password, announce=False)
    documents = []
    with store.read() as work:
        labels = taxonomy_labels(work)
        for row in challenges_by_id(work, sorted(visible_versions(work, "challenge"))).values():
            passages = passages_of(challenge_texts(row))
            document = challenge_document(row, passages, _vectors([p.text for p in passages]), labels)
            documents.append(replace(document, id=f"c{row.id}"))
        for firm in firms_by_id(work, sorted(visible_versions(work, "firm"))).values():
            passages = passages_of(firm_texts(firm))
            document = firm_document(firm, passages, _vectors([p.text for p in passages]), labels)
            documents.append(replace(document, id=f"f{firm.id}"))
    store.close()
    return documents


def _vectors(texts: list[str]) -> Floats:
    rows = np.zeros((len(texts), DIMS), dtype=np.float32)
    for place, text in enumerate(texts):
        for token in analyse(text, "fr") or ["nothing"]:
            rows[place] += _direction(token)
        rows[place] /= np.linalg.norm(rows[place])
    return rows


@cache
def _direction(token: str) -> Floats:
    return np.random.default_rng(zlib.crc32(token.encode())).standard_normal(DIMS, dtype=np.float32)


def _asked(text: str, language: Language, **more: Any) -> EngineQuery:
    return a_query(text, language, facets=FACETS, window=10_000, **more)


@pytest.mark.parametrize(("text", "language"), QUERIES)
def test_words_give_the_same_documents_totals_and_facets(pair: Pair, text: str, language: Language) -> None:
    ours, theirs = pair.ask(_asked(text, language))

    assert ours.total == theirs.total
    assert ours.facets == theirs.facets
    assert set(ours.word_scores) == set(theirs.word_scores)


@pytest.mark.parametrize(("text", "language"), QUERIES[:-1])
def test_with_meaning_totals_and_facets_agree_within_two_per_cent(pair: Pair, text: str, language: Language) -> None:
    vector = _vectors([text])[0]
    ours, theirs = pair.ask(_asked(text, language, vector=vector, meaning_floor=FLOOR))

    assert abs(ours.total - theirs.total) <= max(0.02 * ours.total, 0)
    shared = ours.meaning_scores.keys() & theirs.meaning_scores.keys()
    assert len(shared) >= 0.98 * len(ours.meaning_scores)
    for key in shared:
        assert ours.meaning_scores[key] == pytest.approx(theirs.meaning_scores[key], abs=1e-4)
    for field in FACETS:
        sums = [sum(answer.facets[field].values()) for answer in (ours, theirs)]
        assert abs(sums[0] - sums[1]) <= 0.02 * max(sums)


@pytest.mark.parametrize("sort", ["newest", "deadline", "relevance"])
@pytest.mark.parametrize("offset", [0, 20])
def test_orders_and_pages_are_the_same(pair: Pair, sort: Any, offset: int) -> None:
    ours, theirs = pair.ask(_asked("", "fr", sort=sort, offset=offset))

    assert list(ours.ordered_ids) == list(theirs.ordered_ids)
    assert len(ours.ordered_ids) == 20


@pytest.mark.parametrize(("text", "language"), QUERIES[:6])
def test_the_first_page_by_relevance_is_nearly_the_same(pair: Pair, text: str, language: Language) -> None:
    vector = _vectors([text])[0]
    ours, theirs = pair.ask(_asked(text, language, vector=vector, meaning_floor=FLOOR))
    first = [[one.id for one in fuse(a.word_scores, a.meaning_scores)][:10] for a in (ours, theirs)]

    assert first[0][:1] == first[1][:1]
    assert len(set(first[0]) & set(first[1])) >= 0.8 * len(first[0])


def test_filters_ranges_and_exclusions_give_the_same(pair: Pair) -> None:
    sectors = sorted({code for document in pair.documents for code in document.fields["sector"]})
    some = tuple(document.id for document in pair.documents[::3])
    for sector in sectors:
        query = _asked("", "fr", filters={"sector": (sector,), "language": ("fr",)}, without_ids=some)
        ours, theirs = pair.ask(query)
        assert (ours.total, ours.facets) == (theirs.total, theirs.facets)
    days = sorted(document.fields["deadline_day"] for document in pair.documents if "deadline_day" in document.fields)
    ours, theirs = pair.ask(_asked("", "fr", ranges={"deadline_day": (days[0], days[len(days) // 2])}))
    assert ours.total == theirs.total > 0
    assert ours.facets == theirs.facets


def test_vocabulary_versions_and_nearest_are_the_same(pair: Pair) -> None:
    vectors = _vectors(["capteurs de température", "patient data", "autobus en retard"])

    assert dict(pair.embedded.vocabulary(pair.name)) == dict(pair.elastic.vocabulary(pair.name))
    assert pair.embedded.versions(pair.name) == pair.elastic.versions(pair.name)
    for ours, theirs in zip(
        pair.embedded.nearest(pair.name, vectors, 10), pair.elastic.nearest(pair.name, vectors, 10), strict=True
    ):
        assert len(ours.keys() & theirs.keys()) >= 9
