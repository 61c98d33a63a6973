"""Fixtures of the tests with real processes: an empty database to copy, and one site a module."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.records.migrate import upgrade
from app.records.store import Store
from app.services.parts import Parts, build_parts
from config.settings import Settings
from tests.facilitation.world import Clock


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy: migrating takes longer than most of them."""
    path = tmp_path_factory.mktemp("integration") / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
        upgrade(url)
        return url
    path = tmp_path / "passerelle.db"
    shutil.copy(request.getfixturevalue("empty_database"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def clock() -> Clock:
    """Moved by hand."""
    return Clock()


@pytest.fixture
def parts(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Parts]:
    """The parts of a worker process, on a clock of the test's own. The model is loaded only by a test that encodes."""
    settings = Settings.from_environ({"PASSERELLE_VAR": str(tmp_path / "var"), "DATABASE_URL": database_url})
    settings.var.mkdir()
    built = build_parts(settings)
    built.store.close()
    store = Store(database_url, clock=clock)
    yield replace(built, store=store)
    store.close()
