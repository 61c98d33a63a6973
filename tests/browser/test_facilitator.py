"""The facilitator: the queue by mouse and by keyboard, both texts side by side, bulk moves, undo, an import."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.pages import Reader, open_link, soon

ROWS = {
    "fr": "id,titre,problème,secteurs,organisation,date limite\n"
    "fr-1,Compter les castors sans les déranger,"
    "Nos barrages de castors bougent chaque semaine et personne ne les compte.,environment,Ville de Brossard,{day}\n"
    "fr-2,,Ce défi n’a pas de titre.,environment,Ville de Brossard,{day}\n",
    "en": "id,title,problem,sectors,owner,deadline\n"
    "en-1,Counting otters without disturbing them,"
    "Otters come back to our canals and nobody counts them.,environment,City of Lachine,{day}\n"
    "en-2,,This challenge has no title.,environment,City of Lachine,{day}\n",
}


def queue(reader: Reader, arguments: str = "") -> None:
    """The queue of matches."""
    reader.open(f"/facilitation{arguments}")


def matches_listed(page: Page) -> int:
    """The number above the list, whichever way its thousands are set apart."""
    return int(re.sub(r"\D", "", page.locator("#list").inner_text()))


def press(page: Page, key: str) -> None:
    """A key, once the page and its script are there."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def test_the_queue_is_narrowed_by_filters(enter: Enter) -> None:
    reader = enter("facilitator")
    page = reader.page
    queue(reader)
    everything = matches_listed(page)

    page.select_option("#sector", "health")
    page.fill("#least", "20")
    page.locator(".filters button").click()
    page.wait_for_url("**sector=health**")
    reader.check()

    assert 0 < matches_listed(page) < everything
    for text in page.locator(".queue .score").all_inner_texts():
        assert float(text.split("/")[0].replace(",", ".")) >= 20
    for view in ("interested", "approved", "rejected", "snoozed", "declined"):
        queue(reader, f"?view={view}")


def test_a_match_shows_both_texts_with_the_cited_passages_marked(enter: Enter) -> None:
    reader = enter("facilitator")
    page = reader.page
    queue(reader)

    open_link(reader, page.locator(".queue h3 a").first, "**/facilitation/matches/**")

    for side in ("challenge", "firm"):
        cited = page.locator(f".reason-list cite a[href^='#{side}-']").first
        mark = page.locator(f"mark{cited.get_attribute('href')}")
        expect(mark).to_be_visible()
        quoted = page.locator(".reason-list .reason blockquote p").nth(0 if side == "challenge" else 1).inner_text()
        assert " ".join(quoted.split())[:40] in " ".join(mark.inner_text().split())


def test_decisions_are_made_with_the_keyboard_alone(enter: Enter) -> None:
    reader = enter("facilitator")
    page = reader.page
    queue(reader)
    undo = page.locator("form.undo [role=status]")

    press(page, "j")
    press(page, "j")
    press(page, "k")
    expect(page.locator(".queue h3 a").first).to_be_focused()
    press(page, "Enter")
    page.wait_for_url("**/facilitation/matches/**")
    first = page.url

    press(page, "a")
    expect(undo).to_contain_text(reader.say("Approuvé", "Approved"))
    reader.check()
    press(page, "u")
    expect(page.locator(".flash").first).to_contain_text(reader.say("annulée", "taken back"))
    expect(page).to_have_url(first)

    press(page, "r")
    page.keyboard.press("Space")  # the first reason has the focus
    page.locator("button[value=reject]").press("Enter")
    expect(undo).to_contain_text(reader.say("Rejeté", "Rejected"))
    press(page, "u")
    expect(page).to_have_url(first)

    press(page, "s")
    expect(page.locator("#snooze-until")).to_be_focused()
    page.locator("button[value=snooze]").press("Enter")
    expect(page.locator("#snooze-until-error")).to_be_visible()
    reader.check_refused()
    page.fill("#snooze-until", (datetime.now(UTC) + timedelta(days=7)).date().isoformat())
    page.locator("button[value=snooze]").press("Enter")
    expect(undo).to_contain_text(reader.say("Mis en veille", "Snoozed"))
    press(page, "u")
    expect(page).to_have_url(first)

    page.goto(first)
    press(page, "j")
    expect(page).not_to_have_url(first)
    press(page, "k")
    expect(page).to_have_url(first)


def test_several_matches_are_rejected_at_once_and_taken_back(enter: Enter) -> None:
    reader = enter("facilitator")
    page = reader.page
    queue(reader)
    before = page.locator("#list").inner_text()

    press(page, "j")
    press(page, "x")
    press(page, "j")
    press(page, "x")
    expect(page.locator("[data-row] input:checked")).to_have_count(2)
    page.locator(".bulk summary").first.click()
    page.locator(".bulk input[value=off_topic]").check()
    page.locator(".bulk button[value=reject]").click()

    expect(page.locator("form.undo")).to_contain_text(reader.say("2 jumelages rejetés", "2 matches rejected"))
    reader.check()
    page.locator("form.undo button").click()
    expect(page.locator(".flash").first).to_contain_text("2")
    expect(page.locator("#list")).to_have_text(before)


def test_a_bulk_move_without_a_choice_says_what_is_missing(enter: Enter) -> None:
    reader = enter("facilitator")
    page = reader.page
    queue(reader)

    page.locator(".bulk button[value=approve]").click()

    expect(page.locator("[role=alert]")).to_contain_text(reader.say("Cochez au moins une ligne", "Tick at least one"))
    reader.check_refused()


def test_a_small_file_is_tried_imported_and_found(enter: Enter, language: str, tmp_path: Path) -> None:
    reader = enter("facilitator")
    page = reader.page
    path = tmp_path / f"{language}.csv"
    day = (datetime.now(UTC) + timedelta(days=45)).date().isoformat()
    path.write_text(ROWS[language].format(day=day), encoding="utf-8")
    reader.open("/import/")

    page.locator("main form button").first.click()
    expect(page.locator("#file-error")).to_be_visible()
    reader.check_refused()
    page.locator("input[name=kind][value=challenges]").check()
    page.set_input_files("#file", path)
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(r"/import/[^/]+$"))
    reader.check()
    page.locator("[name=publish]").check()
    page.locator("form[method=post] button").last.click()
    page.wait_for_url("**/runs/**")
    expect(page.locator("dl.figures")).to_be_visible(timeout=90_000)
    reader.check()
    expect(page.locator("table")).to_contain_text(reader.say("obligatoire", "required"))
    page.locator("main form[method=post] button").first.click()
    page.wait_for_url("**/runs/**")
    expect(page.locator("main a.button[href$='/challenges']")).to_be_visible(timeout=90_000)
    reader.check()

    title = ROWS[language].splitlines()[1].split(",")[1]

    def found() -> bool:
        page.goto(f"{reader.address}/{language}/challenges?q={title}")
        return page.locator("ol.cards h3", has_text=title).count() == 1

    soon(found, "the imported challenge is found")


def test_moderation_workshops_and_the_inspector_can_be_read(enter: Enter) -> None:
    reader = enter("facilitator")
    page = reader.page
    reader.open("/facilitation/moderation")
    open_link(reader, page.locator("main h3 a").first, re.compile(r"/moderation/\w+/\d+$"))
    reader.open("/facilitation/workshops")
    open_link(reader, page.locator("main th a").first, re.compile(r"/workshops/[\w-]+$"))
    reader.open("/facilitation/workshops/new")

    reader.open("/facilitation/why?challenge=ligne 25&firm=Cadencia")

    expect(page.locator("section[aria-labelledby=answer] .score")).to_be_visible()
