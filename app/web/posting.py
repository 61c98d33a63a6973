"""Post a challenge and edit it; send it to the facilitator or take it back; close it; withdraw it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.records.challenges import Challenge
from app.records.store import Work
from app.services.access import may_edit_challenge, may_post_challenge
from app.services.actor import Actor
from app.services.challenges.challenge_data import ChallengeData, challenge_data
from app.services.challenges.move_challenge import close, legal_moves, reopen_for_edit, submit_for_review, withdraw
from app.services.challenges.save_challenge import save_challenge
from app.services.challenges.workshops import list_workshops
from app.services.load_records import load_organisation, own_challenge
from app.web import owner
from app.web.access import access
from app.web.context import actor, language, parts
from app.web.form_data import read_challenge, rows_to_show
from app.web.form_options import shared_options
from app.web.forms import fault_messages, save_form
from matching.errors import InvalidInput, NotFound

bp = Blueprint("posting", __name__)


@bp.route("/organisations/<int:organisation_id>/challenges/new", methods=["GET", "POST"])
@access("owner_member")
def new(organisation_id: int) -> ResponseReturnValue:
    """A new challenge, saved as a draft or sent to the facilitator."""
    with parts().store.read() as work:
        load_organisation(work, organisation_id)
    if not may_post_challenge(actor(), organisation_id):
        raise NotFound(f"organisation {organisation_id}")
    if request.method == "GET":
        blank = ChallengeData(organisation_id=organisation_id, original=actor().language, texts={})
        return _form(blank, None, {})
    return _save(read_challenge(organisation_id, {}), None)


@bp.route("/challenges/<int:challenge_id>/edit", methods=["GET", "POST"])
@access("owner_member")
def edit(challenge_id: int) -> ResponseReturnValue:
    """Change a challenge; an edit of an open one is an amendment."""
    challenge = _own(challenge_id)
    stored = challenge_data(challenge)
    if request.method == "GET":
        return _form(stored, challenge, {})
    kept = {"external_id": stored.external_id, "origin": stored.origin, "reopened": stored.reopened}
    return _save(read_challenge(challenge.organisation_id, kept), challenge)


@bp.post("/challenges/<int:challenge_id>/review")
@access("owner_member")
def review(challenge_id: int) -> ResponseReturnValue:
    """Send a draft to the facilitator."""
    return _move(challenge_id, submit_for_review, _("The challenge was sent to the facilitator."))


@bp.post("/challenges/<int:challenge_id>/draft")
@access("owner_member")
def back_to_draft(challenge_id: int) -> ResponseReturnValue:
    """Take it back from review."""
    return _move(challenge_id, reopen_for_edit, _("The challenge is a draft again."))


@bp.post("/challenges/<int:challenge_id>/close")
@access("owner_member")
def close_now(challenge_id: int) -> ResponseReturnValue:
    """Take no more submissions."""
    return _move(challenge_id, close, _("The challenge takes no more submissions."))


@bp.post("/challenges/<int:challenge_id>/withdraw")
@access("owner_member")
def take_back(challenge_id: int) -> ResponseReturnValue:
    """Withdraw a challenge with a public reason."""
    _own(challenge_id)
    reason = request.form.get("reason", "")
    try:
        with parts().store.write() as work:
            withdraw(work, actor(), challenge_id, reason)
    except InvalidInput as error:
        return owner.desk_page(challenge_id, fault_messages(error.faults), reason), 422
    flash(_("The challenge was withdrawn."))
    return redirect(url_for("owner.desk", challenge_id=challenge_id))


def _move(challenge_id: int, move: Callable[[Work, Actor, int], Challenge], done: str) -> ResponseReturnValue:
    _own(challenge_id)
    with parts().store.write() as work:
        move(work, actor(), challenge_id)
    flash(done)
    return redirect(url_for("owner.desk", challenge_id=challenge_id))


def _own(challenge_id: int) -> Challenge:
    with parts().store.read() as work:
        return own_challenge(work, actor(), challenge_id)


def _save(data: ChallengeData, challenge: Challenge | None) -> ResponseReturnValue:
    challenge_id = challenge.id if challenge is not None else None
    return save_form(
        page=partial(_form, data, challenge),
        save=lambda work, expected: save_challenge(
            work, actor(), data, challenge_id=challenge_id, expected_version=expected
        ),
        submit=submit_for_review,
        sent=_("The challenge was sent to the facilitator."),
        address=lambda saved_id: url_for("owner.desk", challenge_id=saved_id),
    )


def _form(data: ChallengeData, challenge: Challenge | None, errors: dict[str, str], *, stale: bool = False) -> str:
    with parts().store.read() as work:
        workshops = list_workshops(work)
    moves: list[Any] = list(legal_moves(actor(), challenge)) if challenge is not None else ["submit_for_review"]
    return render_template(
        "owner/challenge_form.html",
        data=data,
        challenge=challenge,
        errors=errors,
        stale=stale,
        workshop_options=[(row.code, row.title_fr if language() == "fr" else row.title_en) for row in workshops],
        may_review="submit_for_review" in moves,
        may_edit=challenge is None or may_edit_challenge(actor(), challenge),
        rows=rows_to_show("needs", len(data.needs), spare=2, least=4),
        **shared_options(data.technologies),
    )
