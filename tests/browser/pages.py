"""A page in the browser, and what holds for every page of the product."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

from tests.browser.wording import TEXTS, left_in_other_language

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SOON_S = 90.0
_AXE = Axe()
_TOKEN = re.compile(r'name="csrf_token"[^>]*>')
_PASSED: set[tuple[str, str]] = set()  # look and source of pages that passed


class Reader:
    """Somebody with a browser, who reads the pages of one language; notes what the browser complains about."""

    def __init__(self, page: Page, address: str, language: str, look: str) -> None:
        self.page = page
        self.look = look
        self.address = address
        self.language = language
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error in a script: {error}"))

    def open(self, path: str) -> None:
        """Go to a page of this language and check it."""
        answer = self.page.goto(f"{self.address}/{self.language}{path}")
        assert answer is not None
        assert answer.ok, f"{path} answered {answer.status}"
        self.check()

    def say(self, french: str, english: str) -> str:
        """The one of two wordings that this reader gets to see."""
        return french if self.language == "fr" else english

    def check(self) -> None:
        """What holds for every page: language, wording, accessibility, no complaint of the browser."""
        self.page.wait_for_load_state("load")  # a page that loads itself anew has its words before its style sheet
        where = self.page.url.removeprefix(self.address)
        assert self.page.locator("html").get_attribute("lang") == self.language, where
        assert self.page.locator("h1").count() == 1, f"{where}: one heading of the first level"
        assert not self.complaints, f"{where}: {self.complaints}"
        seen = (self.look, _TOKEN.sub("", self.page.content()))
        if seen in _PASSED:  # the very same page as before would only pass again
            return
        left = left_in_other_language(self.page.evaluate(TEXTS), self.language)
        assert not left, f"{where}: in the other language: {left}"
        assert not (found := violations(self.page)), f"{where}:\n{found}"
        _PASSED.add(seen)

    def check_refused(self) -> None:
        """The same for a page that refused what was typed: the browser notes its status as an error."""
        self.complaints = [text for text in self.complaints if "422" not in text]
        self.check()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):  # a breach of the content security policy is among them
            self.complaints.append(message.text)


def violations(page: Page) -> str:
    """What axe finds against WCAG 2.2 AA; empty where it finds nothing."""
    options: dict[str, Any] = {"resultTypes": ["violations"], "runOnly": WCAG}
    found = _AXE.run(page, options=options).response["violations"]
    return "\n".join(
        f"{rule['id']}: {rule['help']}\n"
        + "\n".join(f"  {json.dumps(node['target'])} {node['html'][:200]}" for node in rule["nodes"][:5])
        for rule in found
    )


def open_link(reader: Reader, link: Locator, to: str | re.Pattern[str]) -> None:
    """Follow a link to the page that it should lead to, and check that page."""
    link.click()
    reader.page.wait_for_url(to)
    reader.check()


def soon(holds: Callable[[], bool], what: str) -> None:
    """Wait for what the workers bring about; much longer than they need on a machine that has nothing else to do."""
    end = time.monotonic() + SOON_S
    while not holds():
        assert time.monotonic() < end, f"not within {SOON_S:.0f} s: {what}"
        time.sleep(0.5)


@contextmanager
def reading(browser: Browser, address: str, language: str, **context: Any) -> Iterator[Reader]:
    """A browser window of its own."""
    window = browser.new_context(locale="fr-CA" if language == "fr" else "en-CA", **context)
    window.set_default_timeout(20_000)
    try:
        yield Reader(window.new_page(), address, language, context.get("color_scheme", "light"))
    finally:
        window.close()
