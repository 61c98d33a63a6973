"""The facilitator's queue of matches, the page of one match, and the moves on them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from app.records.queries import matches_by_id
from app.services.choices import REASONS
from app.services.facilitation.match_sheet import match_sheet
from app.services.facilitation.queue_filter import FRESHNESS, LANGUAGE_PAIRS, VIEWS, QueueFilter
from app.services.facilitation.queue_order import SORTS
from app.services.facilitation.review_many import review_many, undo_many
from app.services.facilitation.review_match import Verdict, review
from app.services.facilitation.review_queue import first_id, place_of, queue_page
from app.web.access import access
from app.web.context import actor, parts
from app.web.forms import fault_messages
from app.web.queue_state import (
    UNDO,
    arguments,
    forget_undo,
    moment,
    read_chosen,
    read_decisions,
    read_filter,
    remember_undo,
)
from app.web.review_texts import bulk_report, done_text, many_text, match_name, problem_text
from app.web.taxonomy import sectors
from matching.errors import IllegalMove, InvalidInput, NotFound, StaleDecision

bp = Blueprint("facilitator", __name__)


@bp.app_context_processor
def _shared() -> dict[str, Any]:
    """What the pages of the facilitator's templates share."""
    own = request.blueprint == bp.name  # elsewhere it would seem to take back what was just done there
    return {"moment": moment, "last_action": session.get(UNDO) if own else None}


@bp.get("/facilitation")
@access("facilitator")
def queue() -> ResponseReturnValue:
    """Matches to decide on, and those that are decided."""
    return _queue(read_filter())


@bp.get("/facilitation/matches/<int:match_id>")
@access("facilitator")
def match(match_id: int) -> ResponseReturnValue:
    """Both texts side by side, with everything that a decision needs."""
    return _match(match_id, read_filter())


@bp.post("/facilitation/matches/<int:match_id>/review")
@access("facilitator")
def decide(match_id: int) -> ResponseReturnValue:
    """One move on one match, then on to the next one."""
    wanted, verdict = read_filter(), _verdict()
    expected = request.form.get("row_version", type=int)
    try:
        with parts().store.read() as work:
            seen = matches_by_id(work, [match_id]).get(match_id)
            place = place_of(work, actor(), seen, wanted) if seen is not None else None
        with parts().store.write() as work:
            decision = review(work, actor(), match_id, verdict, expected=expected)
            decision_id, name = decision.id, match_name(matches_by_id(work, [match_id])[match_id])
    except InvalidInput as error:
        return _match(match_id, wanted, errors=fault_messages(error.faults)), 422
    except (StaleDecision, IllegalMove) as error:
        return _match(match_id, wanted, problem=problem_text(error)), 409
    except NotFound:
        flash(_("This suggestion is no longer there: a newer computation has replaced it."), "warning")
        return redirect(url_for("facilitator.queue", **arguments(wanted)), 303)
    remember_undo(done_text(verdict.move, name), [decision_id])
    return _go_on(wanted, place.next_id if place is not None else None)


@bp.post("/facilitation/bulk")
@access("facilitator")
def bulk() -> ResponseReturnValue:
    """One move on every ticked match; what could not be moved is told one by one."""
    wanted, verdict, chosen = read_filter(), _verdict(), read_chosen()
    try:
        with parts().store.write() as work:
            outcomes = review_many(work, actor(), chosen, verdict)
    except InvalidInput as error:
        return _queue(wanted, errors=fault_messages(error.faults), chosen=set(chosen)), 422
    done = [outcome.decision_id for outcome in outcomes if outcome.decision_id is not None]
    if done:
        remember_undo(many_text(verdict.move, len(done)), done)
    if len(done) == len(outcomes):
        return redirect(url_for("facilitator.queue", **arguments(wanted)), 303)
    return _queue(wanted, report=bulk_report(outcomes))


@bp.post("/facilitation/undo")
@access("facilitator")
def undo() -> ResponseReturnValue:
    """Take back the decisions that the form names, all in one go."""
    wanted, decisions = read_filter(), read_decisions()
    with parts().store.write() as work:
        outcomes = undo_many(work, actor(), decisions)
    forget_undo()
    undone = [outcome.match_id for outcome in outcomes if outcome.result == "done"]
    left = len(outcomes) - len(undone)
    if undone:
        flash(ngettext("%(num)s decision was taken back.", "%(num)s decisions were taken back.", len(undone)))
    if left:
        flash(
            ngettext(
                "%(num)s decision stays: the match was moved again since.",
                "%(num)s decisions stay: their matches were moved again since.",
                left,
            ),
            "warning",
        )
    if len(undone) == 1:
        return redirect(url_for("facilitator.match", match_id=undone[0], **arguments(wanted)), 303)
    return redirect(url_for("facilitator.queue", **arguments(wanted)), 303)


def _go_on(wanted: QueueFilter, next_id: int | None) -> ResponseReturnValue:
    """To the next match, else to the top of the queue, else to the empty queue."""
    if next_id is None:
        with parts().store.read() as work:
            next_id = first_id(work, actor(), wanted)
    if next_id is None:
        return redirect(url_for("facilitator.queue", **arguments(wanted)), 303)
    return redirect(url_for("facilitator.match", match_id=next_id, **arguments(wanted)), 303)


def _queue(
    wanted: QueueFilter,
    *,
    errors: dict[str, str] | None = None,
    chosen: set[int] | None = None,
    report: list[tuple[str, str]] | None = None,
) -> str:
    with parts().store.read() as work:
        page = queue_page(work, actor(), wanted, request.args.get("page", 1, type=int) or 1)
    return render_template(
        "facilitation/queue.html",
        wanted=wanted,
        page=page,
        errors=errors or {},
        chosen=chosen or set(),
        report=report or [],
        typed=request.form,
        arguments=arguments,
        sectors=sectors(),
        views=VIEWS,
        sorts=SORTS,
        freshness=list(FRESHNESS),
        language_pairs=LANGUAGE_PAIRS,
        reasons=REASONS,
    )


def _match(
    match_id: int, wanted: QueueFilter, *, errors: dict[str, str] | None = None, problem: str | None = None
) -> str:
    with parts().store.read() as work:
        sheet = match_sheet(work, actor(), match_id)
        place = place_of(work, actor(), sheet.match, wanted)
    typed: MultiDict[str, str] = request.form
    return render_template(
        "facilitation/match.html",
        sheet=sheet,
        match=sheet.match,
        place=place,
        wanted=wanted,
        arguments=arguments,
        errors=errors or {},
        problem=problem,
        typed=typed,
        reasons=REASONS,
        weights_version=parts().weights.version,
    )


def _verdict() -> Verdict:
    form = request.form
    return Verdict(form.get("move", ""), form.get("reason", ""), form.get("note", ""), form.get("until", ""))
