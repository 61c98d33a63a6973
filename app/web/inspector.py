"""Why this pair, or why not: a challenge and a firm, with what excludes them and their score."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.services.suggestions.inspect_pair import Inspection, Named, find_named, inspect_pair
from app.web.access import access
from app.web.context import actor, parts
from matching.errors import Unavailable

bp = Blueprint("inspector", __name__)
LONGEST_TEXT = 200


@bp.get("/facilitation/why")
@access("facilitator")
def why() -> ResponseReturnValue:
    """Each side is an id or a few words of its name; several that fit are offered as a choice."""
    typed = {side: request.args.get(side, "").replace("\x00", " ")[:LONGEST_TEXT] for side in ("challenge", "firm")}
    found: dict[str, list[Named]] = {}
    with parts().store.read() as work:
        if typed["challenge"].strip():
            found["challenge"] = list(find_named(work, actor(), "challenge", typed["challenge"]))
        if typed["firm"].strip():
            found["firm"] = list(find_named(work, actor(), "firm", typed["firm"]))
    chosen = {side: rows[0] for side, rows in found.items() if len(rows) == 1}
    inspection: Inspection | None = None
    unavailable = False
    if len(chosen) == 2:
        try:
            inspection = inspect_pair(parts(), actor(), chosen["challenge"].id, chosen["firm"].id)
        except Unavailable:
            unavailable = True
    page = render_template(
        "facilitation/why.html",
        typed=typed,
        found=found,
        chosen=chosen,
        inspection=inspection,
        unavailable=unavailable,
    )
    return page, (503 if unavailable else 200)
