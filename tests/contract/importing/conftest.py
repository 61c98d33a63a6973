"""Imports on both databases: a SQLite file, and a real PostgreSQL, each with the taxonomy in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.records.store import Store
from app.services.taxonomy.taxonomy import seed_taxonomy
from tests.contract.databases import empty

NOW = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)
SEEDED = {"sector", "technology"}


@pytest.fixture(scope="module")
def database_url(database_url: str) -> str:
    """With sectors and technologies in it."""
    store = Store(database_url)
    with store.write() as work:
        seed_taxonomy(work)
    store.close()
    return database_url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """The first of March 2027; what a test brings in is gone after it."""
    opened = Store(database_url, clock=lambda: NOW)
    yield opened
    empty(opened, keep=SEEDED)
    opened.close()
