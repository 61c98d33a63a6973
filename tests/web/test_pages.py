from __future__ import annotations

from dataclasses import replace

import pytest

from app.factory import create_app
from app.services.parts import Parts
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
