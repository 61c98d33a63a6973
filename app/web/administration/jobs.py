"""What the workers did, what waits, and another try."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.services.administration import job_runs
from app.web.access import access
from app.web.administration.blueprint import bp, page_links, page_number
from app.web.context import actor, parts
from matching.errors import IllegalMove

FILTERS = ("state", "job", "key")


@bp.get("/jobs")
@access("administrator")
def jobs() -> ResponseReturnValue:
    """Runs by state and job, the newest first."""
    wanted = {name: request.args.get(name, "") for name in FILTERS}
    with parts().store.read() as work:
        page = job_runs.list_runs(
            work, actor(), state=wanted["state"], job=wanted["job"], key=wanted["key"], page=page_number()
        )
        retryable = job_runs.retryable_of(work, actor(), page.rows)
        names = job_runs.job_names(work, actor())
        waiting = job_runs.backlog(work, actor())
    return render_template(
        "administration/jobs.html",
        page=page,
        links=page_links(page),
        wanted=wanted,
        names=names,
        states=job_runs.STATES,
        backlog=waiting,
        retryable=retryable,
        place=_place(),
    )


@bp.post("/jobs/<int:run_id>/retry")
@access("administrator")
def job_retry(run_id: int) -> ResponseReturnValue:
    """Send the message of a run again."""
    try:
        job_runs.retry_run(parts(), actor(), run_id)
    except IllegalMove:
        flash(_("This run cannot be sent again: it did not fail, or its message is gone."), "error")
    else:
        flash(_("The job was sent again."))
    return redirect(url_for("admin.jobs", **_place()))


def _place() -> dict[str, Any]:
    """The list as it was narrowed and paged to: a retry leads back there."""
    return {name: request.args[name] for name in (*FILTERS, "page") if request.args.get(name)}
