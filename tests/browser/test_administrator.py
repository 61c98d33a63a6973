"""The administrator: users, sectors and technologies, jobs with another try, indexes, the audit log."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import ACCOUNTS, Enter
from tests.browser.pages import open_link, soon


def test_a_role_is_granted_and_revoked(enter: Enter) -> None:
    reader = enter("administrator")
    page = reader.page
    reader.open("/admin/")
    reader.open("/admin/users?text=firme")
    open_link(reader, page.locator("main th a", has_text=ACCOUNTS["firm"]), re.compile(r"/admin/users/\d+$"))
    role = page.locator("form.line", has=page.locator("input[value=facilitator]"))

    role.locator("button[value=yes]").click()
    expect(role.locator(".state")).to_have_text(reader.say("accordé", "granted"))
    reader.check()
    role.locator("button[value=no]").click()

    expect(role.locator("button[value=yes]")).to_be_visible()
    reader.open("/admin/audit?action=grant_role")
    expect(page.locator("tbody tr").first).to_contain_text(reader.say("Rôle accordé", "Role granted"))


def test_a_technology_gets_a_synonym(enter: Enter, language: str) -> None:
    reader = enter("administrator")
    page = reader.page
    reader.open("/admin/taxonomy")
    link = page.locator("a[href*='/taxonomy/technology/'][lang=fr]").first
    open_link(reader, link, re.compile(r"/taxonomy/technology/[\w-]+$"))
    synonyms = page.locator(f"[name=synonyms_{language}]")

    label = page.locator("[name=label_fr]").input_value()
    page.fill("[name=label_fr]", "")
    page.locator("main form button").first.click()
    expect(page.locator("#label_fr-error")).to_be_visible()
    reader.check_refused()
    page.fill("[name=label_fr]", label)
    synonyms.fill(f"{synonyms.input_value()}\nmot tout neuf en {language}")
    page.locator("main form button").first.click()

    page.wait_for_url("**/admin/taxonomy")
    expect(page.locator("[role=status]").first).to_contain_text(reader.say("Enregistré", "Saved"))


def test_a_failed_job_is_seen_with_its_cause_and_sent_again(enter: Enter) -> None:
    reader = enter("administrator")
    page = reader.page
    row = page.locator("tbody tr", has_text="no_such_message").first

    def given_up() -> bool:
        page.goto(f"{reader.address}/{reader.language}/admin/jobs?state=dead&job=mail")
        return row.count() == 1

    soon(given_up, "the workers give up on a message that cannot be sent")
    reader.check()
    row.locator("button").click()

    expect(page.locator("[role=status]").first).to_contain_text(reader.say("relancée", "sent again"))
    reader.check()
    reader.open("/admin/jobs")


def test_indexes_tell_whether_they_agree_with_the_database(enter: Enter, language: str) -> None:
    reader = enter("administrator")
    page = reader.page
    reader.open("/admin/indexes")

    card = page.locator("section.card").nth(0 if language == "fr" else 1)  # one asks for it again only when it is done
    card.locator("button[value=sweep]").click()

    expect(page.locator("[role=status]").first).to_be_visible()
    reader.check()
    expect(page.locator("section.card .state.good")).to_have_count(2)
