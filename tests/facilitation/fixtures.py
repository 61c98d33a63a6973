"""Fixtures of the facilitator's tests, imported by the modules that need them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.records.migrate import upgrade
from app.records.store import Store
from tests.facilitation.world import Clock, World


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy: migrating takes longer than most of them."""
    path = tmp_path_factory.mktemp("facilitation") / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def world(empty_database: Path, tmp_path: Path) -> Iterator[World]:
    """Real rows on a real SQLite file of this test's own."""
    path = tmp_path / "passerelle.db"
    shutil.copy(empty_database, path)
    clock = Clock()
    store = Store(f"sqlite:///{path}", clock=clock)
    yield World(store, clock)
    store.close()
