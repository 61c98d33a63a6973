"""Firms for everybody: search and profile."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.records.firms import FirmProfile
from app.services.access import may_edit_firm, may_see_firm
from app.web import search_views
from app.web.access import access
from app.web.context import actor, parts
from app.web.taxonomy import facet_labels
from matching.errors import NotFound

bp = Blueprint("firms", __name__)


@bp.get("/firms")
@access("public")
def listing() -> ResponseReturnValue:
    """Search with facets."""
    wanted, page = search_views.run("firm")
    return render_template("firms/list.html", **search_views.context("firm", wanted, page, facet_labels))


@bp.get("/firms/<int:firm_id>")
@access("public")
def profile(firm_id: int) -> ResponseReturnValue:
    """One firm, for whoever may see it."""
    with parts().store.read() as work:
        firm = work.session.get(FirmProfile, firm_id)
    if firm is None or not may_see_firm(actor(), firm):
        raise NotFound(f"firm {firm_id}")
    return render_template("firms/profile.html", firm=firm, may_edit=may_edit_firm(actor(), firm))
