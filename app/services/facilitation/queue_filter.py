"""Which matches a facilitator wants to see, as conditions of a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeVarTuple

from sqlalchemy import ColumnElement, Select, String, and_, false, or_, select
from sqlalchemy import cast as sql_cast

from app.records.accounts import Organisation
from app.records.challenges import Challenge, ChallengeText
from app.records.firms import FirmProfile
from app.records.matches import Match
from app.records.queries import is_listed
from app.records.store import Work
from app.services.days import today
from app.services.facilitation.queue_order import Sort
from indexing.analysis import fold

Columns = TypeVarTuple("Columns")

View = Literal["todo", "interested", "suggested", "approved", "rejected", "snoozed", "declined"]
VIEWS: tuple[View, ...] = ("todo", "interested", "suggested", "approved", "rejected", "snoozed", "declined")
FRESHNESS: Mapping[str, timedelta | None] = {
    "fresh": None,
    "stale": None,
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}
LANGUAGE_PAIRS = ("fr-fr", "fr-en", "en-fr", "en-en")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the facilitator wants to see. `challenge_id` and `firm_id` narrow the queue to one side."""

    view: View = "todo"
    sector: str | None = None
    languages: str | None = None
    least: float | None = None
    freshness: str | None = None
    text: str = ""
    sort: Sort = "score"
    challenge_id: int | None = None
    firm_id: int | None = None


def filtered(work: Work, query: Select[*Columns], wanted: QueueFilter) -> Select[*Columns]:
    """The query over the matches that are wanted; joined with their challenges only where the order needs it."""
    return ordered_by(query, wanted).where(views(work)[wanted.view], *conditions(work, wanted))


def ordered_by(query: Select[*Columns], wanted: QueueFilter) -> Select[*Columns]:
    """Matches, with what the order looks at."""
    query = query.select_from(Match)
    return query.join(Challenge, Challenge.id == Match.challenge_id + 0) if wanted.sort == "deadline" else query


def views(work: Work) -> Mapping[str, ColumnElement[bool]]:
    """A snooze that is over counts as suggested; what cannot be offered any more is not work to do.

    Challenges and firms are looked up as sets of ids, not joined: the index of the queue then answers alone, and the
    wide rows of matches are read for one page only.
    """
    day = today(work)
    over = and_(Match.state == "snoozed", Match.snoozed_until <= day)
    still_open = or_(Challenge.deadline.is_(None), Challenge.deadline >= day)
    open_ids = select(Challenge.id).where(Challenge.status == "open", still_open)
    hidden_ids = select(FirmProfile.id).where(FirmProfile.status != "published")
    # "+ 0": else SQLite walks the index of challenge_id and reads every wide row on the way (measured: 4 times slower).
    live = and_((Match.challenge_id + 0).in_(open_ids), (Match.firm_id + 0).not_in(hidden_ids))
    waiting = and_(or_(Match.state == "suggested", over), live)
    unanswered = and_(Match.firm_answer.is_(None), is_listed())
    return {
        "todo": and_(or_(unanswered, Match.firm_answer == "interested"), waiting),
        "interested": and_(Match.firm_answer == "interested", waiting),
        "suggested": and_(unanswered, waiting),
        "approved": Match.state == "approved",
        "rejected": Match.state == "rejected",
        "snoozed": and_(Match.state == "snoozed", Match.snoozed_until > day),
        "declined": and_(Match.state != "rejected", Match.firm_answer == "declined"),
    }


def conditions(work: Work, wanted: QueueFilter) -> list[ColumnElement[bool]]:
    """What holds in every view."""
    found: list[ColumnElement[bool]] = []
    if wanted.challenge_id is not None:
        found.append(Match.challenge_id == wanted.challenge_id)
    if wanted.firm_id is not None:
        found.append(Match.firm_id == wanted.firm_id)
    if wanted.languages is not None:
        found.append(Match.languages == wanted.languages)
    if wanted.least is not None:
        found.append(Match.score >= wanted.least)
    if wanted.sector is not None:  # a list of codes kept as JSON: both databases can look for the quoted code
        has_code = sql_cast(Challenge.sectors, String).contains(f'"{wanted.sector}"', autoescape=True)
        found.append((Match.challenge_id + 0).in_(select(Challenge.id).where(has_code)))
    if wanted.freshness is not None:
        age = FRESHNESS[wanted.freshness]
        if age is not None:
            found.append(Match.computed_at >= work.now - age)
        else:
            found.append(Match.stale.is_(wanted.freshness == "stale"))
    if wanted.text.strip():
        found.append(_named(work, wanted.text))
    return found


def _named(work: Work, text: str) -> ColumnElement[bool]:
    """Titles and names that hold every word of the text, whatever their accents: SQL cannot fold, so we do."""
    words = fold(text).split()

    def holds(*texts: str | None) -> bool:
        folded = fold(" ".join(text for text in texts if text))
        return all(word in folded for word in words)

    titles = (
        select(ChallengeText.challenge_id, ChallengeText.title, Organisation.name)
        .join(Challenge, Challenge.id == ChallengeText.challenge_id)
        .join(Organisation, Organisation.id == Challenge.organisation_id)
    )
    names = select(FirmProfile.id, Organisation.name).join(Organisation, Organisation.id == FirmProfile.organisation_id)
    challenges = {row[0] for row in work.session.execute(titles) if holds(row[1], row[2])}
    firms = {row[0] for row in work.session.execute(names) if holds(row[1])}
    sides = [(Match.challenge_id + 0).in_(challenges)] if challenges else []
    if firms:
        sides.append((Match.firm_id + 0).in_(firms))
    return or_(*sides) if sides else false()
