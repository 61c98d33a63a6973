from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from app.factory import create_app
from app.services.parts import Parts
from app.web.pages import WARM
from indexing.definitions import firms
from tests.facilitation.world import World
from tests.web.conftest import KEY
from tests.web.portal import Visitor


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_pages_that_tell_what_this_is_name_who_answers(parts: Parts, lang: str) -> None:
    parts.settings = replace(parts.settings, facilitator_email="anim@ville.example", privacy_officer="rp@ville.example")
    visitor = Visitor(create_app(parts, KEY, "memory://").test_client())

    pages = {name: visitor.text(f"/{lang}/{name}") for name in ("how-it-works", "partners", "terms", "privacy")}

    assert all(f'<html lang="{lang}">' in page for page in pages.values())
    for name in ("how-it-works", "partners", "terms"):
        assert 'href="mailto:anim@ville.example"' in pages[name]
    assert 'href="mailto:rp@ville.example"' in pages["privacy"]
    for sector in ("transport", "health", "security", "finance"):
        assert f"sector={sector}" in pages["how-it-works"]


@pytest.mark.parametrize("page", ["login", "register", "reset", "confirm"])
def test_account_pages_hold_no_inline_script_or_style(visitor: Visitor, page: str) -> None:
    source = visitor.text(f"/fr/account/{page}")

    assert "<style" not in source
    assert " style=" not in source
    assert "onclick" not in source
    assert source.count("<script") == source.count("<script src=") == 1


@pytest.mark.parametrize(("lang", "title"), [("fr", "Cette page n’existe pas"), ("en", "This page does not exist")])
def test_an_address_that_is_no_page_is_told_in_its_language(visitor: Visitor, lang: str, title: str) -> None:
    answer = visitor.get(f"/{lang}/no/such/page", headers={"Accept-Language": "de"})

    assert answer.status_code == 404
    assert title in answer.get_data(as_text=True)


def test_a_query_that_is_too_long_says_what_was_left_out(parts: Parts) -> None:
    parts.settings = replace(parts.settings, embedding_model="/there/is/no/model")  # words are enough here
    empty = firms("none", 3)
    parts.engine.create("firms-empty", empty)
    parts.engine.swap(empty.alias, "firms-empty")
    visitor = Visitor(create_app(parts, KEY, "memory://").test_client())
    short, long = "données -bleu", " ".join(f'"expression {number}"' for number in range(22))

    pages = [visitor.get("/fr/firms", query_string={"q": text}).get_data(as_text=True) for text in (short, long)]

    assert "trop longue" not in pages[0]
    assert "trop longue" in pages[1]
    assert "<q>expression 20</q>, <q>expression 21</q>" in pages[1]


@pytest.mark.parametrize("listing", ["challenges", "firms"])
def test_a_page_behind_the_last_one_shows_the_last_one(visitor: Visitor, world: World, listing: str) -> None:
    world.pair()

    page = visitor.text(f"/fr/{listing}?page=40")

    assert "Aucun résultat" not in page
    assert page.count('<li class="card">') == 1


def test_health_says_when_the_model_is_warm(visitor: Visitor) -> None:
    app = visitor.client.application
    assert visitor.client.get("/health").status_code == 200  # nothing is loaded ahead
    warm = app.extensions[WARM] = threading.Event()

    assert visitor.client.get("/health").status_code == 503
    assert visitor.client.get("/fr/").status_code == 200
    warm.set()

    assert visitor.client.get("/health").status_code == 200
