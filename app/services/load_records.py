"""One record for one person: what may not be seen is not found, so that strangers learn nothing of it."""

from __future__ import annotations

from app.records.accounts import Organisation
from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.matches import Match, Submission
from app.records.store import Work
from app.services.access import may_edit_firm, may_see_challenge, may_see_firm, may_see_private_note
from app.services.actor import Actor
from matching.errors import NotFound


def load_organisation(work: Work, organisation_id: int) -> Organisation:
    """Raises NotFound."""
    organisation = work.session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound(f"organisation {organisation_id}")
    return organisation


def visible_challenge(work: Work, actor: Actor, challenge_id: int) -> Challenge:
    """A challenge that this person may read. Raises NotFound."""
    challenge = work.session.get(Challenge, challenge_id)
    if challenge is None or not may_see_challenge(actor, challenge):
        raise NotFound(f"challenge {challenge_id}")
    return challenge


def own_challenge(work: Work, actor: Actor, challenge_id: int) -> Challenge:
    """A challenge of this person's organisation; facilitators have all. Raises NotFound."""
    challenge = work.session.get(Challenge, challenge_id)
    if challenge is None or not may_see_private_note(actor, challenge):
        raise NotFound(f"challenge {challenge_id}")
    return challenge


def visible_firm(work: Work, actor: Actor, firm_id: int) -> FirmProfile:
    """A profile that this person may read. Raises NotFound."""
    firm = work.session.get(FirmProfile, firm_id)
    if firm is None or not may_see_firm(actor, firm):
        raise NotFound(f"firm {firm_id}")
    return firm


def own_firm(work: Work, actor: Actor, firm_id: int) -> FirmProfile:
    """A profile that this person may change. Raises NotFound."""
    firm = work.session.get(FirmProfile, firm_id)
    if firm is None or not may_edit_firm(actor, firm):
        raise NotFound(f"firm {firm_id}")
    return firm


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
