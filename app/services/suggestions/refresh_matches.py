"""Compute suggestions and keep them: only what nobody has decided on is replaced."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.matches import Match
from app.records.queries import open_challenge_ids, with_history
from app.records.store import Work
from app.services.days import today
from app.services.parts import Parts
from app.services.suggestions.candidates import challenges_for, firms_for
from app.services.suggestions.sides import Sides
from app.services.suggestions.statistics import current_statistics
from matching.gates import gate
from matching.model import Citation, Part, Reason, Suggestion
from matching.scoring import rank, score_firms, score_pair

FIRMS_A_CHALLENGE = 20
CHALLENGES_A_FIRM = 10


def refresh_challenge(parts: Parts, challenge_id: int, sides: Sides | None = None) -> int:
    """The best firms of one challenge; returns how many. One that is not open loses its undecided suggestions."""
    sides = sides or Sides(parts)
    with parts.store.read() as work:
        row, day = work.session.get(Challenge, challenge_id), today(work)
    if row is None:
        return 0
    found: list[Suggestion] = []
    if row.status == "open":
        statistics = current_statistics(parts)
        side = sides.challenge(row)
        ids = firms_for(parts, side, statistics)
        with parts.store.read() as work:
            ids = _with_kept(work, ids, challenge_id)
        firms = [firm for firm in sides.firms(ids) if gate(side, firm, today=day) is None]
        found = rank(score_firms(side, firms, statistics, parts.weights, parts.lexicon.translations))
    best = {one.firm_id for one in found[:FIRMS_A_CHALLENGE]}
    with parts.store.write() as work:
        kept = {match.firm_id: match for match in locked(work, Match.challenge_id == challenge_id)}
        _replace(parts, work, kept, {one.firm_id: one for one in found}, best, "for_challenge")
    return len(best)


def refresh_firm(parts: Parts, firm_id: int, sides: Sides | None = None) -> int:
    """The best open challenges of one firm; returns how many were found."""
    sides = sides or Sides(parts)
    with parts.store.read() as work:
        row, day = work.session.get(FirmProfile, firm_id), today(work)
        open_ids = open_challenge_ids(work, day)
    if row is None:
        return 0
    found: list[Suggestion] = []
    if row.status == "published" and not row.opted_out:
        statistics = current_statistics(parts)
        side = sides.firm(row)
        wanted = challenges_for(parts, side, open_ids)
        with parts.store.read() as work:
            kept_ids = work.session.scalars(select(Match.challenge_id).where(Match.firm_id == firm_id)).all()
            rows = work.session.scalars(select(Challenge).where(Challenge.id.in_({*wanted, *kept_ids}))).all()
        pairs = [one for one in sides.challenges(rows) if gate(one, side, today=day) is None]
        translate = parts.lexicon.translations
        found = rank(score_pair(challenge, side, statistics, parts.weights, translate) for challenge in pairs)
    best = {one.challenge_id for one in found[:CHALLENGES_A_FIRM]}
    with parts.store.write() as work:
        kept = {match.challenge_id: match for match in locked(work, Match.firm_id == firm_id)}
        _replace(parts, work, kept, {one.challenge_id: one for one in found}, best, "for_firm")
    return len(best)


def explain_pair(parts: Parts, challenge_id: int, firm_id: int) -> tuple[str | None, Suggestion | None]:
    """Why a pair is or is not suggested: the gate that stops it, and its score with parts and reasons.

    (None, None) where one of the two does not exist.
    """
    sides = Sides(parts)
    with parts.store.read() as work:
        challenge, firm = work.session.get(Challenge, challenge_id), work.session.get(FirmProfile, firm_id)
        day = today(work)
    if challenge is None or firm is None:
        return None, None
    ours, theirs = sides.challenge(challenge), sides.firm(firm)
    suggestion = score_pair(ours, theirs, current_statistics(parts), parts.weights, parts.lexicon.translations)
    return gate(ours, theirs, today=day), suggestion


def is_decided(match: Match, day: date) -> bool:
    """Whether a person has spoken: then a refresh leaves the row as it is. A snooze ends with its date."""
    if match.firm_answer is not None:
        return True
    if match.state == "snoozed":
        return match.snoozed_until is None or match.snoozed_until > day
    return match.state != "suggested"


def _with_kept(work: Work, ids: Sequence[int], challenge_id: int) -> list[int]:
    """The candidates and the firms of rows that are there, so that each row is scored again."""
    kept = work.session.scalars(select(Match.firm_id).where(Match.challenge_id == challenge_id))
    return sorted({*ids, *kept})


def _replace(
    parts: Parts,
    work: Work,
    kept: Mapping[int, Match],
    found: Mapping[int, Suggestion],
    best: set[int],
    listed: str,
) -> None:
    """Rescore what is undecided, add what is new among the best, remove what nobody lists any more."""
    day = today(work)
    told = with_history(work, [match.id for match in kept.values()])
    for key, match in kept.items():
        setattr(match, listed, key in best)
        if not is_decided(match, day):
            settle(parts, work, match, found.get(key), told)
    for key in sorted(best - kept.keys()):
        match = Match(state="suggested", for_challenge=False, for_firm=False)
        setattr(match, listed, True)
        _fill(parts, work, match, found[key])
        work.session.add(match)


def settle(parts: Parts, work: Work, match: Match, suggestion: Suggestion | None, told: Collection[int]) -> None:
    """Rescore an undecided match, or remove it where nobody lists it any more.

    One that somebody has moved (`told`: ids, taken-back moves count too) keeps its row and its history unlisted.
    """
    listed = suggestion is not None and (match.for_challenge or match.for_firm)
    if not listed and match.id not in told:
        work.session.delete(match)
        return
    if suggestion is not None:
        for name, value in match_values(parts, suggestion, work.now).items():
            setattr(match, name, value)
    else:
        match.for_challenge = match.for_firm = False


def match_values(parts: Parts, suggestion: Suggestion, now: datetime) -> dict[str, Any]:
    """The columns of a match that a suggestion fills."""
    return {
        "challenge_id": suggestion.challenge_id,
        "firm_id": suggestion.firm_id,
        "score": suggestion.score,
        "parts": [_plain(part) for part in suggestion.parts],
        "reasons": [_plain(reason) for reason in suggestion.reasons],
        "unmet": list(suggestion.unmet),
        "languages": "-".join(suggestion.languages),
        "challenge_version": suggestion.challenge_version,
        "firm_version": suggestion.firm_version,
        "encoder": parts.encoder.identity,
        "weights_version": parts.weights.version,
        "computed_at": now,
        "stale": False,
    }


def _plain(value: Part | Reason) -> dict[str, Any]:
    """As `dataclasses.asdict` makes it, without a copy of every leaf: those took a quarter of a whole refresh."""
    named = {name: getattr(value, name) for name in value.__slots__}
    for name in ("challenge", "firm"):
        if isinstance(named.get(name), Citation):
            named[name] = {own: getattr(named[name], own) for own in Citation.__slots__}
    return named


def _fill(parts: Parts, work: Work, match: Match, suggestion: Suggestion) -> None:
    for name, value in match_values(parts, suggestion, work.now).items():
        setattr(match, name, value)


def locked(work: Work, one: ColumnElement[bool]) -> Iterable[Match]:
    """Held until the commit, in one order for all: nobody decides on a row between our look at it and its deletion."""
    return work.session.scalars(select(Match).where(one).order_by(Match.id).with_for_update(of=Match))
