"""An engine that does not answer, or whose files were damaged, says so in bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexing.engine import EngineQuery, SearchEngine
from indexing.engines.elastic import ElasticEngine
from indexing.engines.embedded import EmbeddedEngine
from matching.errors import DimensionMismatch, SearchUnavailable
from tests.contract.conftest import EARLY
from tests.contract.documents import a_definition, a_document, a_query, a_vector
from tests.services.elastic import free_port

DEFINITION = a_definition()
CALLS: dict[str, Callable[[SearchEngine], object]] = {
    "create": lambda engine: engine.create("a-s1-b-c", DEFINITION),
    "put": lambda engine: engine.put("a-s1-b-c", [a_document("1")]),
    "delete": lambda engine: engine.delete("a-s1-b-c", {"1": 1}),
    "refresh": lambda engine: engine.refresh("a-s1-b-c"),
    "swap": lambda engine: engine.swap("a", "a-s1-b-c"),
    "resolve": lambda engine: engine.resolve("a"),
    "names": lambda engine: engine.names("a"),
    "drop": lambda engine: engine.drop("a-s1-b-c"),
    "versions": lambda engine: engine.versions("a"),
    "search": lambda engine: engine.search("a", EngineQuery()),
    "vocabulary": lambda engine: engine.vocabulary("a"),
    "wholes": lambda engine: engine.wholes("a", ["1"]),
    "nearest": lambda engine: engine.nearest("a", np.ones((1, 4), dtype=np.float32), 3),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_server_that_is_not_there_is_told_as_unavailable(call: Callable[[SearchEngine], object]) -> None:
    engine = ElasticEngine(f"http://127.0.0.1:{free_port()}")
    start = time.monotonic()

    with pytest.raises(SearchUnavailable):
        call(engine)

    assert time.monotonic() - start < 20
    engine.close()


@pytest.mark.parametrize("damage", ["part", "manifest", "words"])
def test_damaged_files_are_told_as_unavailable_not_as_another_answer(tmp_path: Path, damage: str) -> None:
    engine, name = EmbeddedEngine(tmp_path), DEFINITION.build_name(EARLY)
    engine.create(name, DEFINITION)
    engine.put(name, [a_document(str(n), body={"fr": "pompe"}, vectors=[(1, 0, 0, n)]) for n in range(50)])
    build = tmp_path / "builds" / name
    if damage == "part":
        (path,) = build.glob("part-*.rows")
        path.write_bytes(path.read_bytes()[:40])
    elif damage == "manifest":
        (build / "manifest.json").write_text("{")
    else:
        newest = max(build.glob("gen-*"), key=lambda path: int(path.name.removeprefix("gen-")))
        (newest / "meta.json").write_text("{}")

    with pytest.raises(SearchUnavailable):
        EmbeddedEngine(tmp_path).search(name, a_query("pompe"))


def test_a_vector_of_another_model_is_refused(engine: SearchEngine, index: str) -> None:
    engine.put(index, [a_document("1", vectors=[(1, 0, 0, 0)])])

    with pytest.raises((DimensionMismatch, SearchUnavailable)):
        engine.search(index, EngineQuery(vector=a_vector(1, 0)))


@pytest.mark.parametrize("name", ["../outside", "", ".hidden", "a/b"])
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    (tmp_path / "outside").mkdir()

    with pytest.raises(SearchUnavailable):
        engine.create(name, DEFINITION)
    with pytest.raises(SearchUnavailable):
        engine.drop(name)
    with pytest.raises(SearchUnavailable):
        engine.search(name, EngineQuery())

    assert (tmp_path / "outside").is_dir()
