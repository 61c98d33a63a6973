"""A member of an owner organisation posts a challenge; the facilitator publishes it; everybody finds it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.pages import Reader, open_link, soon

TITLE = {
    "fr": "Repérer les nids de mouettes sur les toits des entrepôts",
    "en": "Spotting gull nests on warehouse roofs",
}
PROBLEM = {
    "fr": "Chaque printemps, des mouettes nichent sur nos toits plats et bouchent les drains. On le voit trop tard.",
    "en": "Every spring gulls nest on our flat roofs and block the drains. We only notice once water comes in.",
}
NEED = {
    "fr": "Signaler un nid dans les deux jours qui suivent sa construction.",
    "en": "Report a nest within two days of its being built.",
}


def write_challenge(reader: Reader) -> None:
    """Fill in what the form must have, in the reader's language."""
    page, language = reader.page, reader.language
    page.locator(f"[name=original][value={language}]").check()
    for name in ("title", "problem"):
        box = page.locator(f"[name='{language}.{name}']")
        if not box.is_visible():
            page.locator("details", has=box).locator("summary").first.click()
        box.fill({"title": TITLE, "problem": PROBLEM}[name][language])
    page.fill(f"[name='needs.0.{language}']", NEED[language])
    page.locator("[name=sectors][value=environment]").check()
    page.fill("[name=deadline]", (datetime.now(UTC) + timedelta(days=60)).date().isoformat())


def test_a_posted_challenge_is_reviewed_published_and_found(enter: Enter, language: str) -> None:
    owner = enter("owner")
    page = owner.page
    owner.open("/workspace")
    open_link(owner, page.locator("main a[href$='/challenges']").first, "**/organisations/*/challenges")
    open_link(owner, page.locator("main a.button").first, "**/challenges/new")

    page.locator("button[name=then][value=review]").click()
    expect(page.locator(".error-summary")).to_be_visible()
    owner.check_refused()
    write_challenge(owner)
    page.locator("button[name=then][value=review]").click()
    page.wait_for_url("**/desk")
    owner.check()
    expect(page.locator("main .state").first).to_have_text(owner.say("En révision", "In review"))
    desk = page.url

    reader = enter("facilitator")
    reader.open("/facilitation/moderation")
    open_link(reader, reader.page.locator("main h3 a", has_text=TITLE[language]).first, re.compile(r"/challenges/\d+$"))
    reader.page.locator("button[value=publish]").click()
    expect(reader.page.locator(".flash").first).to_contain_text(reader.say("Publié", "Published"))
    reader.check()

    visitor = enter()

    def found() -> bool:
        visitor.page.goto(f"{visitor.address}/{language}/challenges?q={NEED[language].split()[2]} {TITLE[language]}")
        return visitor.page.locator("ol.cards h3", has_text=TITLE[language]).count() == 1

    soon(found, "the challenge is found")
    visitor.check()
    page.goto(desk)
    owner.check()
    expect(page.locator("main .state").first).to_have_text(owner.say("Ouvert", "Open"))


def test_an_owner_keeps_a_draft_edits_it_and_sees_its_versions(enter: Enter, language: str) -> None:
    reader = enter("owner")
    page = reader.page
    reader.open("/workspace")
    open_link(reader, page.locator("main a[href$='/challenges/new']").first, "**/challenges/new")
    write_challenge(reader)
    page.locator("button[name=then][value=draft]").last.click()
    page.wait_for_url("**/desk")
    reader.check()

    open_link(reader, page.locator("main .actions a[href$='/edit']"), "**/edit")
    page.fill("[name=place]", "Longueuil")
    page.locator("button[name=then][value=draft]").last.click()
    page.wait_for_url("**/desk")

    reader.check()
    expect(page.locator("section[aria-labelledby=history] tbody tr")).to_have_count(2)
    expect(page.locator("section[aria-labelledby=history]")).to_contain_text(reader.say("Lieu", "Place"))


def test_an_owner_sees_the_firms_of_an_open_challenge(enter: Enter) -> None:
    reader = enter("owner")
    reader.open("/workspace")
    open_link(reader, reader.page.locator("main a[href$='/challenges']").first, "**/organisations/*/challenges")

    open_link(reader, reader.page.locator("main th a", has_text="ligne 25").first, "**/desk")

    for name in ("submissions", "approved", "waiting", "history"):
        expect(reader.page.locator(f"section[aria-labelledby={name}]")).to_be_visible()
