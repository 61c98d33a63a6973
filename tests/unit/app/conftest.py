"""A database of each test's own, with the taxonomy in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.records.store import Store

NOW = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)


@pytest.fixture
def database(seeded_database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(seeded_database, tmp_path / "passerelle.db"))


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    """The first of March 2027."""
    store = Store(f"sqlite:///{database}", clock=lambda: NOW)
    yield store
    store.close()
