"""A firm's submissions."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.matches import Submission
from app.services.access import may_see_challenge
from app.services.recommended import firm_of
from app.services.submit_solution import (
    EDITABLE,
    SubmissionData,
    find_submission,
    may_submit,
    save_submission,
    submissions_of,
    withdraw_submission,
)
from app.web.access import access
from app.web.context import actor, parts
from app.web.form_data import read_submission
from app.web.forms import fault_messages
from matching.errors import InvalidInput, NotFound

bp = Blueprint("submissions", __name__)


@bp.get("/organisations/<int:organisation_id>/submissions")
@access("firm_member")
def mine(organisation_id: int) -> ResponseReturnValue:
    """What the firm has submitted, and where it stands."""
    with parts().store.read() as work:
        firm = firm_of(work, actor(), organisation_id)
        rows = submissions_of(work, firm.id) if firm is not None else []
    return render_template("firm_space/submissions.html", firm=firm, rows=rows)


@bp.route("/challenges/<int:challenge_id>/submit", methods=["GET", "POST"])
@access("firm_member")
def answer(challenge_id: int) -> ResponseReturnValue:
    """The form of a submission: saved as a draft or submitted."""
    with parts().store.read() as work:
        challenge = work.session.get(Challenge, challenge_id)
        if challenge is None or not may_see_challenge(actor(), challenge):
            raise NotFound(f"challenge {challenge_id}")
        firms = work.session.scalars(
            select(FirmProfile).where(FirmProfile.organisation_id.in_(actor().organisation_ids))
        ).all()
        wanted = request.values.get("firm", type=int)
        firm = next((one for one in firms if one.id == wanted), firms[0] if firms else None)
        stored = find_submission(work, firm.id, challenge_id) if firm is not None else None
        is_open = may_submit(work, challenge)
    data = _stored_data(stored)
    errors: dict[str, str] = {}
    if request.method == "POST" and firm is not None:
        data = read_submission([need.id for need in challenge.needs])
        submit = request.form.get("then") == "submit"
        try:
            with parts().store.write() as work:
                save_submission(
                    work,
                    actor(),
                    firm.id,
                    challenge_id,
                    data,
                    submit=submit,
                    expected_version=request.form.get("version", type=int),
                )
        except InvalidInput as error:
            errors = fault_messages(error.faults)
        else:
            flash(_("Your solution was submitted.") if submit else _("Saved."))
            return redirect(url_for("submissions.mine", organisation_id=firm.organisation_id))
    page = render_template(
        "firm_space/submit.html",
        challenge=challenge,
        firm=firm,
        firms=firms,
        data=data,
        stored=stored,
        errors=errors,
        is_open=is_open and (stored is None or stored.state in EDITABLE),
    )
    return page, (422 if errors else 200)


@bp.post("/submissions/<int:submission_id>/withdraw")
@access("firm_member")
def take_back(submission_id: int) -> ResponseReturnValue:
    """Withdraw a submission."""
    with parts().store.write() as work:
        submission = withdraw_submission(work, actor(), submission_id)
        organisation_id = submission.firm.organisation_id
    flash(_("The submission was withdrawn. You can submit again until the deadline."))
    return redirect(url_for("submissions.mine", organisation_id=organisation_id))


def _stored_data(stored: Submission | None) -> SubmissionData:
    if stored is None:
        return SubmissionData()
    return SubmissionData(
        summary=stored.summary,
        answers={int(key): str(text) for key, text in stored.answers.items()},
        solution_id=stored.solution_id,
        trl=stored.trl,
        contact_name=stored.contact_name,
        contact_email=stored.contact_email,
    )
