"""A firm's submissions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.records.accounts import Organisation
from app.records.challenges import Challenge, Need
from app.records.firms import FirmProfile
from app.records.matches import Submission
from app.services.challenges.submit_solution import (
    EDITABLE,
    SubmissionData,
    find_submission,
    may_submit,
    save_submission,
    submissions_of,
    withdraw_submission,
)
from app.services.firms.recommended import firm_of, firms_without_profile, own_firms
from app.services.load_records import load_organisation, visible_challenge
from app.web.access import access
from app.web.context import actor, language, parts
from app.web.form_data import read_submission
from app.web.form_options import TRL_OPTIONS
from app.web.forms import fault_messages
from matching.errors import IllegalMove, InvalidInput, StaleDecision

bp = Blueprint("submissions", __name__)


@dataclass(frozen=True, slots=True)
class Form:
    """What the page of a submission is about: the challenge, the firm that answers, and what is stored."""

    challenge: Challenge
    firm: FirmProfile | None
    firms: Sequence[FirmProfile]
    stored: Submission | None
    takes: bool  # whether the challenge takes submissions today
    organisations: Sequence[Organisation]  # the actor's firms that have no profile yet


@bp.get("/organisations/<int:organisation_id>/submissions")
@access("firm_member")
def mine(organisation_id: int) -> ResponseReturnValue:
    """What the firm has submitted, and where it stands."""
    with parts().store.read() as work:
        firm = firm_of(work, actor(), organisation_id)
        organisation = load_organisation(work, organisation_id)
        rows = submissions_of(work, firm.id) if firm is not None else []
        open_ids = {row.id for row in rows if may_submit(work, row.challenge)}
    return render_template(
        "firm_space/submissions.html",
        organisation=organisation,
        rows=rows,
        open_ids=open_ids,
        may_answer=actor().is_member(organisation_id),
    )


@bp.route("/challenges/<int:challenge_id>/submit", methods=["GET", "POST"])
@access("firm_member")
def answer(challenge_id: int) -> ResponseReturnValue:
    """The form of a submission: saved as a draft or submitted."""
    form = _load(challenge_id)
    if request.method == "GET" or form.firm is None:
        return _page(form, _stored_data(form.stored), {})
    data = read_submission([need.id for need in form.challenge.needs])
    submit = request.form.get("then") == "submit"
    expected = request.form.get("version", type=int)
    try:
        with parts().store.write() as work:
            saved = save_submission(
                work, actor(), form.firm.id, challenge_id, data, submit=submit, expected_version=expected
            )
    except InvalidInput as error:
        return _page(form, data, fault_messages(error.faults)), 422
    except StaleDecision:
        return _page(form, data, {}, stale=True), 409
    except IllegalMove:
        return _page(_load(challenge_id), data, {}, unsaved=True), 409
    flash(_("Your solution was submitted.") if saved.state == "submitted" else _("Saved as a draft."))
    return redirect(url_for("submissions.mine", organisation_id=form.firm.organisation_id))


@bp.post("/submissions/<int:submission_id>/withdraw")
@access("firm_member")
def take_back(submission_id: int) -> ResponseReturnValue:
    """Withdraw a submission."""
    with parts().store.write() as work:
        submission = withdraw_submission(work, actor(), submission_id)
        organisation_id = submission.firm.organisation_id
    flash(_("The submission was withdrawn. You can submit again until the deadline."))
    return redirect(url_for("submissions.mine", organisation_id=organisation_id))


def _load(challenge_id: int) -> Form:
    with parts().store.read() as work:
        challenge = visible_challenge(work, actor(), challenge_id)
        firms = own_firms(work, actor())
        wanted = request.values.get("firm", type=int)
        firm = next((one for one in firms if one.id == wanted), firms[0] if firms else None)
        stored = find_submission(work, firm.id, challenge_id) if firm is not None else None
        return Form(challenge, firm, firms, stored, may_submit(work, challenge), firms_without_profile(work, actor()))


def _page(
    form: Form, data: SubmissionData, errors: Mapping[str, str], *, stale: bool = False, unsaved: bool = False
) -> str:
    is_own = form.firm is not None and form.firm.organisation_id == form.challenge.organisation_id
    editable = form.stored is None or form.stored.state in EDITABLE
    return render_template(
        "firm_space/submit.html",
        challenge=form.challenge,
        firm=form.firm,
        firms=form.firms,
        organisations=form.organisations,
        stored=form.stored,
        answer_labels=_answer_labels(form.challenge),
        foreign_answers={f"answers.{need.id}" for need in form.challenge.needs if not _own_wording(need)},
        takes=form.takes,
        is_own=is_own,
        is_open=form.takes and editable,
        data=data,
        errors=errors,
        stale=stale,
        unsaved=unsaved,
        solution_options=[(row.id, row.name) for row in form.firm.solutions] if form.firm is not None else [],
        trl_options=TRL_OPTIONS,
    )


def _answer_labels(challenge: Challenge) -> dict[str, str]:
    """The wording of each outcome, by the name of its field."""
    return {f"answers.{need.id}": _own_wording(need) or need.text_fr or need.text_en or "" for need in challenge.needs}


def _own_wording(need: Need) -> str | None:
    """The wording in the language of the page, if there is one."""
    return need.text_fr if language() == "fr" else need.text_en


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
