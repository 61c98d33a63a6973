"""Facilitators import challenges and firms: a file, which column means what, a dry run, then the import as a job."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.services.faults import message
from app.services.importing import ImportOptions, profiles
from app.services.importing.fields import fields_of
from app.services.importing.run_import import is_under_way, run_state, start_run
from app.services.importing.uploads import (
    KINDS,
    Progress,
    Run,
    Upload,
    delete_upload,
    keep_upload,
    list_uploads,
    load_run,
    load_upload,
    new_run,
    progress_of,
)
from app.web.access import access
from app.web.context import actor, language, parts
from app.web.forms import fault_messages
from app.web.import_form import DATE_FORMATS, Column, chosen_fields, columns_of, first_choice, read_options
from matching.errors import InvalidInput

bp = Blueprint("importing", __name__, url_prefix="/import")
NOTES_SHOWN = 50


@bp.get("/")
@access("facilitator")
def index() -> ResponseReturnValue:
    """Send a file, or go back to one that was sent."""
    return _start({})


@bp.post("/")
@access("facilitator")
def upload() -> ResponseReturnValue:
    """Keep a file and show its columns."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return _start(fault_messages({"file": "required"})), 422
    try:
        with parts().store.read() as work:
            now = work.now
        var, kind = parts().settings.var, request.form.get("kind", "")
        kept = keep_upload(var, actor(), kind, given.filename, given.stream.read(), now)
    except InvalidInput as error:
        return _start(fault_messages(error.faults)), 422
    return redirect(url_for("importing.columns", token=kept.token))


@bp.get("/<token>")
@access("facilitator")
def columns(token: str) -> ResponseReturnValue:
    """The columns with a suggested field each."""
    kept = _upload(token)
    found = columns_of(kept)
    options, profile, chosen = first_choice(kept, list(found), request.args.get("profile"))
    return _columns_page(kept, found, chosen, options, profile, {})


@bp.post("/<token>")
@access("facilitator")
def begin(token: str) -> ResponseReturnValue:
    """Start the dry run with the columns as they were chosen."""
    kept = _upload(token)
    found = columns_of(kept)
    try:
        options = read_options(kept, list(found))
    except InvalidInput as error:
        tried = ImportOptions()
        errors = fault_messages(error.faults)
        page = _columns_page(kept, found, chosen_fields(list(found)), tried, request.form.get("profile", ""), errors)
        return page, 422
    return _send(kept, options, dry_run=True)


@bp.get("/<token>/runs/<run_id>")
@access("facilitator")
def run(token: str, run_id: str) -> ResponseReturnValue:
    """How far a run is; then what it did, row by row where something was wrong."""
    one = load_run(_upload(token), run_id)
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
    one = load_run(_upload(token), run_id)
    progress = progress_of(one)
    state, _cause = _state(one, progress)
    return {"state": state, "done": progress.done, "total": progress.total}


@bp.post("/<token>/runs/<run_id>")
@access("facilitator")
def confirm(token: str, run_id: str) -> ResponseReturnValue:
    """Import for good what a dry run tried."""
    one = load_run(_upload(token), run_id)
    return _send(one.upload, one.options, dry_run=False)


@bp.get("/<token>/runs/<run_id>/report.csv")
@access("facilitator")
def report(token: str, run_id: str) -> ResponseReturnValue:
    """Every fault and warning, one a line."""
    one = load_run(_upload(token), run_id)
    text = "\ufeff" + progress_of(one).report.to_csv(language())  # the mark by which spreadsheets know UTF-8
    headers = {"Content-Disposition": f'attachment; filename="import-{one.id}.csv"'}
    return Response(text, mimetype="text/csv", headers=headers)


@bp.post("/<token>/delete")
@access("facilitator")
def delete(token: str) -> ResponseReturnValue:
    """Delete the file at once; what was imported stays."""
    kept = _upload(token)
    with parts().store.read() as work:
        busy = any(is_under_way(work, load_run(kept, run_id)) for run_id in kept.runs())
    if busy:
        flash(_("An import of this file is under way. Wait until it is done."), "error")
    else:
        delete_upload(kept)
        flash(_("The file was deleted. What was imported stays."))
    return redirect(url_for("importing.index"))


def _upload(token: str) -> Upload:
    return load_upload(parts().settings.var, actor(), token)


def _send(kept: Upload, options: ImportOptions, *, dry_run: bool) -> ResponseReturnValue:
    """Note the run, then tell the workers; a double click makes two runs, of which the second changes nothing."""
    made = new_run(kept, _with(options, dry_run=dry_run))
    with parts().store.write() as work:
        start_run(work, actor(), made)
    return redirect(url_for("importing.run", token=kept.token, run_id=made.id))


def _with(options: ImportOptions, *, dry_run: bool) -> ImportOptions:
    return ImportOptions(
        mapping=options.mapping,
        dry_run=dry_run,
        publish=options.publish,
        reopen=options.reopen,
        language=options.language,
    )


def _state(one: Run, progress: Progress) -> tuple[str, str | None]:
    """Finished, or what the newest job says."""
    if progress.finished:
        return "finished", None
    with parts().store.read() as work:
        return run_state(work, one)


def _start(errors: dict[str, str]) -> str:
    kept = list_uploads(parts().settings.var, actor())
    runs: dict[str, list[tuple[Run, Progress]]] = {
        one.token: [(loaded, progress_of(loaded)) for loaded in (load_run(one, run_id) for run_id in one.runs())]
        for one in kept
    }
    kind = request.form.get("kind", request.args.get("kind", KINDS[0]))
    return render_template("importing/start.html", errors=errors, uploads=kept, runs=runs, kind=kind)


def _columns_page(
    kept: Upload,
    found: dict[str, tuple[str, ...]],
    chosen: list[str],
    options: ImportOptions,
    profile: str,
    errors: dict[str, str],
) -> str:
    rows: list[Column] = [Column(*row) for row in zip(found, found.values(), chosen, strict=True)]
    form: dict[str, Any] = {
        "prefix": options.mapping.prefixes.get("external_id", ""),
        "dates": next((own for own in options.mapping.dates if own in DATE_FORMATS), ""),
        "language": "",
        "publish": "yes" if options.publish else "",
        "reopen": "",
        "skip_unknown": "yes" if options.mapping.skip_unknown else "",
        "shorten": "yes" if options.mapping.shorten else "",
    }
    if request.method == "POST":
        form = {name: request.form.get(name, "") for name in form}
    return render_template(
        "importing/columns.html",
        upload=kept,
        rows=rows,
        options=[(field.code, field.fr if language() == "fr" else field.en) for field in fields_of(kept.kind)],
        form=form,
        profile=profile,
        profiles=profiles(),
        date_formats=DATE_FORMATS,
        errors=errors,
    )
