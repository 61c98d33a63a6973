"""The product in a real browser: a part of the demonstration, all processes, and a signed-in reader for each role."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, StorageState, sync_playwright

from app.services.load_demo import PASSWORD
from tests.browser.demo import prepare, running
from tests.browser.pages import Reader, reading

HERE = Path(__file__).parent
ACCOUNTS = {
    "firm": "firme@demo.example",
    "owner": "proprietaire@demo.example",
    "facilitator": "animation@demo.example",
    "administrator": "admin@demo.example",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder need the browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory, chromium: Path) -> Iterator[str]:
    """The running product. PASSERELLE_BROWSER_ADDRESS names one that runs already, for writing tests."""
    if running_already := os.environ.get("PASSERELLE_BROWSER_ADDRESS"):
        yield running_already.rstrip("/")
        return
    var = tmp_path_factory.mktemp("product")
    prepare(var)
    with running(var, _free_port()) as address:
        yield address


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """Every journey is made in both languages."""
    return str(request.param)


@pytest.fixture(scope="session")
def signed_in(browser: Browser, portal: str) -> Callable[[str], StorageState]:
    """The cookies of an account. Each signs in once: the product limits how often an address may try."""
    kept: dict[str, StorageState] = {}

    def state(role: str) -> StorageState:
        if role not in kept:
            with reading(browser, portal, "fr") as reader:
                sign_in(reader, ACCOUNTS[role])
                kept[role] = reader.page.context.storage_state()
        return kept[role]

    return state


Enter = Callable[..., Reader]


@pytest.fixture
def enter(browser: Browser, portal: str, language: str, signed_in: Callable[[str], StorageState]) -> Iterator[Enter]:
    """Opens a window: `enter()` as a visitor, `enter("firm")` as one of the demo accounts."""
    with ExitStack() as windows:

        def open_window(role: str | None = None, **context: Any) -> Reader:
            if role is not None:
                context["storage_state"] = signed_in(role)
            window: AbstractContextManager[Reader] = reading(browser, portal, language, **context)
            return windows.enter_context(window)

        yield open_window


def sign_in(reader: Reader, email: str, password: str = PASSWORD) -> None:
    """Through the form, as a person does."""
    page = reader.page
    page.goto(f"{reader.address}/{reader.language}/account/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.locator("main form button").first.click()
    page.wait_for_url("**/workspace")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
