"""Search as people meet it, on both engines, with the real model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from indexing.analysis import words
from indexing.documents import Document, PassageVector
from indexing.encoders import SentenceEncoder
from indexing.engine import SearchEngine
from indexing.engines.elastic import ElasticEngine
from indexing.engines.embedded import EmbeddedEngine
from indexing.fusion import LONG_QUERY as LONG
from indexing.searcher import Searcher, SearchRequest
from matching.errors import EncoderUnavailable
from matching.model import Language
from matching.ports import Encoder
from tests.contract.conftest import EARLY, ENGINES
from tests.contract.documents import a_definition, a_document

TEXTS: tuple[tuple[str, Language, str, str], ...] = (
    ("1", "fr", "Pompes à chaleur des écoles", "Prévoir les pannes des pompes à chaleur avant l'hiver."),
    ("2", "en", "Failing heat pumps in schools", "Tell from sound and power draw that a heat pump will fail."),
    ("3", "fr", "Horaires des autobus", "Afficher le temps d'attente réel à chaque arrêt de la ville."),
    ("4", "en", "Fraud in online payments", "Detect stolen cards during checkout without refusing good customers."),
    ("5", "fr", "Rendez-vous médicaux manqués", "Rappeler leur rendez-vous aux patients d'une clinique externe."),
)


@pytest.fixture(scope="module", params=ENGINES)
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder
) -> Iterator[tuple[SearchEngine, str]]:
    engine: SearchEngine
    if request.param == "elastic":
        engine = ElasticEngine(request.getfixturevalue("elasticsearch_url"))
    else:
        engine = EmbeddedEngine(tmp_path_factory.mktemp("searcher"))
    definition = a_definition(encoder.dims, encoder.identity)
    name = definition.build_name(EARLY)
    engine.create(name, definition)
    vectors = encoder.encode_prepared([f"{title}. {body}" for _, _, title, body in TEXTS])
    engine.put(name, [_document(*text, vector) for text, vector in zip(TEXTS, vectors, strict=True)])
    engine.swap(definition.alias, name)
    engine.refresh(name)
    yield engine, definition.alias
    engine.drop(name)
    engine.close()


def _document(key: str, language: Language, title: str, body: str, vector: Any) -> Document:
    made = a_document(
        key,
        title={language: title},
        body={language: body},
        language=(language,),
        published_day=int(key),
        surface=tuple(sorted({w.surface for w in words(f"{title} {body}", language) if w.token})),
    )
    return Document(made.id, made.version, made.fields, (PassageVector("problem.0", vector),))


@pytest.fixture
def searcher(filled: tuple[SearchEngine, str], encoder: SentenceEncoder) -> Searcher:
    return Searcher(filled[0], lambda: encoder)


def test_a_query_finds_the_other_language_by_its_meaning(searcher: Searcher, filled: tuple[SearchEngine, str]) -> None:
    french = searcher.search(filled[1], SearchRequest("pompes à chaleur", "fr"))
    english = searcher.search(filled[1], SearchRequest("heat pumps", "fr"))

    assert french.hits[0].id == "1"
    assert english.hits[0].id == "2"
    assert english.language == "en"
    assert english.best_passages["2"] == "problem.0"
    assert [french.corrected, english.corrected] == [None, None]


def test_words_of_one_family_are_found_after_the_word_itself(
    filled: tuple[SearchEngine, str], encoder: SentenceEncoder
) -> None:
    both = {"attendr": "wait", "wait": "attent"}
    engine, alias = filled
    knowing = Searcher(engine, lambda: encoder, lambda token, _: [(both[token], 0.4)] if token in both else [])

    alone = Searcher(engine, lambda: encoder).rank(alias, "attendre", "fr", 5, "words")
    family = knowing.rank(alias, "attendre", "fr", 5, "words")
    exact = knowing.rank(alias, "attente", "fr", 5, "words")

    assert alone == []
    assert [hit.id for hit in family] == [hit.id for hit in exact] == ["3"]
    assert family[0].words < exact[0].words


def test_a_typo_is_corrected_unless_it_is_meant(searcher: Searcher, filled: tuple[SearchEngine, str]) -> None:
    corrected = searcher.search(filled[1], SearchRequest("pomppes", "fr"))
    meant = searcher.search(filled[1], SearchRequest("pomppes", "fr", exact=True))

    assert corrected.corrected == "pompes"
    assert corrected.hits[0].id == "1"
    assert meant.corrected is None
    assert all(hit.words == 0 for hit in meant.hits)


def test_without_the_model_words_still_answer_and_the_answer_says_so(filled: tuple[SearchEngine, str]) -> None:
    def broken() -> Encoder:
        raise EncoderUnavailable("no model here")

    answer = Searcher(filled[0], broken).search(filled[1], SearchRequest("pompes", "fr"))

    assert answer.without_meaning
    assert [hit.id for hit in answer.hits] == ["1"]


def test_an_empty_query_lists_all_newest_first_without_asking_the_model(filled: tuple[SearchEngine, str]) -> None:
    def broken() -> Encoder:
        raise AssertionError("nothing to encode")

    answer = Searcher(filled[0], broken).search(filled[1], SearchRequest(""))

    assert [hit.id for hit in answer.hits] == ["5", "4", "3", "2", "1"]
    assert (answer.total, answer.without_meaning) == (5, False)


@pytest.mark.parametrize("sort", ["relevance", "newest"])
@pytest.mark.parametrize("text", ["", "pompes à chaleur autobus", "schools"])
def test_pages_show_every_result_once(
    searcher: Searcher, filled: tuple[SearchEngine, str], text: str, sort: Any
) -> None:
    pages = [
        searcher.search(filled[1], SearchRequest(text, "fr", page=page, per_page=2, sort=sort)) for page in (1, 2, 3, 4)
    ]

    seen = [hit.id for page in pages for hit in page.hits]
    assert len({page.total for page in pages}) == 1
    assert len(seen) == len(set(seen)) == pages[0].total
    assert pages[3].hits == ()


def test_filters_facets_and_excluded_ids_bind_every_way_of_finding(
    searcher: Searcher, filled: tuple[SearchEngine, str]
) -> None:
    request = SearchRequest(
        "pompes à chaleur", "fr", filters={"language": ("en",)}, facets=("language",), without_ids=("1",)
    )

    answer = searcher.search(filled[1], request)

    assert {hit.id for hit in answer.hits} <= {"2", "4"}
    assert answer.facets["language"].get("en", 0) == answer.total
    assert "1" not in answer.best_passages


@pytest.mark.parametrize("page", [-3, 0, 10**9])
def test_every_page_number_gets_an_answer(searcher: Searcher, filled: tuple[SearchEngine, str], page: int) -> None:
    for sort in ("relevance", "newest"):
        answer = searcher.search(filled[1], SearchRequest("pompes", "fr", page=page, sort=sort))

        assert answer.total >= 1
        assert len(answer.hits) <= 20


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800", '"', "-pompes", "?" * 3000, "é" * 5000, "'; DROP TABLE--", "١٢٣", "🚑"]
)
def test_every_odd_text_gets_an_answer(searcher: Searcher, filled: tuple[SearchEngine, str], text: str) -> None:
    for language in ("fr", "en"):
        answer = searcher.search(filled[1], SearchRequest(text, language))

        assert 0 <= answer.total <= len(TEXTS)
        searcher.complete(filled[1], text)


def test_completion_offers_words_of_the_index(searcher: Searcher, filled: tuple[SearchEngine, str]) -> None:
    assert searcher.complete(filled[1], "les pom") == ["les pompes"]
    assert searcher.complete(filled[1], "x") == []


def test_ranking_by_each_mode_puts_the_right_text_first(searcher: Searcher, filled: tuple[SearchEngine, str]) -> None:
    for mode in ("words", "meaning", "hybrid"):
        ranked = searcher.rank(filled[1], "stolen credit cards at checkout", "en", 5, mode)

        assert ranked[0].id == "4"
        assert np.all(np.diff([one.score for one in ranked]) <= 0)


# So long that neighbours have no say, and three words are the fewest that make a result.
LONG_QUERY = " ".join(("harbour pilots tide", *(f"unheard{number}of" for number in range(LONG))))
NEAR = {  # id: body, cosine with that query
    "all words": ("Harbour pilots know the tide, and the tide the pilots.", 0.6),
    "no words": ("Ships are guided by people from the river.", 0.45),
    "some words": ("Harbour pilots are paid in advance.", 0.42),
    "one word": ("Cakes rise in the oven of a bakery as slowly as a tide.", 0.3),
}


@pytest.fixture(scope="module")
def near(filled: tuple[SearchEngine, str], encoder: SentenceEncoder) -> Iterator[str]:
    """An index whose texts are so near to the query as `NEAR` says."""
    engine, definition = filled[0], a_definition(encoder.dims, encoder.identity)
    name = definition.build_name(EARLY)
    engine.create(name, definition)
    query = encoder.encode_queries([LONG_QUERY], "en")[0]
    across = np.eye(len(query), dtype=np.float32)[0] - query[0] * query
    across /= np.linalg.norm(across)
    for key, (body, cosine) in NEAR.items():
        made = a_document(key, body={"en": body}, language=("en",))
        passage = PassageVector("problem.0", cosine * query + (1.0 - cosine**2) ** 0.5 * across)
        engine.put(name, [Document(made.id, made.version, made.fields, (passage,))])
    engine.swap(definition.alias, name)
    engine.refresh(name)
    yield definition.alias
    engine.drop(name)


def test_a_result_by_meaning_gains_by_words_that_alone_are_too_few(searcher: Searcher, near: str) -> None:
    found = searcher.search(near, SearchRequest(LONG_QUERY, "en", exact=True))

    assert [hit.id for hit in found.hits] == ["all words", "some words", "no words"]
    assert found.total == 3
    assert [hit.words > 0.0 for hit in found.hits] == [True, False, False]
