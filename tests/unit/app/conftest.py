"""A database of each test's own, migrated once and copied, with the taxonomy in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.records.migrate import upgrade
from app.records.store import Store
from app.services.taxonomy.taxonomy import seed_taxonomy

NOW = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "seeded.db"
    upgrade(f"sqlite:///{path}")
    store = Store(f"sqlite:///{path}")
    with store.write() as work:
        seed_taxonomy(work)
    store.close()
    return path


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated, tmp_path / "passerelle.db"))


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    """The first of March 2027."""
    store = Store(f"sqlite:///{database}", clock=lambda: NOW)
    yield store
    store.close()
