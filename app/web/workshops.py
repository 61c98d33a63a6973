"""Workshops, for facilitators: list, create, edit."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.records.taxonomy import Workshop
from app.services.challenges.workshops import (
    WorkshopData,
    challenge_counts,
    list_workshops,
    load_workshop,
    save_workshop,
)
from app.web.access import access
from app.web.context import actor, parts
from app.web.forms import fault_messages
from matching.errors import InvalidInput

bp = Blueprint("workshops", __name__)


@bp.get("/facilitation/workshops")
@access("facilitator")
def listing() -> ResponseReturnValue:
    """All workshops, the newest first."""
    with parts().store.read() as work:
        rows, counts = list_workshops(work), challenge_counts(work)
    return render_template("facilitation/workshops.html", rows=rows, counts=counts)


@bp.route("/facilitation/workshops/new", methods=["GET", "POST"])
@access("facilitator")
def new() -> ResponseReturnValue:
    """A new workshop."""
    if request.method == "GET":
        return _form(WorkshopData("", "", ""), None, {})
    return _save(_typed(request.form.get("code", "")), None)


@bp.route("/facilitation/workshops/<code>", methods=["GET", "POST"])
@access("facilitator")
def edit(code: str) -> ResponseReturnValue:
    """Change a workshop; its code stays, because addresses hold it."""
    with parts().store.read() as work:
        workshop = load_workshop(work, code)
    if request.method == "GET":
        stored = WorkshopData(code, workshop.title_fr, workshop.title_en, workshop.held_on, workshop.place)
        return _form(stored, workshop, {})
    return _save(_typed(code), workshop)


def _typed(code: str) -> WorkshopData:
    form = request.form
    return WorkshopData(
        code, form.get("title_fr", ""), form.get("title_en", ""), form.get("held_on") or None, form.get("place")
    )


def _save(data: WorkshopData, workshop: Workshop | None) -> ResponseReturnValue:
    try:
        with parts().store.write() as work:
            save_workshop(work, actor(), data, new=workshop is None)
    except InvalidInput as error:
        return _form(data, workshop, fault_messages(error.faults)), 422
    flash(_("Saved."))
    return redirect(url_for("workshops.listing"), 303)


def _form(data: WorkshopData, workshop: Workshop | None, errors: dict[str, str]) -> str:
    return render_template("facilitation/workshop_form.html", data=data, workshop=workshop, errors=errors)
