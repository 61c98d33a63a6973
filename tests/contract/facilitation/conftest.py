"""The facilitator's services on both databases: a SQLite file, and a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.records.migrate import upgrade
from app.records.store import Store
from app.records.tables import Base
from tests.facilitation.world import Clock, World


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database a module."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('facilitation')}/passerelle.db"
    upgrade(url)
    return url


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """Real rows, gone after the test."""
    clock = Clock()
    store = Store(database_url, clock=clock)
    yield World(store, clock)
    with store.write() as work:
        for table in reversed(Base.metadata.sorted_tables):
            work.session.execute(table.delete())
    store.close()
