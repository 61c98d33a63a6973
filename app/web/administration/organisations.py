"""Organisations of one name: compared, and merged after a look at what moves."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.services.administration.merge_organisations import merge_organisations, plan_merge
from app.services.administration.same_names import same_names
from app.services.faults import message
from app.web.access import access
from app.web.administration.blueprint import bp
from app.web.context import actor, language, parts
from matching.errors import InvalidInput

LARGEST_ID = 2**31 - 1  # of the databases' integers


@bp.get("/organisations")
@access("administrator")
def organisations() -> ResponseReturnValue:
    """Groups of organisations that carry one name."""
    with parts().store.read() as work:
        groups = same_names(work, actor())
    return render_template("administration/organisations.html", groups=groups)


@bp.get("/organisations/merge")
@access("administrator")
def organisation_merge() -> ResponseReturnValue:
    """What a merge would move, and the button that does it."""
    return _plan(_chosen("kept"), _chosen("other"))


@bp.post("/organisations/merge")
@access("administrator")
def organisation_merged() -> ResponseReturnValue:
    """Merge."""
    kept_id, other_id = _chosen("kept"), _chosen("other")
    try:
        with parts().store.write() as work:
            merge_organisations(work, actor(), kept_id, other_id)
    except InvalidInput:
        return _plan(kept_id, other_id), 422  # which says why, as before the button was pressed
    flash(_("The two organisations are one now. The workers bring the index and the matches up to date."))
    return redirect(url_for("admin.organisations"))


def _plan(kept_id: int, other_id: int) -> str:
    with parts().store.read() as work:
        plan = plan_merge(work, actor(), kept_id, other_id)
    refusal = message(plan.refusal, language()) if plan.refusal else None
    return render_template("administration/organisation_merge.html", plan=plan, refusal=refusal)


def _chosen(name: str) -> int:
    """The number of an organisation; where none was chosen there is no such page."""
    number = request.values.get(name, 0, type=int)
    return number if 0 < number <= LARGEST_ID else abort(404)
