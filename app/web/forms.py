"""What forms share: saving them, errors of services beside their fields, lines and numbers as they were typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.records.store import Work
from app.services.actor import Actor
from app.services.faults import message
from app.services.saving import Saved
from app.web.context import actor, language, parts
from app.web.field_labels import field_label
from matching.errors import InvalidInput, StaleDecision


def fault_messages(faults: Mapping[str, str]) -> dict[str, str]:
    """Cause codes → sentences in the reader's language, in the order of the form that was sent.

    A summary of faults is read from top to bottom beside its form; checks have an order of their own.
    """
    places = {name: place for place, name in enumerate(request.form)}
    order = sorted(faults, key=lambda field: places.get(field, len(places)))
    return {field: message(faults[field], language()) for field in order}


def flash_warnings(warnings: Mapping[str, str]) -> None:
    """What was saved all the same, shown with the name of its field on the next page."""
    for field, text in fault_messages(warnings).items():
        flash(f"{field_label(field)} — {text}", "warning")


def save_form(
    page: Callable[..., str],
    save: Callable[[Work, int | None], Saved],
    submit: Callable[[Work, Actor, int], object],
    sent: str,
    address: Callable[[int], str],
) -> ResponseReturnValue:
    """Save what was filled in, and send it to the facilitator where that was asked for.

    `page(errors, stale=...)` shows the form again, `save` gets the version that the form was made of, `submit` the id
    of what was saved; `sent` tells that it was sent; `address` is where a saved record is shown.
    """
    then = request.form.get("then")
    if then == "more":
        return page({})
    try:
        with parts().store.write() as work:
            saved = save(work, request.form.get("version", type=int))
            if then == "review":
                submit(work, actor(), saved.id)
    except InvalidInput as error:
        return page(fault_messages(error.faults)), 422
    except StaleDecision:
        return page({}, stale=True), 409
    flash_warnings(saved.warnings)
    if then == "review":
        flash(sent)
    else:
        flash(_("Nothing changed.") if saved.outcome == "unchanged" else _("Saved."))
    return redirect(address(saved.id))


def lines(name: str) -> list[str]:
    """A text area with one item a line."""
    return [line.strip() for line in request.form.get(name, "").splitlines() if line.strip()]


def number(name: str) -> Any:
    """A whole number, None where empty, or the text itself, which the service then refuses beside the field."""
    text = request.form.get(name, "").replace("\u00a0", "").replace(" ", "").strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        return text
