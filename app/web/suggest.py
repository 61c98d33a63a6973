"""Completion of what is typed into the search box."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.services.index.kinds import Kind
from app.services.search.search_records import complete_search
from app.web.access import access
from app.web.context import parts
from matching.errors import Unavailable

bp = Blueprint("suggest", __name__)

SHOWN = 8
KINDS: dict[str, Kind] = {"challenges": "challenge", "firms": "firm"}


@bp.get("/suggest/<any(challenges,firms):what>")
@access("public")
def words(what: str) -> ResponseReturnValue:
    """The typed text with its last word completed; nothing where the engine does not answer."""
    text = request.args.get("q", "").replace("\x00", "")[:200]
    try:
        found = complete_search(parts(), KINDS[what], text, SHOWN)
    except Unavailable:
        found = []
    return {"suggestions": found}
