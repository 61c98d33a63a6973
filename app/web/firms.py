"""Firms for everybody: search and profile."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.services.access import may_edit_firm
from app.services.load_records import visible_firm
from app.web import search_views
from app.web.access import access
from app.web.context import actor, parts

bp = Blueprint("firms", __name__)


@bp.get("/firms")
@access("public")
def listing() -> ResponseReturnValue:
    """Search with facets."""
    return render_template("firms/list.html", **search_views.context("firm"))


@bp.get("/firms/<int:firm_id>")
@access("public")
def profile(firm_id: int) -> ResponseReturnValue:
    """One firm, for whoever may see it."""
    with parts().store.read() as work:
        firm = visible_firm(work, actor(), firm_id)
    return render_template("firms/profile.html", firm=firm, may_edit=may_edit_firm(actor(), firm))
