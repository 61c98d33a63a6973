"""What the facilitator is told after a move."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from app.records.matches import Match
from app.records.queries import matches_by_id
from app.services.facilitation.review_many import Outcome
from app.web.context import parts
from app.web.i18n import pick
from matching.errors import IllegalMove, StaleDecision

NAME_LENGTH = 70  # characters of a title in a message: it is kept in the session's cookie


def match_name(row: Match) -> str:
    """Challenge and firm, short."""
    title = pick(row.challenge.texts)
    return f"{_short(title.title if title else '')} – {_short(row.firm.organisation.name)}"


def _short(text: str) -> str:
    return text if len(text) <= NAME_LENGTH else text[: NAME_LENGTH - 1].rstrip() + "…"


def problem_text(error: StaleDecision | IllegalMove) -> str:
    """Why a move was not made."""
    if isinstance(error, StaleDecision):
        return str(_("This match changed since you opened it. Below is how it is now; your decision was not saved."))
    return str(_("This cannot be done in the match’s present state. Below is how it is now."))


def done_text(move: str, name: str) -> str:
    """What was done to one match."""
    texts: dict[str, str] = {
        "approve": _("Approved: %(name)s", name=name),
        "reject": _("Rejected: %(name)s", name=name),
        "snooze": _("Snoozed: %(name)s", name=name),
        "reopen": _("Reopened: %(name)s", name=name),
    }
    return texts[move]


def many_text(move: str, count: int) -> str:
    """What was done to several."""
    texts: dict[str, str] = {
        "approve": ngettext("%(num)s match approved.", "%(num)s matches approved.", count),
        "reject": ngettext("%(num)s match rejected.", "%(num)s matches rejected.", count),
        "snooze": ngettext("%(num)s match snoozed.", "%(num)s matches snoozed.", count),
        "reopen": ngettext("%(num)s match reopened.", "%(num)s matches reopened.", count),
    }
    return texts[move]


def bulk_report(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    """Name and what happened, of every match of a bulk move."""
    texts = {
        "done": _("done"),
        "stale": _("not changed: somebody moved it since you opened the list"),
        "illegal": _("not changed: its state does not allow this"),
        "gone": _("no longer there"),
    }
    with parts().store.read() as work:
        rows = matches_by_id(work, [outcome.match_id for outcome in outcomes])
        names = {key: match_name(row) for key, row in rows.items()}
    return [(names.get(outcome.match_id, f"#{outcome.match_id}"), texts[outcome.result]) for outcome in outcomes]
