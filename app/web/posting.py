"""Post a challenge and edit it; send it to the facilitator; withdraw it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.records.accounts import Organisation
from app.records.challenges import Challenge
from app.services.access import may_edit_challenge, may_post_challenge, may_see_private_note
from app.services.challenge_data import ChallengeData, challenge_data
from app.services.move_challenge import legal_moves, submit_for_review, withdraw
from app.services.save_challenge import save_challenge
from app.services.workshops import list_workshops
from app.web.access import access
from app.web.context import actor, parts
from app.web.form_data import read_challenge
from app.web.forms import fault_messages
from app.web.taxonomy import sectors, technologies
from matching.errors import InvalidInput, NotFound

bp = Blueprint("posting", __name__)


@bp.route("/organisations/<int:organisation_id>/challenges/new", methods=["GET", "POST"])
@access("owner_member")
def new(organisation_id: int) -> ResponseReturnValue:
    """A new challenge, saved as a draft or sent to the facilitator."""
    with parts().store.read() as work:
        organisation = work.session.get(Organisation, organisation_id)
    if organisation is None or not may_post_challenge(actor(), organisation_id):
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
    with parts().store.write() as work:
        submit_for_review(work, actor(), challenge_id)
    flash(_("The challenge was sent to the facilitator."))
    return redirect(url_for("owner.desk", challenge_id=challenge_id))


@bp.post("/challenges/<int:challenge_id>/withdraw")
@access("owner_member")
def take_back(challenge_id: int) -> ResponseReturnValue:
    """Withdraw a challenge with a public reason."""
    try:
        with parts().store.write() as work:
            withdraw(work, actor(), challenge_id, request.form.get("reason", ""))
    except InvalidInput as error:
        flash(" ".join(fault_messages(error.faults).values()), "error")
        return redirect(url_for("owner.desk", challenge_id=challenge_id))
    flash(_("The challenge was withdrawn."))
    return redirect(url_for("owner.desk", challenge_id=challenge_id))


def _own(challenge_id: int) -> Challenge:
    with parts().store.read() as work:
        challenge = work.session.get(Challenge, challenge_id)
    if challenge is None or not may_see_private_note(actor(), challenge):
        raise NotFound(f"challenge {challenge_id}")
    return challenge


def _save(data: ChallengeData, challenge: Challenge | None) -> ResponseReturnValue:
    expected = request.form.get("version", type=int)
    challenge_id = challenge.id if challenge is not None else None
    try:
        with parts().store.write() as work:
            saved = save_challenge(work, actor(), data, challenge_id=challenge_id, expected_version=expected)
            if request.form.get("then") == "review":
                submit_for_review(work, actor(), saved.id)
    except InvalidInput as error:
        return _form(data, challenge, fault_messages(error.faults)), 422
    for field, text in fault_messages(saved.warnings).items():
        flash(f"{text} ({field})", "warning")
    flash(_("Nothing changed.") if saved.outcome == "unchanged" else _("Saved."))
    return redirect(url_for("owner.desk", challenge_id=saved.id))


def _form(data: ChallengeData, challenge: Challenge | None, errors: dict[str, str]) -> str:
    with parts().store.read() as work:
        workshops = list_workshops(work)
    moves: list[Any] = list(legal_moves(actor(), challenge)) if challenge is not None else ["submit_for_review"]
    return render_template(
        "owner/challenge_form.html",
        data=data,
        challenge=challenge,
        errors=errors,
        sectors=sectors(),
        technologies=technologies(),
        workshops=workshops,
        may_review="submit_for_review" in moves,
        may_edit=challenge is None or may_edit_challenge(actor(), challenge),
        rows=max(len(data.needs) + 2, 4),
    )
