"""Moderation: challenges and firms that wait to be published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.services.challenges import move_challenge
from app.services.facilitation.moderation import challenge_dossier, firm_dossier, waiting
from app.services.firms import move_firm
from app.web.access import access
from app.web.context import actor, parts
from app.web.forms import fault_messages
from matching.errors import IllegalMove, InvalidInput, StaleDecision

bp = Blueprint("moderation", __name__)


@bp.get("/facilitation/moderation")
@access("facilitator")
def queue() -> ResponseReturnValue:
    """What waits, the longest first."""
    with parts().store.read() as work:
        found = waiting(work, actor())
    return render_template("facilitation/moderation.html", waiting=found)


@bp.get("/facilitation/moderation/challenges/<int:challenge_id>")
@access("facilitator")
def challenge(challenge_id: int) -> ResponseReturnValue:
    """One challenge in full."""
    return _challenge_page(challenge_id)


@bp.get("/facilitation/moderation/firms/<int:firm_id>")
@access("facilitator")
def firm(firm_id: int) -> ResponseReturnValue:
    """One firm in full."""
    return _firm_page(firm_id)


@bp.post("/facilitation/moderation/challenges/<int:challenge_id>")
@access("facilitator")
def decide_challenge(challenge_id: int) -> ResponseReturnValue:
    """Publish a challenge, or ask for changes."""
    return _decide(challenge_id, move_challenge.publish, move_challenge.request_changes, _challenge_page)


@bp.post("/facilitation/moderation/firms/<int:firm_id>")
@access("facilitator")
def decide_firm(firm_id: int) -> ResponseReturnValue:
    """Publish a firm's profile, or ask for changes."""
    return _decide(firm_id, move_firm.publish, move_firm.request_changes, _firm_page)


def _decide(
    record_id: int, publish: Callable[..., object], request_changes: Callable[..., object], page: Callable[..., str]
) -> ResponseReturnValue:
    published, expected = request.form.get("move") == "publish", request.form.get("version", type=int)
    try:
        with parts().store.write() as work:
            if published:
                publish(work, actor(), record_id, expected_version=expected)
            else:
                note = request.form.get("note", "")
                request_changes(work, actor(), record_id, note, expected_version=expected)
    except InvalidInput as error:
        return page(record_id, errors=fault_messages(error.faults)), 422
    except StaleDecision:
        text = _("The text was changed since you opened it. Below is how it is now; your decision was not saved.")
        return page(record_id, problem=text), 409
    except IllegalMove:
        return page(record_id, problem=_("This cannot be done in its present state. Below is how it is now.")), 409
    flash(_("Published.") if published else _("Changes were asked for; the note is shown to the authors."))
    return redirect(url_for("moderation.queue"), 303)


def _challenge_page(challenge_id: int, **problem: Any) -> str:
    with parts().store.read() as work:
        dossier = challenge_dossier(work, actor(), challenge_id)
    moves = move_challenge.legal_moves(actor(), dossier.challenge)
    return _page("facilitation/moderate_challenge.html", dossier=dossier, moves=moves, **problem)


def _firm_page(firm_id: int, **problem: Any) -> str:
    with parts().store.read() as work:
        dossier = firm_dossier(work, actor(), firm_id)
    return _page(
        "facilitation/moderate_firm.html",
        dossier=dossier,
        moves=move_firm.legal_moves(actor(), dossier.firm),
        **problem,
    )


def _page(template: str, *, errors: dict[str, str] | None = None, problem: str | None = None, **values: Any) -> str:
    return render_template(template, errors=errors or {}, problem=problem, typed=request.form, **values)
