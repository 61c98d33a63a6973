"""One record for one person: what may not be seen is not found, so that strangers learn nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from app.records.accounts import Organisation
from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.matches import Match, Submission
from app.records.store import Work
from app.services.access import may_edit_firm, may_see_challenge, may_see_firm, may_see_private_note
from app.services.actor import Actor
from matching.errors import NotFound

Row = TypeVar("Row")


def load_organisation(work: Work, organisation_id: int) -> Organisation:
    """Raises NotFound."""
    organisation = work.session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound(f"organisation {organisation_id}")
    return organisation


def visible_challenge(work: Work, actor: Actor, challenge_id: int) -> Challenge:
    """A challenge that this person may read. Raises NotFound."""
    challenge = work.session.get(Challenge, challenge_id)
    return _permitted(challenge, may_see_challenge, actor, f"challenge {challenge_id}")


def locked_challenge(work: Work, actor: Actor, challenge_id: int) -> Challenge:
    """As `visible_challenge`; nobody else changes it until the transaction ends."""
    challenge = work.session.get(Challenge, challenge_id, with_for_update={"of": Challenge})
    return _permitted(challenge, may_see_challenge, actor, f"challenge {challenge_id}")


def own_challenge(work: Work, actor: Actor, challenge_id: int) -> Challenge:
    """A challenge of this person's organisation; facilitators have all. Raises NotFound."""
    challenge = work.session.get(Challenge, challenge_id)
    return _permitted(challenge, may_see_private_note, actor, f"challenge {challenge_id}")


def visible_firm(work: Work, actor: Actor, firm_id: int) -> FirmProfile:
    """A profile that this person may read. Raises NotFound."""
    return _permitted(work.session.get(FirmProfile, firm_id), may_see_firm, actor, f"firm {firm_id}")


def locked_firm(work: Work, actor: Actor, firm_id: int) -> FirmProfile:
    """As `visible_firm`; nobody else changes it until the transaction ends."""
    firm = work.session.get(FirmProfile, firm_id, with_for_update={"of": FirmProfile})
    return _permitted(firm, may_see_firm, actor, f"firm {firm_id}")


def own_firm(work: Work, actor: Actor, firm_id: int) -> FirmProfile:
    """A profile that this person may change. Raises NotFound."""
    return _permitted(work.session.get(FirmProfile, firm_id), may_edit_firm, actor, f"firm {firm_id}")


def own_match(work: Work, actor: Actor, match_id: int) -> Match:
    """A match of a firm that this person speaks for. Raises NotFound."""
    match = work.session.get(Match, match_id)
    if match is None or not actor.is_member(match.firm.organisation_id):
        raise NotFound(f"match {match_id}")
    return match


def received_submission(work: Work, challenge: Challenge, submission_id: int) -> Submission:
    """A submission that was sent to a challenge. Raises NotFound, also for drafts and what was withdrawn."""
    found = work.session.get(Submission, submission_id)
    if found is None or found.challenge_id != challenge.id or found.state in ("draft", "withdrawn"):
        raise NotFound(f"submission {submission_id}")
    return found


def _permitted(row: Row | None, may: Callable[[Actor, Row], bool], actor: Actor, name: str) -> Row:
    if row is None or not may(actor, row):
        raise NotFound(name)
    return row
