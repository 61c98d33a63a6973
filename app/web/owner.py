"""An owner's view of its challenges."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.services.access import may_edit_challenge
from app.services.challenges.challenge_history import challenge_history
from app.services.challenges.move_challenge import legal_moves
from app.services.challenges.owner_view import challenge_desk, own_challenges
from app.services.load_records import load_organisation, received_submission
from app.web.access import access
from app.web.context import actor, parts

bp = Blueprint("owner", __name__)


@bp.get("/organisations/<int:organisation_id>/challenges")
@access("owner_member")
def challenges(organisation_id: int) -> ResponseReturnValue:
    """The challenges of an organisation, with counts."""
    with parts().store.read() as work:
        rows = own_challenges(work, actor(), organisation_id)
        organisation = load_organisation(work, organisation_id)
    return render_template("owner/challenges.html", organisation=organisation, rows=rows)


@bp.get("/challenges/<int:challenge_id>/desk")
@access("owner_member")
def desk(challenge_id: int) -> ResponseReturnValue:
    """One challenge with its firms and submissions."""
    return desk_page(challenge_id, {}, "")


def desk_page(challenge_id: int, errors: Mapping[str, str], typed_reason: str) -> str:
    """The desk; `errors` and `typed_reason` are of a withdrawal that was refused. Raises NotFound for strangers."""
    with parts().store.read() as work:
        found = challenge_desk(work, actor(), challenge_id)
        history = challenge_history(work, actor(), found.challenge)
    return render_template(
        "owner/desk.html",
        desk=found,
        challenge=found.challenge,
        history=history,
        moves=legal_moves(actor(), found.challenge),
        may_edit=may_edit_challenge(actor(), found.challenge),
        errors=errors,
        typed_reason=typed_reason,
    )


@bp.get("/challenges/<int:challenge_id>/submissions/<int:submission_id>")
@access("owner_member")
def submission(challenge_id: int, submission_id: int) -> ResponseReturnValue:
    """One submission, for the owner of its challenge."""
    with parts().store.read() as work:
        challenge = challenge_desk(work, actor(), challenge_id).challenge
        found = received_submission(work, challenge, submission_id)
        firm = found.firm
        solution = next((one for one in firm.solutions if one.id == found.solution_id), None)
    return render_template("owner/submission.html", submission=found, challenge=challenge, firm=firm, solution=solution)
