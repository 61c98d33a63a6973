"""Pages of a dry run or an import: how far it is, what it did, its report."""

from __future__ import annotations

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from app.services.faults import message
from app.services.importing.run_import import run_state
from app.services.importing.runs import Progress, Run, load_run, progress_of
from app.web.access import access
from app.web.context import language, parts
from app.web.importing.blueprint import bp, kept_upload, send_run

NOTES_SHOWN = 50


@bp.get("/<token>/runs/<run_id>")
@access("facilitator")
def run(token: str, run_id: str) -> ResponseReturnValue:
    """How far a run is; then what it did, row by row where something was wrong."""
    one = load_run(kept_upload(token), run_id)
    progress = progress_of(one)
    state, cause = _state(one, progress)
    return render_template(
        "importing/run.html",
        run=one,
        upload=one.upload,
        progress=progress,
        state=state,
        cause=message(progress.fault, language()) if progress.fault else cause,
        notes=progress.report.notes[:NOTES_SHOWN],
        text_of=lambda code: message(code, language()),
    )


@bp.get("/<token>/runs/<run_id>/progress")
@access("facilitator")
def run_progress(token: str, run_id: str) -> ResponseReturnValue:
    """For the script of the page."""
    one = load_run(kept_upload(token), run_id)
    progress = progress_of(one)
    state, _cause = _state(one, progress)
    return {"state": state, "done": progress.done, "total": progress.total}


@bp.post("/<token>/runs/<run_id>")
@access("facilitator")
def confirm(token: str, run_id: str) -> ResponseReturnValue:
    """Import for good what a dry run tried."""
    one = load_run(kept_upload(token), run_id)
    return send_run(one.upload, one.options, dry_run=False)


@bp.get("/<token>/runs/<run_id>/report.csv")
@access("facilitator")
def report(token: str, run_id: str) -> ResponseReturnValue:
    """Every fault and warning, one a line."""
    one = load_run(kept_upload(token), run_id)
    text = "\ufeff" + progress_of(one).report.to_csv(language())  # the mark by which spreadsheets know UTF-8
    headers = {"Content-Disposition": f'attachment; filename="import-{one.id}.csv"'}
    return Response(text, mimetype="text/csv", headers=headers)


def _state(one: Run, progress: Progress) -> tuple[str, str | None]:
    """Finished, or what the newest job says."""
    if progress.finished:
        return "finished", None
    with parts().store.read() as work:
        return run_state(work, one)
