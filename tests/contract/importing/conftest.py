"""Imports on both databases: a SQLite file, and a real PostgreSQL, each with the taxonomy in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.records.migrate import upgrade
from app.records.store import Store
from app.records.tables import Base
from app.services.taxonomy.taxonomy import seed_taxonomy

NOW = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)
SEEDED = {"sector", "technology"}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database a module, with sectors and technologies."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('importing')}/passerelle.db"
    upgrade(url)
    store = Store(url)
    with store.write() as work:
        seed_taxonomy(work)
    store.close()
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """The first of March 2027; what a test brings in is gone after it."""
    opened = Store(database_url, clock=lambda: NOW)
    yield opened
    with opened.write() as work:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in SEEDED:
                work.session.execute(table.delete())
    opened.close()
