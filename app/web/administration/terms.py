"""Sectors and technologies: labels, synonyms, whether they are offered."""

from __future__ import annotations

from typing import cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.services.administration import manage_taxonomy as taxonomy
from app.services.administration.manage_taxonomy import TermData, TermKind
from app.web.access import access
from app.web.administration.blueprint import bp
from app.web.context import actor, parts
from app.web.forms import fault_messages, lines
from matching.errors import InvalidInput

KINDS = "any(sector,technology)"


@bp.get("/taxonomy")
@access("administrator")
def terms() -> ResponseReturnValue:
    """All sectors and technologies, with how many records name each."""
    with parts().store.read() as work:
        sectors = taxonomy.list_terms(work, actor(), "sector")
        technologies = taxonomy.list_terms(work, actor(), "technology")
        uses = taxonomy.uses(work, actor())
    return render_template("administration/terms.html", sectors=sectors, technologies=technologies, uses=uses)


@bp.route(f"/taxonomy/<{KINDS}:kind>/new", methods=["GET", "POST"])
@access("administrator")
def term_new(kind: str) -> ResponseReturnValue:
    """Add one."""
    if request.method == "GET":
        return _form(cast("TermKind", kind), TermData("", "", ""), {}, new=True)
    return _save(cast("TermKind", kind), request.form.get("code", ""), new=True)


@bp.route(f"/taxonomy/<{KINDS}:kind>/<code>", methods=["GET", "POST"])
@access("administrator")
def term(kind: str, code: str) -> ResponseReturnValue:
    """Change one."""
    with parts().store.read() as work:
        row = taxonomy.load_term(work, actor(), cast("TermKind", kind), code)
    if request.method == "POST":
        return _save(cast("TermKind", kind), code, new=False)
    names = ("label_fr", "label_en", "description_fr", "description_en", "position", "family", "active")
    given = {name: getattr(row, name) for name in names if hasattr(row, name)}
    data = TermData(code, **given, synonyms_fr=tuple(row.synonyms_fr), synonyms_en=tuple(row.synonyms_en))
    return _form(cast("TermKind", kind), data, {}, new=False)


def _save(kind: TermKind, code: str, *, new: bool) -> ResponseReturnValue:
    form = request.form
    data = TermData(
        code=code,
        label_fr=form.get("label_fr", ""),
        label_en=form.get("label_en", ""),
        synonyms_fr=tuple(lines("synonyms_fr")),
        synonyms_en=tuple(lines("synonyms_en")),
        description_fr=form.get("description_fr", ""),
        description_en=form.get("description_en", ""),
        position=form.get("position", ""),
        family=form.get("family", ""),
        active=form.get("active") == "yes",
    )
    try:
        with parts().store.write() as work:
            changed = taxonomy.save_term(work, actor(), kind, data, new=new)
    except InvalidInput as error:
        return _form(kind, data, fault_messages(error.faults), new=new), 422
    flash(_("Saved.") if changed else _("Nothing changed."))
    return redirect(url_for("admin.terms"))


def _form(kind: TermKind, data: TermData, errors: dict[str, str], *, new: bool) -> str:
    with parts().store.read() as work:
        families = [name for name in taxonomy.families(work, actor()) if name]
        used = taxonomy.uses(work, actor())[data.code]
    return render_template(
        "administration/term.html", kind=kind, data=data, errors=errors, new=new, families=families, used=used
    )
