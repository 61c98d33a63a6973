"""The facilitator's services on both databases: a SQLite file, and a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.records.store import Store
from tests.contract.databases import empty
from tests.facilitation.world import Clock, World


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """Real rows, gone after the test."""
    clock = Clock()
    store = Store(database_url, clock=clock)
    yield World(store, clock)
    empty(store)
    store.close()
