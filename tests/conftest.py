"""What all tests share: the real parts of this machine, each started once, and what is told of those that are absent.

A test asks for a part by its fixture. Where the part is not there the test is skipped with the reason; with CI=true
that is a failure. The end of the run lists the absent parts.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests.services.elastic import elasticsearch
from tests.services.missing import PREFIX, missing
from tests.services.postgres import fresh_database, postgres
from tests.services.redis import redis_server
from tests.services.smtp import Mailbox
from tests.services.smtp import smtp_server as started_smtp_server

if TYPE_CHECKING:
    from indexing.encoders import SentenceEncoder

ROOT = Path(__file__).resolve().parent.parent
TOGETHER = {"browser"}  # folders whose tests share parts that take a minute to start
MARKED = {"service", "browser", "real"}  # a skip of a test with one of these marks means that a part is absent
MARK_OF = {
    "elasticsearch_url": "service",
    "postgres_url": "service",
    "postgres_server": "service",
    "redis_url": "service",
    "smtp_server": "service",
    "chromium": "browser",
    "shared": "real",
}

hypothesis.settings.register_profile("passerelle", deadline=None)  # a busy machine is no fault
hypothesis.settings.load_profile("passerelle")
os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no test looks anything up on a model hub


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data and the test Elasticsearch."""
    folder = _shared()
    if not folder.is_dir():
        missing("shared folder", f"{folder} is not there; name it with PASSERELLE_SHARED")
    return folder


@pytest.fixture(scope="session")
def elasticsearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running Elasticsearch."""
    with elasticsearch(_shared(), tmp_path_factory.mktemp("elasticsearch")) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A running PostgreSQL; ask for `postgres_url` to get a database of one's own."""
    with postgres() as url:
        yield url


@pytest.fixture(scope="module")
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty PostgreSQL database for the tests of one module."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A running Redis, as unix://..."""
    with redis_server() as url:
        yield url


@pytest.fixture
def smtp_server() -> Iterator[Mailbox]:
    """A running SMTP server and what it received."""
    with started_smtp_server() as mailbox:
        yield mailbox


@pytest.fixture(scope="session")
def seeded_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the taxonomy, which tests copy: migrating takes longer than most of them."""
    from app.records.migrate import upgrade
    from app.records.store import Store
    from app.services.taxonomy.taxonomy import seed_taxonomy

    path = tmp_path_factory.mktemp("seeded") / "seeded.db"
    upgrade(f"sqlite:///{path}")
    store = Store(f"sqlite:///{path}")
    with store.write() as work:
        seed_taxonomy(work)
    store.close()
    return path


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    """The packaged model, loaded once (about 5 s)."""
    from indexing.encoders import SentenceEncoder

    return SentenceEncoder()


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's program."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next(filter(None, map(shutil.which, names)), None)
    return Path(found) if found else missing("Chromium", "no chromium or google-chrome is installed")


def _shared() -> Path:
    return Path(os.environ.get("PASSERELLE_SHARED") or ROOT.parent / "shared").expanduser().resolve()


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for a part, so that nobody forgets to; and keep what shares parts in one process."""
    for item in items:
        folder = item.path.parent
        item.add_marker(pytest.mark.xdist_group(folder.name if folder.name in TOGETHER else str(item.path)))
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in MARK_OF and item.get_closest_marker(MARK_OF[fixture]) is None:
                item.add_marker(MARK_OF[fixture])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """With CI=true a test that is skipped for an absent part fails."""
    report: pytest.TestReport = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = _reason(report)
        if reason.startswith(PREFIX) or any(item.get_closest_marker(mark) for mark in MARKED):
            report.user_properties.append(("missing part", reason.removeprefix(PREFIX)))
            if os.environ.get("CI", "").lower() in ("true", "1"):
                report.outcome = "failed"
                report.longrepr = f"CI=true, and a part is {PREFIX}{reason.removeprefix(PREFIX)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell which parts were absent and why, once each."""
    counts: dict[str, int] = {}
    for outcome in ("skipped", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, ()):
            for name, value in getattr(report, "user_properties", ()):
                if name == "missing part":
                    counts[value] = counts.get(value, 0) + 1
    if counts:
        terminalreporter.section("parts that are not here")
        for reason, count in sorted(counts.items()):
            terminalreporter.write_line(f"{reason} ({count} {'test' if count == 1 else 'tests'})")


def _reason(report: pytest.TestReport) -> str:
    longrepr = report.longrepr
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return text.removeprefix("Skipped: ")
