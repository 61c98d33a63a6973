"""What both engines promise about writing. The same suite runs on files and on a real Elasticsearch."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from indexing.definitions import IndexDefinition
from indexing.documents import Document, PassageVector
from indexing.engine import EngineQuery, SearchEngine
from indexing.engines.elastic import ElasticEngine
from matching.errors import RejectedDocuments, SearchUnavailable
from tests.contract.documents import a_definition, a_document, a_query, a_vector

LATER = datetime(2026, 2, 1, tzinfo=UTC)


def test_an_index_is_made_once_and_refused_with_another_definition(
    engine: SearchEngine, index: str, definition: IndexDefinition
) -> None:
    engine.put(index, [a_document("1")])
    engine.create(index, definition)

    with pytest.raises(SearchUnavailable):
        engine.create(index, replace(definition, dims=8))

    assert engine.versions(index) == {"1": 1}


def test_the_name_of_a_build_carries_schema_and_encoder(definition: IndexDefinition) -> None:
    assert f"-s{definition.schema}-{definition.encoder}-2026" in definition.build_name(LATER)


def test_a_document_is_found_when_its_write_returns_by_its_words_and_its_vector_alike(
    engine: SearchEngine, index: str
) -> None:
    for number in range(3):
        engine.put(index, [a_document(str(number), body={"fr": f"sonde{number}"}, vectors=[(0, 0, 1, number)])])

        answer = engine.search(index, a_query(f"sonde{number}", vector=a_vector(0, 0, 1, number), meaning_floor=0.99))

        assert set(answer.word_scores) == set(answer.meaning_scores) == {str(number)}


def test_a_newer_version_replaces_words_facets_and_vectors(engine: SearchEngine, index: str) -> None:
    engine.put(index, [a_document("1", 1, body={"fr": "pompe"}, vectors=[(1, 0, 0, 0)], sector=("energy",))])
    engine.put(index, [a_document("1", 2, body={"fr": "capteur"}, vectors=[(0, 1, 0, 0)], sector=("health",))])

    old = engine.search(index, a_query("pompe", vector=a_vector(1, 0, 0, 0), meaning_floor=0.9))
    new = engine.search(index, a_query("capteur", vector=a_vector(0, 1, 0, 0), meaning_floor=0.9, facets=("sector",)))

    assert (old.total, new.total) == (0, 1)
    assert new.facets == {"sector": {"health": 1}}
    assert engine.versions(index) == {"1": 2}


def test_an_older_version_never_replaces_a_newer_one_and_is_no_error(engine: SearchEngine, index: str) -> None:
    engine.put(index, [a_document("1", 5, body={"fr": "nouveau"})])

    engine.put(index, [a_document("1", 4, body={"fr": "ancien"}), a_document("2", 1, body={"fr": "voisin"})])

    assert engine.versions(index) == {"1": 5, "2": 1}
    assert engine.search(index, a_query("ancien")).total == 0
    assert engine.search(index, a_query("nouveau")).total == 1


def test_within_one_write_the_newest_version_counts_whatever_the_order(engine: SearchEngine, index: str) -> None:
    engine.put(index, [a_document("1", 2, body={"fr": "neuf"}), a_document("1", 1, body={"fr": "vieux"})])

    assert engine.versions(index) == {"1": 2}
    assert engine.search(index, a_query("neuf")).total == 1


def test_the_same_version_is_written_again(engine: SearchEngine, index: str) -> None:
    engine.put(index, [a_document("1", 3, body={"fr": "pompe"})])
    engine.put(index, [a_document("1", 3, body={"fr": "pompe", "en": "pump"})])

    assert engine.search(index, a_query("pump", "en")).total == 1


def test_a_deletion_spares_a_newer_version(engine: SearchEngine, index: str) -> None:
    engine.put(index, [a_document("1", 2), a_document("2", 7)])

    engine.delete(index, {"1": 2, "2": 6, "absent": 1})
    engine.refresh(index)

    assert engine.versions(index) == {"2": 7}


def test_a_late_write_older_than_a_deletion_is_kept_out(engine: SearchEngine, index: str) -> None:
    engine.put(index, [a_document("1", 3)])
    engine.delete(index, {"1": 4, "2": 4})

    engine.put(index, [a_document("1", 3), a_document("2", 3)])

    assert engine.versions(index) == {}


def test_a_row_published_again_after_its_deletion_comes_back(engine: SearchEngine, index: str) -> None:
    engine.put(index, [a_document("1", 3, body={"fr": "pompe"})])
    engine.delete(index, {"1": 4})

    engine.put(index, [a_document("1", 5, body={"fr": "pompe"})])

    assert engine.versions(index) == {"1": 5}
    assert engine.search(index, a_query("pompe")).total == 1


BAD = {
    "unknown field": a_document("bad", colour=("red",)),
    "text that is no text": Document("bad", 1, {"title_fr": 7}),
    "code that is no code": Document("bad", 1, {"sector": (1,)}),
    "codes that are one text": Document("bad", 1, {"sector": "energy"}),
    "date that is no number": Document("bad", 1, {"deadline_day": "2026-01-01"}),
    "number beyond 64 bits": Document("bad", 1, {"deadline_day": 2**70}),
    "the number that stands for no date": Document("bad", 1, {"deadline_day": 2**63 - 1}),
    "half a character in a code": Document("bad", 1, {"place": ("Laval \ud800",)}),
    "half a character in a text": Document("bad", 1, {"body_fr": "pompe \udfff"}),
    "vector of another encoder": Document("bad", 1, {}, (PassageVector("p", a_vector(1, 0)),)),
    "vector of zeros": Document("bad", 1, {}, (PassageVector("p", a_vector(0, 0, 0, 0)),)),
    "vector with no number": Document("bad", 1, {}, (PassageVector("p", a_vector(1, np.nan, 0, 0)),)),
    "negative version": Document("bad", -1, {}),
    "version beyond 64 bits": Document("bad", 2**64, {}),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_document_is_named_with_its_cause_and_the_good_ones_are_kept(
    engine: SearchEngine, index: str, bad: Document
) -> None:
    good = [a_document(key, body={"fr": "pompe"}) for key in ("1", "2")]

    with pytest.raises(RejectedDocuments) as caught:
        engine.put(index, [good[0], bad, good[1]])

    assert caught.value.ids == ("bad",)
    assert caught.value.causes["bad"]
    assert engine.versions(index) == {"1": 1, "2": 1}
    assert engine.search(index, a_query("pompe")).total == 2


def test_a_long_write_is_whole(engine: SearchEngine, index: str) -> None:
    engine.put(index, (a_document(str(n), body={"fr": "pompe"}, vectors=[(1, n % 7, 0, 0)]) for n in range(1203)))
    engine.refresh(index)

    assert engine.search(index, a_query("pompe")).total == 1203
    assert len(engine.versions(index)) == 1203


def test_what_is_not_there_is_told_as_unavailable(engine: SearchEngine, definition: IndexDefinition) -> None:
    absent = definition.build_name(LATER)

    assert engine.resolve(definition.alias) is None
    assert engine.names(definition.alias) == []
    with pytest.raises(SearchUnavailable):
        engine.put(absent, [a_document("1")])
    with pytest.raises(SearchUnavailable):
        engine.search(absent, EngineQuery())
    with pytest.raises(SearchUnavailable):
        engine.swap(definition.alias, absent)
    engine.drop(absent)


def test_a_dropped_build_is_not_made_again_by_a_late_write(
    engine: SearchEngine, index: str, definition: IndexDefinition, request: pytest.FixtureRequest
) -> None:
    engine.put(index, [a_document("1")])
    _drop_elsewhere(engine, index, request)

    with pytest.raises(SearchUnavailable):
        engine.put(index, [a_document("2")])

    assert engine.names(definition.alias) == []


def test_an_alias_moves_in_one_step_and_the_previous_build_is_kept(
    engine: SearchEngine, index: str, definition: IndexDefinition
) -> None:
    newer = definition.build_name(LATER)
    engine.create(newer, definition)
    engine.put(index, [a_document("1")])
    engine.put(newer, [a_document("1"), a_document("2")])
    engine.swap(definition.alias, index)
    seen: set[int] = set()
    faults: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.add(engine.search(definition.alias, EngineQuery()).total)
            except Exception as error:
                faults.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(5):
        engine.swap(definition.alias, newer)
        engine.swap(definition.alias, index)
    engine.swap(definition.alias, newer)
    stop.set()
    reader.join()

    assert faults == []
    assert seen <= {1, 2}
    assert engine.resolve(definition.alias) == newer
    assert engine.names(definition.alias) == [index, newer]
    assert engine.versions(index) == {"1": 1}


def test_writing_through_an_alias_writes_to_its_build(
    engine: SearchEngine, index: str, definition: IndexDefinition
) -> None:
    engine.swap(definition.alias, index)

    engine.put(definition.alias, [a_document("1", 2)])
    engine.delete(definition.alias, {"1": 2})
    engine.put(definition.alias, [a_document("3")])

    assert engine.versions(index) == engine.versions(definition.alias) == {"3": 1}


def test_two_aliases_whose_names_begin_alike_do_not_meet(
    engine: SearchEngine, index: str, definition: IndexDefinition
) -> None:
    longer = replace(a_definition(), alias=definition.alias + "-s1")
    other = longer.build_name(LATER)
    engine.create(other, longer)
    engine.swap(definition.alias, index)
    engine.swap(longer.alias, other)

    try:
        assert engine.resolve(definition.alias) == index
        assert engine.resolve(longer.alias) == other
    finally:
        engine.drop(other)


def test_a_late_deletion_does_not_make_a_dropped_build_again(
    engine: SearchEngine, index: str, definition: IndexDefinition, request: pytest.FixtureRequest
) -> None:
    engine.put(index, [a_document("1")])
    _drop_elsewhere(engine, index, request)

    with pytest.raises(SearchUnavailable):
        engine.delete(index, {"1": 5})

    assert engine.names(definition.alias) == []


def _drop_elsewhere(engine: SearchEngine, index: str, request: pytest.FixtureRequest) -> None:
    """As another process does it, so that this engine may still have the build in mind."""
    if isinstance(engine, ElasticEngine):
        other: SearchEngine = ElasticEngine(request.getfixturevalue("elasticsearch_url"))
        other.drop(index)
        other.close()
    else:
        engine.drop(index)
