"""Readers without a mouse, with a small window, in the dark, or with colours of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.services.load_demo import PASSWORD
from tests.browser.conftest import ACCOUNTS, Enter

STYLES = Path(__file__).resolve().parents[2] / "app" / "static" / "css" / "passerelle.css"
MOST_STOPS = 120  # presses of the Tab key until something must have been reached
VISITED = {
    None: ("/", "/challenges", "/firms", "/how-it-works", "/account/login", "/account/register"),
    "firm": ("/workspace", "@recommended", "@submissions", "@profile"),
    "owner": ("@challenges", "@challenges/new"),
    "facilitator": ("/facilitation", "@match", "/facilitation/moderation", "/import/"),
    "administrator": (
        "/admin/",
        "/admin/users",
        "/admin/organisations",
        "/admin/jobs",
        "/admin/indexes",
        "/admin/audit",
    ),
}
ROLES = list(VISITED)

# What sticks out to the right, or is cut off, where nothing scrolls it into view.
LOST = """() => {
  const width = document.documentElement.clientWidth, lost = [];
  const whole = document.documentElement.scrollWidth;
  if (whole > width) lost.push(`the page is ${whole} wide`);
  const scrolled = (element) => {
    for (let one = element; one && one !== document.body; one = one.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(one).overflowX)) return true;
    return false;
  };
  for (const element of document.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (!box.width || !box.height || style.position === "absolute" || scrolled(element)) continue;
    const name = `${element.tagName} ${element.className} ${(element.textContent || "").trim().slice(0, 40)}`;
    if (box.right > width + 1 && !element.closest(".visually-hidden, .skip, svg")) lost.push(`sticks out: ${name}`);
    const cut = style.overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1;
    if (cut && !element.closest(".visually-hidden, .clamp")) lost.push(`cut: ${name}`);
  }
  return lost.slice(0, 8);
}"""

# The outline that shows where the focus is: its width in pixels.
RING = """element => {
  const style = getComputedStyle(element);
  return style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
}"""
NO_EDGE = """all => all.filter(
  (one) => one.offsetWidth > 1 && !one.matches(".link") && !parseFloat(getComputedStyle(one).borderTopWidth)
).length"""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is there; each stop on the way must be seen, and its focus too."""
    page.wait_for_load_state()  # without its style sheet the page has the browser's own outline
    for _press in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.count() == 1, "the focus left the page"
        assert focused.evaluate(RING) >= 2, (
            f"no visible focus: {focused.evaluate('element => element.outerHTML')[:200]}"
        )
        assert focused.evaluate("element => element.getBoundingClientRect().right > 0"), "the focus is out of sight"
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the Tab key does not lead to {wanted}")


def test_signing_in_and_answering_works_with_the_keyboard_alone(enter: Enter) -> None:
    reader = enter()
    page = reader.page
    page.goto(f"{reader.address}/{reader.language}/account/login")

    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    expect(page.locator("a.skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[name=email]")).to_be_focused()
    page.keyboard.type(ACCOUNTS["firm"])
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/workspace")

    tab_to(page, page.locator("main a[href$='/recommended']").first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/recommended")
    button = page.locator("button[value=interested]").last
    card = page.locator(f"#{button.locator('xpath=ancestor::li[1]').get_attribute('id')}")
    summary = card.locator("details.decline summary")
    button.evaluate("element => element.closest('li').querySelector('h3 a, h2 a').focus()")
    tab_to(page, card.locator("button[value=interested]"))
    page.keyboard.press("Enter")
    expect(card.locator("button[value=take_back]")).to_be_visible()
    card.locator("h3 a, h2 a").first.focus()
    tab_to(page, card.locator("button[value=take_back]"))
    page.keyboard.press("Enter")
    expect(summary).to_be_visible()


@pytest.mark.parametrize("language", ["fr"], indirect=True)
@pytest.mark.parametrize("role", ROLES, ids=str)
def test_at_400_percent_nothing_scrolls_sideways_and_nothing_is_cut(enter: Enter, role: str | None) -> None:
    reader = enter(role, viewport={"width": 320, "height": 256})

    for path in VISITED[role]:
        go(reader.page, f"{reader.address}/{reader.language}", path)
        assert reader.page.evaluate(LOST) == [], path


def test_a_word_that_is_longer_than_a_line_breaks_within_its_card(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 256})
    page.set_content(f"<style>{STYLES.read_text()}</style><ol class=cards><li class=card><h3>{'T' * 200}</h3></ol>")

    assert page.evaluate(LOST) == []
    page.close()


@pytest.mark.parametrize("language", ["fr"], indirect=True)
@pytest.mark.parametrize("role", ROLES, ids=str)
def test_dark_pages_pass_the_same_checks(enter: Enter, role: str | None) -> None:
    reader = enter(role, color_scheme="dark")

    for path in VISITED[role]:
        go(reader.page, f"{reader.address}/{reader.language}", path)
        reader.check()


@pytest.mark.parametrize("language", ["en"], indirect=True)
@pytest.mark.parametrize("role", [None, "firm", "facilitator"], ids=str)
def test_colours_of_the_reader_s_own_leave_controls_and_focus_visible(enter: Enter, role: str | None) -> None:
    reader = enter(role, forced_colors="active")
    page = reader.page

    for path in VISITED[role]:
        go(page, f"{reader.address}/{reader.language}", path)
        page.keyboard.press("Tab")
        assert page.locator(":focus").evaluate(RING) >= 2, path
        assert page.locator("button").evaluate_all(NO_EDGE) == 0, f"{path}: a button without an edge"


def go(page: Page, base: str, path: str) -> None:
    """Open a path; one that begins with @ is reached from the reader's own space or from the queue."""
    if not path.startswith("@"):
        page.goto(base + path)
    elif path == "@match":
        page.goto(base + "/facilitation")
        page.locator(".queue h3 a").first.click()
        page.wait_for_url("**/facilitation/matches/**")
    else:
        page.goto(base + "/workspace")
        page.goto(page.locator(f"main a[href$='/{path[1:]}']").first.evaluate("link => link.href"))
