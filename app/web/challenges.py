"""Challenges for everybody: search and detail."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.services.access import may_edit_challenge, may_see_private_note
from app.services.challenges.submit_solution import may_submit
from app.services.days import today
from app.services.load_records import visible_challenge
from app.web import search_views
from app.web.access import access
from app.web.context import actor, parts

bp = Blueprint("challenges", __name__)


@bp.get("/challenges")
@access("public")
def listing() -> ResponseReturnValue:
    """Search with facets."""
    return render_template("challenges/list.html", **search_views.context("challenge"))


@bp.get("/challenges/<int:challenge_id>")
@access("public")
def detail(challenge_id: int) -> ResponseReturnValue:
    """One challenge, for whoever may see it."""
    with parts().store.read() as work:
        challenge = visible_challenge(work, actor(), challenge_id)
        day, takes = today(work), may_submit(work, challenge)
    return render_template(
        "challenges/detail.html",
        challenge=challenge,
        days_left=(challenge.deadline - day).days if challenge.deadline else None,
        takes=takes,  # a challenge stays open for some minutes after its last day
        may_edit=may_edit_challenge(actor(), challenge),
        may_see_note=may_see_private_note(actor(), challenge),
    )
