"""Whether the indexes hold what the database holds."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.services.administration.index_status import index_statuses
from app.services.index.index_jobs import ask_for_index_work
from app.web.access import access
from app.web.administration.blueprint import bp
from app.web.context import actor, parts
from matching.errors import IllegalMove, InvalidInput, NotFound


@bp.get("/indexes")
@access("administrator")
def indexes() -> ResponseReturnValue:
    """Build, counts, drift, and what the engine refused, for each index."""
    return render_template("administration/indexes.html", statuses=index_statuses(parts(), actor()))


@bp.post("/indexes/<kind>")
@access("administrator")
def index_work(kind: str) -> ResponseReturnValue:
    """Send a sweep or a rebuild to the workers."""
    try:
        with parts().store.write() as work:
            ask_for_index_work(work, actor(), kind, request.form.get("what", ""))
    except InvalidInput as error:
        raise NotFound(kind) from error
    except IllegalMove:
        flash(_("This is under way already."), "warning")
    else:
        flash(_("The workers were told. The figures change as they get on."))
    return redirect(url_for("admin.indexes"))
