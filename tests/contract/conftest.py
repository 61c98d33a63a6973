from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from app.records.migrate import upgrade
from indexing.definitions import IndexDefinition
from indexing.engine import SearchEngine
from indexing.engines.elastic import ElasticEngine
from indexing.engines.embedded import EmbeddedEngine
from tests.contract.documents import a_definition

EARLY = datetime(2026, 1, 1, tzinfo=UTC)
ENGINES = ("embedded", pytest.param("elastic", marks=pytest.mark.service))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database of each kind for the tests of one module: a SQLite file, and a real PostgreSQL."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('database')}/passerelle.db"
    upgrade(url)
    return url


@pytest.fixture
def embedded_engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(tmp_path / "index")
    yield engine
    engine.close()


@pytest.fixture
def elastic_engine(elasticsearch_url: str) -> Iterator[ElasticEngine]:
    engine = ElasticEngine(elasticsearch_url)
    yield engine
    engine.close()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> SearchEngine:
    """Each of the two engines, real."""
    found: SearchEngine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.fixture
def definition(engine: SearchEngine) -> Iterator[IndexDefinition]:
    """A definition whose builds are dropped after the test."""
    made = a_definition()
    yield made
    for name in engine.names(made.alias):
        engine.drop(name)


@pytest.fixture
def index(engine: SearchEngine, definition: IndexDefinition, request: pytest.FixtureRequest) -> str:
    """The name of an empty build."""
    name = definition.build_name(EARLY)
    engine.create(name, definition)
    if isinstance(engine, ElasticEngine):
        hasten(request.getfixturevalue("elasticsearch_url"), name)
    return name


def hasten(url: str, name: str) -> None:
    """Refresh often: a small write waits for the next refresh, which comes once a second in the product."""
    client = Elasticsearch(url)
    client.indices.put_settings(index=name, settings={"refresh_interval": "50ms"})
    client.close()
