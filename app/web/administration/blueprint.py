"""The blueprint that all pages of administrators hang on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for

from app.services.administration import admin_labels
from app.services.choices import Labelled
from app.services.paging import Page
from app.web.context import language

bp = Blueprint("admin", __name__, url_prefix="/admin")


def page_number() -> int:
    """The page that the address asks for; the first where it asks for none that can be."""
    text = request.args.get("page", "1")
    return int(text) if text.isdecimal() and len(text) < 7 else 1


def page_links(page: Page[Any]) -> list[tuple[int | None, str]]:
    """Number and address of the pages around this one, None for a gap."""
    arguments = {**(request.view_args or {}), **request.args.to_dict()}
    wanted = {1, page.pages, *range(page.number - 2, page.number + 3)}
    links: list[tuple[int | None, str]] = []
    before = 0
    for number in sorted(n for n in wanted if 1 <= n <= page.pages):
        if number > before + 1:
            links.append((None, ""))
        links.append((number, url_for(str(request.endpoint), **{**arguments, "page": number})))
        before = number
    return links


@bp.app_context_processor
def names() -> dict[str, Any]:
    """Labels of codes for the templates of administrators and of imports."""
    return {"named": named, "action_label": lambda action: admin_labels.action_label(action, language())}


def named(table: str, code: str) -> str:
    """The label of a code of `admin_labels` in the page's language; the code itself where unknown."""
    found: Labelled = getattr(admin_labels, table)
    return found.get(code, {}).get(language(), code)
