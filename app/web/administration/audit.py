"""Who did what, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.services.administration.admin_labels import INDEXES, ROLES
from app.services.administration.read_audit import AuditFilter, audit_choices, names_of, read_audit
from app.services.choices import CHALLENGE_STATUS, REASONS, Labelled
from app.services.paging import Page
from app.web.access import access
from app.web.administration.blueprint import bp, named, page_links, page_number
from app.web.context import actor, language, parts
from app.web.field_labels import field_label
from app.web.forms import fault_messages
from matching.errors import InvalidInput

# Of the details that hold codes: where their labels are.
CODES: Mapping[str, Labelled] = {
    "state": CHALLENGE_STATUS,
    "reason": REASONS,
    "role": ROLES,
    "roles": ROLES,
    "kind": {**INDEXES, "challenges": INDEXES["challenge"], "firms": INDEXES["firm"]},  # an import names them so
}
FILTERS = ("action", "object_kind", "object_id", "who", "since", "until")


@bp.get("/audit")
@access("administrator")
def audit_log() -> ResponseReturnValue:
    """Entries by action, object, person and day, the newest first."""
    wanted = AuditFilter(**{name: request.args.get(name, "") for name in FILTERS})
    errors: dict[str, str] = {}
    page: Page[Any] = Page([], 0, 1)
    names: dict[int, str] = {}
    with parts().store.read() as work:
        actions, kinds = audit_choices(work, actor())
        try:
            found = read_audit(work, actor(), wanted, page_number())
            page, names = found, names_of(work, actor(), found.rows)
        except InvalidInput as error:
            errors = fault_messages(error.faults)
    shown = render_template(
        "administration/audit.html",
        page=page,
        links=page_links(page),
        names=names,
        wanted=wanted,
        actions=actions,
        kinds=kinds,
        errors=errors,
        details=_details,
    )
    return shown, 422 if errors else 200


def _details(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What an entry says besides, as pairs of label and text; what says nothing is left out."""
    rest = {name: value for name, value in detail.items() if name not in ("before", "after")}
    shown = [(named("DETAILS", name), _text(name, value)) for name, value in rest.items()]
    if "before" in detail and "after" in detail:
        moved = f"{_text('state', detail['before'])} → {_text('state', detail['after'])}"
        shown.insert(0, (named("DETAILS", "state"), moved))
    return [(label, text) for label, text in shown if text]


def _text(name: str, value: Any) -> str:
    """Codes as their labels, names of fields as forms call them, lists with commas."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(name, one) for one in value)
    if name == "changed":
        return field_label(str(value))
    known = CODES.get(name, {}).get(str(value), {})
    return known.get(language(), str(value))
