"""A firm's own space: recommended challenges with reasons, and its answers to them; its profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.records.firms import FirmProfile
from app.services.choices import REASONS
from app.services.firms.answer_match import answer_interested, decline, take_back
from app.services.firms.firm_data import FirmData, firm_data
from app.services.firms.move_firm import legal_moves, reopen_for_edit, submit_for_review, withdraw
from app.services.firms.recommended import firm_of, recommended_for
from app.services.firms.save_firm import save_firm
from app.services.load_records import load_organisation, own_firm, own_match
from app.web.access import access
from app.web.context import actor, parts
from app.web.form_data import read_firm, rows_to_show
from app.web.form_options import shared_options
from app.web.forms import fault_messages, save_form
from matching.errors import InvalidInput, NotFound

bp = Blueprint("firm_space", __name__)

FIRM_MOVES = {"submit_for_review": submit_for_review, "reopen_for_edit": reopen_for_edit, "withdraw": withdraw}


@dataclass(frozen=True, slots=True)
class Failed:
    """An answer that was refused, with what was typed."""

    match_id: int
    reason: str
    note: str
    errors: Mapping[str, str]


@bp.get("/organisations/<int:organisation_id>/recommended")
@access("firm_member")
def recommended(organisation_id: int) -> ResponseReturnValue:
    """Recommended challenges: what the facilitator recommends first, then what is merely suggested."""
    return _recommended(organisation_id, None)


@bp.post("/matches/<int:match_id>/answer")
@access("firm_member")
def answer(match_id: int) -> ResponseReturnValue:
    """Interested, not for us, or taken back."""
    organisation_id = _own_match(match_id)
    move, expected = request.form.get("move"), request.form.get("row_version", type=int)
    reason, note = request.form.get("reason", ""), request.form.get("note", "")
    try:
        with parts().store.write() as work:
            if move == "interested":
                answer_interested(work, actor(), match_id, expected=expected)
            elif move == "decline":
                decline(work, actor(), match_id, reason, note, expected=expected)
            else:
                take_back(work, actor(), match_id, expected=expected)
    except InvalidInput as error:
        return _recommended(organisation_id, Failed(match_id, reason, note, fault_messages(error.faults))), 422
    texts = {
        "interested": _("Noted: you are interested. The facilitator will see it."),
        "decline": _("Noted: not for you. You can take it back below."),
    }
    flash(texts.get(move or "", _("Your answer was taken back.")))
    return redirect(url_for("firm_space.recommended", organisation_id=organisation_id) + f"#match-{match_id}")


@bp.get("/organisations/<int:organisation_id>/profile")
@access("firm_member")
def edit_own(organisation_id: int) -> ResponseReturnValue:
    """To the profile's form, or to a new one."""
    with parts().store.read() as work:
        firm = firm_of(work, actor(), organisation_id)
        organisation = load_organisation(work, organisation_id)
    if firm is not None:
        return redirect(url_for("firm_space.edit", firm_id=firm.id))
    blank = FirmData(organisation_id=organisation_id, name=organisation.name, original=actor().language, texts={})
    return _form(blank, None, {})


@bp.post("/organisations/<int:organisation_id>/profile")
@access("firm_member")
def create(organisation_id: int) -> ResponseReturnValue:
    """Save a new profile."""
    with parts().store.read() as work:
        if firm_of(work, actor(), organisation_id) is not None:
            raise NotFound("the organisation has a profile already")
    return _save(read_firm(organisation_id, {}), None)


@bp.route("/firms/<int:firm_id>/edit", methods=["GET", "POST"])
@access("firm_member")
def edit(firm_id: int) -> ResponseReturnValue:
    """Change the profile and its solutions."""
    firm = _own_firm(firm_id)
    stored = firm_data(firm)
    if request.method == "GET":
        return _form(stored, firm, {})
    kept = {"external_id": stored.external_id, "excluded_organisations": stored.excluded_organisations}
    return _save(read_firm(firm.organisation_id, kept), firm)


@bp.post("/firms/<int:firm_id>/move")
@access("firm_member")
def move(firm_id: int) -> ResponseReturnValue:
    """Send the profile to the facilitator, take it back, withdraw it or take it up again."""
    _own_firm(firm_id)
    step = FIRM_MOVES.get(request.form.get("move", ""))
    if step is None:
        raise NotFound("no such move")
    with parts().store.write() as work:
        step(work, actor(), firm_id)
    flash(_("The state of the profile was changed."))
    return redirect(url_for("firm_space.edit", firm_id=firm_id))


def _own_match(match_id: int) -> int:
    """The organisation of the match's firm, which must be the actor's: strangers learn nothing of a match."""
    with parts().store.read() as work:
        return own_match(work, actor(), match_id).firm.organisation_id


def _own_firm(firm_id: int) -> FirmProfile:
    with parts().store.read() as work:
        return own_firm(work, actor(), firm_id)


def _recommended(organisation_id: int, failed: Failed | None) -> str:
    with parts().store.read() as work:
        firm = firm_of(work, actor(), organisation_id)
        organisation = load_organisation(work, organisation_id)
        found = recommended_for(work, actor(), firm) if firm is not None else None
    return render_template(
        "firm_space/recommended.html",
        firm=firm,
        organisation=organisation,
        organisation_id=organisation_id,
        found=found,
        reasons=REASONS,
        failed=failed,
        may_answer=actor().is_member(organisation_id),  # a facilitator reads along, but answers for nobody
    )


def _save(data: FirmData, firm: FirmProfile | None) -> ResponseReturnValue:
    firm_id = firm.id if firm is not None else None
    return save_form(
        page=partial(_form, data, firm),
        save=lambda work, expected: save_firm(work, actor(), data, firm_id=firm_id, expected_version=expected),
        submit=submit_for_review,
        sent=_("The profile was sent to the facilitator."),
        address=lambda saved_id: url_for("firms.profile", firm_id=saved_id),
    )


def _form(data: FirmData, firm: FirmProfile | None, errors: dict[str, str], *, stale: bool = False) -> str:
    moves = legal_moves(actor(), firm) if firm is not None else ["submit_for_review"]
    return render_template(
        "firm_space/profile_form.html",
        data=data,
        firm=firm,
        errors=errors,
        stale=stale,
        may_review="submit_for_review" in moves,
        firm_moves=[name for name in FIRM_MOVES if name in moves] if firm is not None else [],
        rows=rows_to_show("solutions", len(data.solutions), spare=1, least=2),
        **shared_options(data.technologies),
    )
