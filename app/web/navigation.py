"""The links of the header and of the footer, by who is looking."""

from __future__ import annotations

from flask import Flask, current_app
from flask_babel import gettext as _

from app.web.context import actor


def register(app: Flask) -> None:
    """Give the templates both lists."""
    app.jinja_env.globals.update(navigation=navigation, footer_links=footer_links, has_endpoint=app.view_functions)


def navigation() -> list[tuple[str, str]]:
    """Endpoint and label; only what this person may open and what is there."""
    who = actor()
    links = [("challenges.listing", _("Challenges")), ("firms.listing", _("Firms"))]
    if who.user_id is None:
        links.append(("pages.how", _("How it works")))
    else:
        links.append(("pages.workspace", _("My space")))
    if who.facilitator:
        links.append(("facilitator.queue", _("Matches to review")))
    if who.administrator:
        links.append(("admin.index", _("Administration")))
    return [(endpoint, label) for endpoint, label in links if endpoint in current_app.view_functions]


def footer_links() -> list[tuple[str, str]]:
    """Pages that tell what this is."""
    return [
        ("pages.how", _("How it works")),
        ("pages.partners", _("Partners")),
        ("pages.terms", _("Terms of use")),
        ("pages.privacy", _("Privacy")),
    ]
