"""Pages of the files: send one, say which column means what, begin its dry run, delete it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge

from app.services.access import may_import
from app.services.faults import message
from app.services.importing import ImportOptions, profiles
from app.services.importing.fields import fields_of
from app.services.importing.run_import import is_under_way
from app.services.importing.runs import Progress, Run, load_run, progress_of, run_ids
from app.services.importing.uploads import KINDS, Upload, delete_upload, keep_upload, list_uploads
from app.web import errors
from app.web.access import access
from app.web.context import actor, language, parts
from app.web.forms import fault_messages
from app.web.import_form import DATE_FORMATS, Column, chosen_fields, columns_of, first_choice, read_options
from app.web.importing.blueprint import bp, kept_upload, send_run
from matching.errors import InvalidInput


@bp.get("/")
@access("facilitator")
def index() -> ResponseReturnValue:
    """Send a file, or go back to one that was sent."""
    return _start({}, request.args.get("kind", ""))


@bp.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Say so beside the field. Such a request is refused unread, before it is known who sent it."""
    errors.know_the_reader()
    if not may_import(actor()):
        return errors.page(413)
    return _start({"file": message("file_too_large", language())}, request.args.get("kind", "")), 413


@bp.post("/")
@access("facilitator")
def upload() -> ResponseReturnValue:
    """Keep a file and show its columns."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return _start(fault_messages({"file": "required"}), request.form.get("kind", "")), 422
    try:
        with parts().store.read() as work:
            now = work.now
        var, kind = parts().settings.var, request.form.get("kind", "")
        kept = keep_upload(var, actor(), kind, given.filename, given.stream.read(), now)
    except InvalidInput as error:
        return _start(fault_messages(error.faults), request.form.get("kind", "")), 422
    return redirect(url_for("importing.columns", token=kept.token))


@bp.get("/<token>")
@access("facilitator")
def columns(token: str) -> ResponseReturnValue:
    """The columns with a suggested field each."""
    kept = kept_upload(token)
    found = columns_of(kept)
    options, profile, chosen = first_choice(kept, list(found), request.args.get("profile"))
    return _columns_page(kept, found, chosen, options, profile, {})


@bp.post("/<token>")
@access("facilitator")
def begin(token: str) -> ResponseReturnValue:
    """Start the dry run with the columns as they were chosen."""
    kept = kept_upload(token)
    found = columns_of(kept)
    try:
        options = read_options(kept, list(found))
    except InvalidInput as error:
        tried = ImportOptions()
        errors = fault_messages(error.faults)
        page = _columns_page(kept, found, chosen_fields(list(found)), tried, request.form.get("profile", ""), errors)
        return page, 422
    return send_run(kept, options, dry_run=True)


@bp.post("/<token>/delete")
@access("facilitator")
def delete(token: str) -> ResponseReturnValue:
    """Delete the file at once; what was imported stays."""
    kept = kept_upload(token)
    with parts().store.read() as work:
        busy = any(is_under_way(work, load_run(kept, run_id)) for run_id in run_ids(kept))
    if busy:
        flash(_("An import of this file is under way. Wait until it is done."), "error")
    else:
        delete_upload(kept)
        flash(_("The file was deleted. What was imported stays."))
    return redirect(url_for("importing.index"))


def _start(faults: dict[str, str], kind: str) -> str:
    kept = list_uploads(parts().settings.var, actor())
    runs: dict[str, list[tuple[Run, Progress]]] = {
        one.token: [(loaded, progress_of(loaded)) for loaded in (load_run(one, run_id) for run_id in run_ids(one))]
        for one in kept
    }
    return render_template("importing/start.html", errors=faults, uploads=kept, runs=runs, kind=kind or KINDS[0])


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
