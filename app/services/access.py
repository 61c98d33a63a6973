"""Who may see and do what, as plain predicates. A service that refuses raises `Forbidden` or `NotFound`."""

from __future__ import annotations

from app.records.challenges import PUBLIC_STATUSES, Challenge
from app.records.firms import FirmProfile
from app.services.actor import Actor
from matching.errors import Forbidden

# What the owner's own people may still change; a facilitator may also correct what closed.
EDITABLE_BY_OWNER = frozenset({"draft", "in_review", "changes_requested", "open"})
EDITABLE_BY_FACILITATOR = EDITABLE_BY_OWNER | {"closed", "in_evaluation"}


def may_see_challenge(actor: Actor, challenge: Challenge) -> bool:
    """Everybody sees what is or was open; its owner and facilitators see every state."""
    return challenge.status in PUBLIC_STATUSES or may_see_private_note(actor, challenge)


def may_edit_challenge(actor: Actor, challenge: Challenge) -> bool:
    """Its owner until it closes, facilitators until it is concluded."""
    if actor.facilitator:
        return challenge.status in EDITABLE_BY_FACILITATOR
    return actor.is_member(challenge.organisation_id) and challenge.status in EDITABLE_BY_OWNER


def may_post_challenge(actor: Actor, organisation_id: int) -> bool:
    """People of the owner organisation, and facilitators in its name."""
    return actor.facilitator or actor.is_member(organisation_id)


def may_see_private_note(actor: Actor, challenge: Challenge) -> bool:
    """The owner's note to the facilitator: the two of them."""
    return actor.facilitator or actor.is_member(challenge.organisation_id)


def may_see_contact(actor: Actor, record: Challenge | FirmProfile) -> bool:
    """Names and addresses given for the facilitator stay with the facilitator, and with those who gave them."""
    return actor.facilitator or actor.is_member(record.organisation_id)


def may_see_firm(actor: Actor, firm: FirmProfile) -> bool:
    """Everybody sees a published firm; its people and facilitators see every state."""
    return firm.status == "published" or may_edit_firm(actor, firm)


def may_edit_firm(actor: Actor, firm: FirmProfile) -> bool:
    """The firm's people, and facilitators."""
    return actor.facilitator or actor.is_member(firm.organisation_id)


def may_post_firm(actor: Actor, organisation_id: int) -> bool:
    """The firm's people, and facilitators."""
    return actor.facilitator or actor.is_member(organisation_id)


def may_moderate(actor: Actor) -> bool:
    """Publish, request changes, decide on suggested matches."""
    return actor.facilitator


def may_import(actor: Actor) -> bool:
    """Bring in records of others."""
    return actor.facilitator


def may_administer(actor: Actor) -> bool:
    """Users, taxonomy, jobs, indexes."""
    return actor.administrator


def ensure(allowed: bool, what: str) -> None:
    """Raises Forbidden that says what was refused."""
    if not allowed:
        raise Forbidden(what)
