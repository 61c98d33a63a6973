"""Where an administrator starts: what waits, what failed, whether the indexes agree."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.services.administration.index_status import index_statuses
from app.services.administration.job_runs import backlog
from app.web.access import access
from app.web.administration.blueprint import bp
from app.web.context import actor, parts


@bp.get("/")
@access("administrator")
def index() -> ResponseReturnValue:
    """All at a glance."""
    statuses = index_statuses(parts(), actor())
    with parts().store.read() as work:
        waiting = backlog(work, actor())
    return render_template("administration/index.html", statuses=statuses, backlog=waiting)
