"""What both engines promise about searching: one filled index an engine, many questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from indexing.engine import EngineQuery, SearchEngine
from indexing.engines.elastic import ElasticEngine
from indexing.engines.embedded import EmbeddedEngine
from indexing.query import pairs_of
from matching.model import Language
from tests.contract.conftest import EARLY, ENGINES
from tests.contract.documents import a_definition, a_document, a_query, a_vector

DOCUMENTS = (
    a_document(
        "1",
        title={"fr": "L’efficacité énergétique des hôpitaux"},
        body={"fr": "Les pompes à chaleur d'un hôpital perdent de l'énergie. Les matériaux isolants vieillissent."},
        vectors=[(1, 0, 0, 0), (0.6, 0.8, 0, 0)],
        sector=("energy", "health"),
        technology=("heat-pumps",),
        language=("fr",),
        place=("Montréal",),
        published_day=100,
        deadline_day=500,
        surface=("efficacité", "énergétique", "hôpitaux", "pompes"),
    ),
    a_document(
        "2",
        title={"en": "Predicting failures of heat pumps"},
        body={"en": "Sensors on pumps and materials tell when a machine is failing; AI reads them."},
        vectors=[(0, 1, 0, 0)],
        sector=("energy",),
        technology=("sensors", "machine-learning"),
        language=("en",),
        place=("Laval",),
        published_day=300,
        deadline_day=400,
        surface=("predicting", "failures", "pumps"),
    ),
    a_document(
        "3",
        title={"fr": "Horaires des autobus en temps réel", "en": "Real-time bus schedules"},
        body={"fr": "Afficher le temps d'attente réel à chaque arrêt.", "en": "Show the waiting time at every stop."},
        vectors=[(0, 0, 1, 0), (0, 0, 0.8, 0.6)],
        sector=("transportation",),
        technology=("sensors",),
        language=("fr", "en"),
        place=("Montréal",),
        published_day=200,
        surface=("horaires", "autobus", "schedules"),
    ),
    a_document(
        "4",
        title={"en": "Heat maps of a transit network"},
        body={"en": "Maps that show where a bus runs late in real life. The time of the pumps is over."},
        vectors=[(0, 0, 0.9, 0.1)],
        sector=("transportation",),
        technology=("gis",),
        language=("en",),
        published_day=200,
        deadline_day=450,
        surface=("heat", "maps", "transit"),
    ),
    a_document("5", title={"fr": "Sans date ni vecteur"}, sector=("finance",), language=("fr",)),
)
SECTORS = {"energy": 2, "health": 1, "transportation": 2, "finance": 1}


@pytest.fixture(scope="module", params=ENGINES)
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SearchEngine, str]]:
    """An engine with the documents above, written in several steps, one of them with older texts first."""
    engine: SearchEngine
    if request.param == "elastic":
        engine = ElasticEngine(request.getfixturevalue("elasticsearch_url"))
    else:
        engine = EmbeddedEngine(tmp_path_factory.mktemp("embedded"))
    definition = a_definition()
    name = definition.build_name(EARLY)
    engine.create(name, definition)
    old = [a_document(d.id, 0, body={"fr": "pompe réel énergie"}, vectors=[(1, 1, 1, 1)]) for d in DOCUMENTS]
    engine.put(name, [*old, a_document("gone", body={"fr": "pompe réel"}, sector=("energy",), vectors=[(1, 0, 0, 0)])])
    engine.put(name, DOCUMENTS[:3])
    engine.put(name, DOCUMENTS[3:])
    engine.delete(name, {"gone": 1})
    engine.refresh(name)
    yield engine, name
    engine.drop(name)
    engine.close()


@pytest.fixture
def ask(filled: tuple[SearchEngine, str]) -> Any:
    """Ask the filled index; returns the answer."""
    engine, name = filled

    def run(text: str = "", language: Language = "fr", **more: Any) -> Any:
        return engine.search(name, a_query(text, language, **more))

    return run


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("hôpital", "fr", {"1"}),
        ("HOPITAUX", "fr", {"1"}),
        ("l'énergie", "fr", {"1"}),
        ("d’énergie", "fr", {"1"}),
        ("matériaux", "fr", {"1"}),
        ("materiaux", "fr", {"1"}),
        ("énergétique", "fr", {"1"}),
        ("pump", "en", {"2", "4"}),
        ("failing", "en", {"2"}),
        ("sensor", "en", {"2"}),
        ("sensors", "fr", {"2"}),  # an English word typed on a French page
        ("autobus", "en", {"3"}),  # and the other way round
        ("AI", "en", {"2"}),
        ("le la les", "fr", {"1", "2", "3", "4", "5"}),  # nothing to look for: all
        ("zzz", "fr", set()),
    ],
)
def test_words_are_found_in_both_languages_whatever_their_form(
    ask: Any, text: str, language: Language, found: set[str]
) -> None:
    answer = ask(text, language)

    assert answer.total == len(found)
    assert set(answer.word_scores or answer.ordered_ids) == found


def test_two_words_must_both_be_there_and_most_of_five(ask: Any) -> None:
    assert set(ask("heat pumps", "en").word_scores) == {"2", "4"}
    assert set(ask("heat sensors", "en").word_scores) == {"2"}
    assert set(ask("heat pumps sensors machine bicycle", "en").word_scores) == {"2"}


def test_a_word_in_the_title_scores_higher(ask: Any) -> None:
    scores = ask("pumps", "en").word_scores

    assert scores["2"] > scores["4"] > 0


def test_word_scores_come_best_first_and_at_most_the_window(ask: Any) -> None:
    assert list(ask("pumps", "en").word_scores) == ["2", "4"]
    narrow = ask("pumps", "en", window=1)
    assert list(narrow.word_scores) == ["2"]
    assert narrow.total == 2


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ('"temps réel"', "fr", {"3"}),
        ('"réel temps"', "fr", set()),
        ('"real time"', "en", {"3"}),
        ("«temps réel»", "fr", {"3"}),
        ('"heat pumps"', "en", {"2"}),
        ('"heat pumps" sensors', "en", {"2"}),
        ('"heat pumps" bicycle', "en", {"2"}),  # two of three words, and the phrase
        ('"heat pumps" bicycle tram', "en", set()),
        ('"heat pumps" "real time"', "en", set()),
        ('"pumps"', "en", {"2", "4"}),
        ("pumps -sensors", "en", {"4"}),
        ('pumps -"heat pumps"', "en", {"4"}),
        ("-pumps", "en", {"1", "3", "5"}),
        ("-hôpitaux -autobus", "fr", {"2", "4", "5"}),
    ],
)
def test_phrases_and_excluded_words_bind(ask: Any, text: str, language: Language, found: set[str]) -> None:
    answer = ask(text, language)

    assert set(answer.word_scores or answer.ordered_ids) == found
    assert answer.total == len(found)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"sector": ("energy",)}, {"1", "2"}),
        ({"sector": ("health", "finance")}, {"1", "5"}),
        ({"sector": ("energy",), "language": ("en",)}, {"2"}),
        ({"sector": ("energy",), "place": ("Montréal", "Laval"), "technology": ("sensors",)}, {"2"}),
        ({"sector": ("energy",), "language": ()}, {"1", "2"}),
        ({"sector": ("nothing-of-this",)}, set()),
        ({"no_such_field": ("x",)}, set()),
        ({"place": ("montréal",)}, set()),  # codes are exact
    ],
)
def test_filters_match_any_of_a_field_and_all_fields(ask: Any, filters: dict[str, Any], found: set[str]) -> None:
    answer = ask(filters=filters)

    assert set(answer.ordered_ids) == found
    assert answer.total == len(found)


@pytest.mark.parametrize(
    ("ranges", "found"),
    [
        ({"deadline_day": (400, 450)}, {"2", "4"}),
        ({"deadline_day": (401, None)}, {"1", "4"}),
        ({"deadline_day": (None, 400)}, {"2"}),
        ({"deadline_day": (None, None)}, {"1", "2", "4"}),
        ({"deadline_day": (460, 440)}, set()),
        ({"deadline_day": (400, None), "published_day": (200, 300)}, {"2", "4"}),
        ({"no_such_field": (1, None)}, set()),
    ],
)
def test_ranges_include_both_ends_and_leave_out_what_has_no_date(
    ask: Any, ranges: dict[str, Any], found: set[str]
) -> None:
    assert set(ask(ranges=ranges).ordered_ids) == found


def test_facets_count_the_results_and_their_own_filter_does_not_narrow_them(ask: Any) -> None:
    every = ask(facets=("sector", "language", "workshop"))
    filtered = ask(filters={"sector": ("transportation",)}, facets=("sector", "language"))
    typed = ask("pumps", "en", filters={"sector": ("energy",)}, facets=("sector", "technology"))

    assert every.facets == {"sector": SECTORS, "language": {"fr": 3, "en": 3}, "workshop": {}}
    assert filtered.facets == {"sector": SECTORS, "language": {"fr": 1, "en": 2}}
    assert typed.facets == {
        "sector": {"energy": 1, "transportation": 1},
        "technology": {"sensors": 1, "machine-learning": 1},
    }


def test_the_counts_of_a_facet_are_what_its_filter_gives(ask: Any) -> None:
    vector = a_vector(0, 0.7, 0.7, 0)
    counts = ask("pumps", "en", vector=vector, meaning_floor=0.6, facets=("sector",)).facets["sector"]

    assert counts
    for code, count in counts.items():
        asked = ask("pumps", "en", vector=vector, meaning_floor=0.6, filters={"sector": (code,)})
        assert asked.total == count


def test_excluded_ids_are_in_no_hit_total_or_facet(ask: Any) -> None:
    answer = ask(
        "pumps",
        "en",
        vector=a_vector(0, 1, 0, 0),
        meaning_floor=0.1,
        without_ids=("2", "unknown"),
        facets=("sector",),
    )

    assert "2" not in answer.word_scores
    assert "2" not in answer.meaning_scores
    assert "2" not in answer.best_passages
    assert answer.total == 2  # 4 by its words, 1 by its second passage
    assert answer.facets == {"sector": {"energy": 1, "health": 1, "transportation": 1}}
    assert "2" not in ask(without_ids=("2",)).ordered_ids


def test_meaning_hits_come_by_the_best_passage_not_below_the_floor(ask: Any) -> None:
    answer = ask(vector=a_vector(0, 2, 0, 0), meaning_floor=0.5)

    assert answer.meaning_scores == pytest.approx({"2": 1.0, "1": 0.8}, abs=1e-5)
    assert answer.best_passages == {"2": "p0", "1": "p1"}
    assert answer.total == 2
    assert list(answer.meaning_scores) == ["2", "1"]


def test_the_mean_of_all_passages_counts_by_its_share(ask: Any) -> None:
    answer = ask(vector=a_vector(0, 2, 0, 0), meaning_floor=0.5, whole_share=0.5)

    mean = 0.8 / (1.6**2 + 0.8**2) ** 0.5  # the passages of document 1 are (1, 0) and (0.6, 0.8)
    assert answer.meaning_scores == pytest.approx({"2": 1.0, "1": 0.5 * 0.8 + 0.5 * mean}, abs=1e-5)
    assert answer.best_passages == {"2": "p0", "1": "p1"}


def test_the_vector_of_a_whole_document_is_the_mean_of_its_passages(filled: tuple[SearchEngine, str]) -> None:
    engine, name = filled
    found = engine.wholes(name, ["1", "2", "5", "absent"])

    assert found.keys() == {"1", "2"}  # document 5 has no passage
    length = (1.6**2 + 0.8**2) ** 0.5
    assert found["1"] == pytest.approx([1.6 / length, 0.8 / length, 0.0, 0.0], abs=1e-6)
    assert found["2"] == pytest.approx([0.0, 1.0, 0.0, 0.0], abs=1e-6)
    assert engine.wholes(name, []) == {}


def test_words_that_follow_each_other_in_a_text_add_to_its_score_and_no_result(ask: Any) -> None:
    pair = pairs_of("the real life", "en")
    plain, paired = ask("real life", "en"), ask("real life", "en", pairs=pair)
    doubled = ask("real life", "en", pairs=pair, pair_boost=2.0)

    assert paired.word_scores.keys() == plain.word_scores.keys()
    assert paired.word_scores["4"] > plain.word_scores["4"]
    gain = paired.word_scores["4"] - plain.word_scores["4"]
    assert doubled.word_scores["4"] - plain.word_scores["4"] == pytest.approx(2 * gain, rel=1e-3)
    apart = ask("real bus", "en", pairs=pairs_of("real bus", "en"))
    assert apart.word_scores == pytest.approx(ask("real bus", "en").word_scores)


def test_meaning_adds_at_most_its_limit(ask: Any) -> None:
    answer = ask(vector=a_vector(0, 0.1, 1, 0.1), meaning_floor=-1.0, meaning_limit=2)

    assert len(answer.meaning_scores) == answer.total == 2


def test_a_wide_query_tells_what_else_is_near_and_has_the_same_results(ask: Any) -> None:
    asked = {"vector": a_vector(0, 2, 0, 0), "meaning_floor": 0.5, "whole_share": 0.5, "without_ids": ("6",)}
    narrow = ask("heat pumps bus", "en", facets=("sector",), **asked)
    wide = ask("heat pumps bus", "en", facets=("sector",), wide=True, **asked)

    assert (narrow.wide_words, narrow.wide_meaning) == ({}, {})
    assert replace(wide, wide_words={}, wide_meaning={}) == narrow
    any_word = set().union(*(ask(word, "en", **asked).word_scores for word in ("heat", "pumps", "bus")))
    assert wide.wide_words.keys() == any_word > wide.word_scores.keys() > set()
    assert {key: wide.wide_words[key] for key in wide.word_scores} == pytest.approx(wide.word_scores)
    below = ask(**{**asked, "meaning_floor": -1.0})
    assert wide.wide_meaning == pytest.approx(below.meaning_scores)
    assert wide.wide_meaning.keys() > wide.meaning_scores.keys() > set()


def test_words_and_meaning_join_and_filters_phrases_and_exclusions_bind_both(ask: Any) -> None:
    vector = a_vector(0, 1, 0, 0)

    assert ask("bus", "en", vector=vector, meaning_floor=0.5).total == 4  # 3 and 4 by words, 1 and 2 by meaning
    filtered = ask("bus", "en", vector=vector, meaning_floor=0.5, filters={"sector": ("energy",)})
    assert (set(filtered.word_scores), set(filtered.meaning_scores)) == (set(), {"1", "2"})
    assert ask("bus -pumps", "en", vector=vector, meaning_floor=0.5).total == 2  # 3 and 1
    assert ask('"heat pumps"', "en", vector=vector, meaning_floor=0.5).total == 1
    assert ask("zzz", "en", vector=vector, meaning_floor=0.5, ranges={"deadline_day": (500, None)}).total == 1


@pytest.mark.parametrize(
    ("sort", "order"), [("newest", ["2", "3", "4", "1", "5"]), ("deadline", ["2", "4", "1", "3", "5"])]
)
def test_other_orders_put_what_has_no_date_last_and_ties_by_id(ask: Any, sort: Any, order: list[str]) -> None:
    assert list(ask(sort=sort).ordered_ids) == order


@pytest.mark.parametrize("sort", ["relevance", "newest", "deadline"])
def test_pages_show_each_result_once(ask: Any, sort: Any) -> None:
    pages = [list(ask(sort=sort, offset=offset, limit=2).ordered_ids) for offset in (0, 2, 4, 6)]

    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert sorted(key for page in pages for key in page) == ["1", "2", "3", "4", "5"]


def test_a_page_beyond_the_deepest_is_empty(ask: Any) -> None:
    assert list(ask(sort="newest", offset=10_000, limit=20).ordered_ids) == []
    assert list(ask(sort="newest", offset=10**7, limit=20).ordered_ids) == []


def test_another_order_keeps_words_and_meaning_together(ask: Any) -> None:
    answer = ask("bus", "en", vector=a_vector(0, 1, 0, 0), meaning_floor=0.5, sort="deadline")

    assert list(answer.ordered_ids) == ["2", "4", "1", "3"]
    assert answer.total == 4


def test_the_vocabulary_counts_the_documents_of_each_word(filled: tuple[SearchEngine, str]) -> None:
    engine, name = filled

    found = dict(engine.vocabulary(name))

    assert found == {word: 1 for document in DOCUMENTS for word in document.fields.get("surface", ())}


def test_nearest_gives_each_vector_its_documents_by_their_best_passage(filled: tuple[SearchEngine, str]) -> None:
    engine, name = filled
    rows = [a_vector(0, 1, 0, 0), a_vector(0, 0, 1, 0)]

    both = engine.nearest(name, _stack(rows), 2)
    among = engine.nearest(name, _stack(rows), 2, among={"1", "4", "unknown"})

    assert both[0] == pytest.approx({"2": 1.0, "1": 0.8}, abs=1e-5)
    assert list(both[1]) == ["3", "4"]
    assert [set(row) for row in among] == [{"1", "4"}, {"1", "4"}]
    assert engine.nearest(name, _stack(rows), 2, among=()) == [{}, {}]
    assert engine.nearest(name, _stack(rows)[:0], 2) == []


def test_no_code_and_no_word_is_left_out_however_many_there_are(filled: tuple[SearchEngine, str]) -> None:
    engine, _ = filled
    definition = a_definition()
    name = definition.build_name(EARLY)
    engine.create(name, definition)
    words = [tuple(f"mot{place}x{n}" for n in range(100)) for place in range(120)]
    try:
        documents = [
            a_document(f"{place}-{n}", place=(f"ville {place}-{n}",), surface=own if n == 0 else own[:1])
            for place, own in enumerate(words)
            for n in range(10)
        ]
        engine.put(name, documents)
        engine.refresh(name)

        places = engine.search(name, EngineQuery(facets=("place",))).facets["place"]
        vocabulary = engine.vocabulary(name)
    finally:
        engine.drop(name)

    assert len(places) == 1200
    assert len(vocabulary) == 12_000
    assert (vocabulary["mot0x0"], vocabulary["mot119x99"]) == (10, 1)


ODD = (
    "",
    "   ",
    '"',
    '""',
    '"""',
    "«»",
    "«",
    "-",
    "--",
    "- -",
    "-«",
    '-"',
    "-pompe",
    '-"pompe',
    "AND OR NOT",
    "title_fr:pompe",
    "*",
    "?",
    "a*",
    "/.*/",
    "[a TO z]",
    "{!}",
    "pompe^2",
    "pompe~2",
    "(((",
    "\\",
    "\\\\'",
    "\x00",
    "pompe\x00hôpital",
    "\ud800",
    "𝔭𝔬𝔪𝔭𝔢",
    "水泵",
    "👩‍🚒",
    "e\u0301nergie",
    "a" * 5000,
    "'" * 300,
    "<script>alert(1)</script>",
    "%s%n{}{0}",
    "1e999",
    "+&|!",
    "\t\n\r\v",
    "R&D C++ C# .NET U.S.A.",
    "-" * 2000,
    '"a ' * 300,
    " ".join(f"mot{n}" for n in range(2500)),
    "-" + " -".join(f"mot{n}" for n in range(400)),
    " ".join(f'"mot{n} pompe"' for n in range(200)),
)


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text)[:25])
def test_every_odd_query_gets_an_answer(ask: Any, text: str) -> None:
    for language in ("fr", "en"):
        answer = ask(text, language, vector=a_vector(0, 1, 0, 0), meaning_floor=0.5, facets=("sector",))

        assert 0 <= answer.total <= len(DOCUMENTS)


def test_an_empty_index_answers_every_kind_of_question(filled: tuple[SearchEngine, str]) -> None:
    engine, _ = filled
    definition = a_definition()
    name = definition.build_name(EARLY)
    engine.create(name, definition)
    try:
        asked = a_query("pompe", vector=a_vector(1, 0, 0, 0), facets=("sector",), sort="newest")
        assert engine.search(name, asked).total == 0
        assert engine.search(name, EngineQuery(facets=("sector",))).facets == {"sector": {}}
        assert engine.nearest(name, _stack([a_vector(1, 0, 0, 0)]), 3) == [{}]
        assert dict(engine.vocabulary(name)) == {}
        assert engine.versions(name) == {}
    finally:
        engine.drop(name)


def _stack(rows: Any) -> Any:
    import numpy as np

    return np.stack(rows)
