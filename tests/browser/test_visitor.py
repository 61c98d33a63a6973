"""A visitor: searches, narrows down, reads, and changes the language."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Enter

TYPO = {"fr": ("autobsu", "autobus"), "en": ("depatrure", "departure")}


def test_a_visitor_finds_a_challenge_by_keyword_and_sector(enter: Enter) -> None:
    reader = enter()
    page = reader.page
    reader.open("/")

    page.fill("#q", "autobus")
    page.keyboard.press("Enter")
    page.wait_for_url("**/challenges?**")
    reader.check()
    expect(page.locator(".cards h3").first).to_contain_text("autobus")
    # Not check(): a box that is ticked sends the form, and the next page has the sector in the form for sorting too.
    page.locator("input[type=checkbox][name=sector][value=transport]").click()
    page.wait_for_url("**sector=transport**")

    reader.check()
    expect(page.locator(".tags .tag.accent").first).to_contain_text(reader.say("Transport", "Transport"))
    page.locator(".cards h3 a").first.click()
    page.wait_for_url(re.compile(r"/challenges/\d+$"))
    reader.check()
    expect(page.locator("aside.facts")).to_contain_text(reader.say("Date limite", "Deadline"))


def test_a_typo_is_corrected_and_can_be_insisted_on(enter: Enter, language: str) -> None:
    reader = enter()
    page = reader.page
    wrong, right = TYPO[language]

    reader.open(f"/challenges?q={wrong}&all=1")

    expect(page.locator("main [role=status]").first).to_contain_text(right)
    page.get_by_role("link", name=wrong).click()
    page.wait_for_url("**exact=1**")
    reader.check()


def test_a_phrase_and_a_word_left_out_narrow_the_list(enter: Enter) -> None:
    reader = enter()
    page = reader.page
    reader.open("/firms?q=données")
    all_of_them = page.locator("ol.cards > li").count()

    reader.open("/firms?q=données -autobus")
    without = page.locator("ol.cards > li").count()
    reader.open('/firms?q="zibeline mauve"')

    assert 0 < without <= all_of_them
    expect(page.locator(".empty")).to_contain_text(reader.say("Aucun résultat", "Nothing was found"))


def test_the_language_switch_keeps_the_page_and_its_filters(enter: Enter, language: str) -> None:
    reader = enter()
    page = reader.page
    reader.open("/challenges?q=données&sector=health&sort=newest")

    page.locator("header .who a[hreflang]").click()
    page.wait_for_load_state()

    other = "en" if language == "fr" else "fr"
    expect(page.locator("html")).to_have_attribute("lang", other)
    expect(page).to_have_url(re.compile(rf"/{other}/challenges\?.*sector=health"))
    expect(page.locator("#q")).to_have_value("données")
    expect(page.locator("#sort")).to_have_value("newest")
    page.goto(reader.address + "/")
    expect(page).to_have_url(re.compile(rf"/{other}/$"))


def test_the_search_box_completes_what_is_typed(enter: Enter) -> None:
    reader = enter()
    page = reader.page
    reader.open("/challenges")

    page.locator("#q").press_sequentially("autob")
    expect(page.locator("[role=option]").first).to_contain_text("autob")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#q")).to_have_attribute("aria-activedescendant", re.compile("suggestions"))
    reader.check()
    page.keyboard.press("Escape")

    expect(page.locator("#q-suggestions")).to_be_hidden()


def test_every_page_that_tells_what_this_is_can_be_read(enter: Enter) -> None:
    reader = enter()

    for path in ("/", "/how-it-works", "/partners", "/terms", "/privacy", "/challenges", "/firms"):
        reader.open(path)
    for path in ("/account/login", "/account/register", "/account/reset", "/account/confirm"):
        reader.open(path)
    reader.page.goto(f"{reader.address}/{reader.language}/firms")
    reader.page.locator(".cards h3 a").first.click()
    reader.page.wait_for_url(re.compile(r"/firms/\d+$"))
    reader.check()


def test_a_page_that_is_not_there_says_so_in_the_reader_s_language(enter: Enter) -> None:
    reader = enter()

    answer = reader.page.goto(f"{reader.address}/{reader.language}/challenges/999999")

    assert answer is not None
    assert answer.status == 404
    reader.complaints.clear()  # the browser notes the status
    reader.check()
    expect(reader.page.locator("h1")).to_have_text(reader.say("Cette page n’existe pas", "This page does not exist"))
