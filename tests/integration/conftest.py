"""Fixtures of the tests with real processes: an empty database to copy, and one site a module."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.records.migrate import upgrade
from app.records.store import Store
from app.services.parts import Parts, build_parts
from config.settings import Settings
from tests.facilitation.world import Clock
from tests.integration.processes import Site, running_site

if TYPE_CHECKING:
    from indexing.encoders import SentenceEncoder

PROCESSES = ("redis", "writer", "relay", "worker")


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


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A data folder; pytest's own are too deep for sockets."""
    with tempfile.TemporaryDirectory(prefix="passerelle-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "var"


@pytest.fixture(scope="session")
def site(empty_database: Path, encoder: SentenceEncoder) -> Iterator[Site]:
    """Processes on SQLite, for all modules."""
    with tempfile.TemporaryDirectory(prefix="passerelle-", ignore_cleanup_errors=True) as folder:
        var = Path(folder) / "var"
        var.mkdir()
        shutil.copy(empty_database, var / "passerelle.db")
        with running_site(var, f"sqlite:///{var}/passerelle.db", encoder, PROCESSES) as started:
            yield started


@pytest.fixture(scope="module")
def postgres_site(postgres_url: str, encoder: SentenceEncoder) -> Iterator[Site]:
    """Processes on PostgreSQL."""
    upgrade(postgres_url)
    folder = Path(tempfile.mkdtemp(prefix="passerelle-"))
    with running_site(folder / "var", postgres_url, encoder, PROCESSES) as started:
        yield started
    shutil.rmtree(folder, ignore_errors=True)
