"""A member of an ICT firm: recommended challenges, answers to them, a submission, the profile."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import ACCOUNTS, Enter, sign_in
from tests.browser.pages import Reader, open_link, soon

# How many lines the fields of these names stand on, all read at one moment.
TOPS = """names => new Set(names.map(
  (name) => Math.round(document.querySelector(`[name=${name}]`).getBoundingClientRect().top)
)).size"""


def recommended(reader: Reader) -> None:
    """From the own space to the recommended challenges."""
    reader.open("/workspace")
    open_link(reader, reader.page.locator("main a[href$='/recommended']").first, "**/recommended")


def unanswered(reader: Reader) -> Locator:
    """The first card that takes an answer."""
    return reader.page.locator("li.card", has=reader.page.locator("button[value=interested]")).first


def test_a_firm_signs_in_and_out(enter: Enter) -> None:
    reader = enter()

    sign_in(reader, ACCOUNTS["firm"])
    reader.check()
    reader.page.locator("header .who form button").click()

    reader.page.wait_for_url(f"**/{reader.language}/")
    reader.check()
    expect(reader.page.locator("header .who")).to_contain_text(reader.say("Se connecter", "Sign in"))


def test_a_wrong_password_is_told_and_the_address_is_kept(enter: Enter) -> None:
    reader = enter()
    page = reader.page
    page.goto(f"{reader.address}/{reader.language}/account/login")

    page.fill("[name=email]", "personne@demo.example")
    page.fill("[name=password]", "une phrase de passe inconnue")
    page.locator("main form button").first.click()

    expect(page.locator("[role=alert]")).to_be_visible()
    expect(page.locator("[name=email]")).to_have_value("personne@demo.example")
    reader.check_refused()


def test_recommended_challenges_come_with_their_reasons(enter: Enter) -> None:
    reader = enter("firm")
    page = reader.page

    recommended(reader)

    card = page.locator("li.card", has=page.locator(".score")).first
    expect(card.locator("blockquote")).not_to_have_count(0)
    for details in card.locator("details").all():
        details.locator("summary").first.click()
    reader.check()
    shown = card.locator(".parts .points").all_inner_texts()
    total = number(card.locator(".score").first.inner_text())
    points = [number(text) for text in shown if text.strip() != "–"]
    assert abs(sum(points) - total) <= 0.05 * len(points) + 0.1, "the shown parts add up to the shown score"


def number(text: str) -> float:
    """The first number of a text, written in either language."""
    found = re.search(r"\d+(?:[.,]\d+)?", text)
    assert found, text
    return float(found[0].replace(",", "."))


def test_a_firm_is_interested_and_takes_it_back(enter: Enter) -> None:
    reader = enter("firm")
    page = reader.page
    recommended(reader)
    card = page.locator(f"#{unanswered(reader).get_attribute('id')}")

    card.locator("button[value=interested]").click()

    expect(page.locator(".flash").first).to_contain_text(reader.say("C’est noté", "Noted"))
    expect(card).to_contain_text(reader.say("Ce défi vous intéresse", "You are interested"))
    reader.check()
    card.locator("button[value=take_back]").click()
    expect(card.locator("button[value=interested]")).to_be_visible()


def test_a_firm_declines_with_a_reason_and_takes_it_back(enter: Enter) -> None:
    reader = enter("firm")
    page = reader.page
    recommended(reader)
    card = page.locator(f"#{unanswered(reader).get_attribute('id')}")

    card.locator("details.decline summary").click()
    card.locator("button[value=decline]").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    reader.check_refused()
    card.locator("input[value=no_capacity]").check()
    card.locator("button[value=decline]").click()

    declined = page.locator("section[aria-labelledby=declined]")
    expect(declined).to_contain_text(reader.say("Pas de capacité", "No capacity"))
    reader.check()
    card.locator("button[value=take_back]").click()
    expect(card.locator("button[value=interested]")).to_be_visible()


def test_a_firm_submits_edits_and_withdraws_a_solution(enter: Enter) -> None:
    reader = enter("firm")
    page = reader.page
    recommended(reader)
    name = reader.say("Proposer une solution", "Submit a solution")
    open_link(reader, page.locator("main a.button", has_text=name).first, "**/submit**")

    page.locator("button[name=then][value=submit]").click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.wait_for_load_state()  # without its style sheet everything stands one below the other
    assert page.evaluate(TOPS, ["solution_id", "trl", "contact_name"]) == 1, "boxes with and without an error: one line"
    page.locator(".error-summary a[href='#trl']").click()
    expect(page.locator("label[for=trl]")).to_be_in_viewport(ratio=1)
    reader.check_refused()
    fill_submission(reader, "Nous mesurons d’abord, puis nous corrigeons chaque semaine.")
    page.locator("button[name=then][value=submit]").click()
    page.wait_for_url("**/submissions*")  # the address keeps the name of the field that was led to
    reader.check()
    card = page.locator("li.card", has_text="Nous mesurons d’abord").first
    expect(card.locator(".state")).to_have_text(reader.say("Soumise", "Submitted"))

    card.locator("a.button").click()
    page.wait_for_url("**/submit**")
    page.fill("[name=summary]", "Nous corrigeons d’abord, puis nous mesurons.")
    page.locator("button[name=then][value=submit]").click()
    page.wait_for_url("**/submissions")
    card = page.locator("li.card", has_text="Nous corrigeons d’abord").first
    card.locator("button.danger").click()

    expect(card.locator(".state")).to_have_text(reader.say("Retirée", "Withdrawn"))
    reader.check()


def fill_submission(reader: Reader, summary: str) -> None:
    """All that a submission must say."""
    page = reader.page
    page.fill("[name=summary]", summary)
    for answer in page.locator("textarea[name^='answers.']").all():
        answer.fill("Oui, par un relevé chaque minute.")
    page.select_option("[name=trl]", "7")
    page.fill("[name=contact_name]", "Camille Firme")
    page.fill("[name=contact_email]", ACCOUNTS["firm"])


def test_an_edited_profile_is_found_by_its_new_words(enter: Enter, language: str) -> None:
    reader = enter("firm")
    page = reader.page
    word = {"fr": "zygomorphe", "en": "quincunx"}[language]
    reader.open("/workspace")
    open_link(reader, page.locator("main a[href$='/profile']").first, "**/edit")
    strengths = page.locator(f"textarea[name='{language}.strengths']")
    if not strengths.is_visible():
        page.locator("details", has=strengths).locator("summary").first.click()

    strengths.fill(f"{strengths.input_value()} {word.capitalize()}.")
    page.locator("button[name=then][value=draft]").last.click()
    page.wait_for_url(re.compile(r"/firms/\d+$"))
    reader.check()
    expect(page.locator("main")).to_contain_text(word.capitalize())
    firm = page.locator("h1").inner_text()

    def found() -> bool:
        page.goto(f"{reader.address}/{language}/firms?q={word}&exact=1")
        return page.locator("ol.cards h3", has_text=firm).count() == 1

    soon(found, "the firm is found by the new word")
    reader.check()
