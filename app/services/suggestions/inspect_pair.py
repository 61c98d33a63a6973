"""Why a challenge and a firm are, or are not, suggested to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select

from app.records.accounts import Organisation
from app.records.challenges import Challenge, ChallengeText
from app.records.firms import FirmProfile
from app.records.matches import Match
from app.records.store import Work
from app.services.access import ensure, may_moderate
from app.services.actor import Actor
from app.services.parts import Parts
from app.services.suggestions.refresh_matches import FIRMS_A_CHALLENGE, explain_pair
from indexing.analysis import fold
from matching.errors import NotFound
from matching.model import Suggestion

MOST_FOUND = 20
Side = Literal["challenge", "firm"]


@dataclass(frozen=True, slots=True)
class Named:
    """A record that the facilitator may mean."""

    id: int
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """`gate`: what excludes the pair. `weakest`: the lowest score among the challenge's best firms, once it has
    as many as are kept.
    """

    challenge: Challenge
    firm: FirmProfile
    gate: str | None
    suggestion: Suggestion
    match: Match | None
    weakest: float | None


def inspect_pair(parts: Parts, actor: Actor, challenge_id: int, firm_id: int) -> Inspection:
    """Compute the pair now. Raises Forbidden, NotFound, EncoderUnavailable."""
    ensure(may_moderate(actor), "inspect pairs")
    gate, suggestion = explain_pair(parts, challenge_id, firm_id)
    with parts.store.read() as work:
        challenge, firm = work.session.get(Challenge, challenge_id), work.session.get(FirmProfile, firm_id)
        if challenge is None or firm is None or suggestion is None:
            raise NotFound(f"challenge {challenge_id}, firm {firm_id}")
        match = work.session.scalar(select(Match).where(Match.challenge_id == challenge_id, Match.firm_id == firm_id))
        listed = select(func.count(), func.min(Match.score)).where(
            Match.challenge_id == challenge_id, Match.for_challenge
        )
        count, lowest = work.session.execute(listed).one()
    weakest = float(lowest) if count >= FIRMS_A_CHALLENGE else None
    return Inspection(challenge, firm, gate, suggestion, match, weakest)


def find_named(work: Work, actor: Actor, side: Side, text: str) -> Sequence[Named]:
    """Challenges by title or owner, firms by name: those that hold every word, whatever their accents.

    A number is an id. Raises Forbidden.
    """
    ensure(may_moderate(actor), "inspect pairs")
    named = _challenges(work) if side == "challenge" else _firms(work)
    wanted = text.strip()
    if wanted.isascii() and wanted.isdecimal():
        return [one for one in named if str(one.id) == wanted]
    words = fold(wanted).split()
    exact = [one for one in named if fold(one.name) == fold(wanted)]
    if exact or not words:
        return exact
    return [one for one in named if all(word in fold(f"{one.name} {one.detail}") for word in words)][:MOST_FOUND]


def _challenges(work: Work) -> list[Named]:
    query = (
        select(Challenge.id, ChallengeText.title, Organisation.name)
        .join(ChallengeText, ChallengeText.challenge_id == Challenge.id)
        .join(Organisation, Organisation.id == Challenge.organisation_id)
        .order_by(Challenge.id, ChallengeText.language != Challenge.original)
    )
    found: dict[int, Named] = {}
    for row_id, title, owner in work.session.execute(query):
        known = found.get(row_id)
        found[row_id] = Named(row_id, title, owner) if known is None else Named(row_id, known.name, f"{title} {owner}")
    return list(found.values())


def _firms(work: Work) -> list[Named]:
    query = (
        select(FirmProfile.id, Organisation.name, Organisation.place)
        .join(Organisation, Organisation.id == FirmProfile.organisation_id)
        .order_by(Organisation.name, FirmProfile.id)
    )
    return [Named(row_id, name, place or "") for row_id, name, place in work.session.execute(query)]
