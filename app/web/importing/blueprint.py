"""The blueprint that all pages of imports hang on, and what they share."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.services.importing import ImportOptions
from app.services.importing.run_import import start_run
from app.services.importing.runs import new_run
from app.services.importing.uploads import Upload, load_upload
from app.web.context import actor, parts

bp = Blueprint("importing", __name__, url_prefix="/import")


def kept_upload(token: str) -> Upload:
    """An upload of this person. Raises NotFound, Forbidden."""
    return load_upload(parts().settings.var, actor(), token)


def send_run(kept: Upload, options: ImportOptions, *, dry_run: bool) -> ResponseReturnValue:
    """Note the run, then tell the workers; a double click makes two runs, of which the second changes nothing."""
    made = new_run(kept, replace(options, dry_run=dry_run))
    with parts().store.write() as work:
        start_run(work, actor(), made)
    return redirect(url_for("importing.run", token=kept.token, run_id=made.id))
