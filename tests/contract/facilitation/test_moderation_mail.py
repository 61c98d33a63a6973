from __future__ import annotations

from collections.abc import Mapping

import pytest

from app.services.actor import SYSTEM
from app.services.challenges import move_challenge
from app.services.facilitation.tell_moderation import tell_moderation
from app.services.firms import move_firm
from app.services.outbox.send_mail import render
from tests.facilitation.world import World

NOTE = "Précisez le budget, svp.\nLe reste est clair."


def people(world: World) -> list[int]:
    world.user("stranger@other.example")
    return [
        world.user("camille@ville.example"),
        world.user("kim@ville.example", language="en"),
        world.user("unconfirmed@ville.example", confirmed=False),
    ]


def a_challenge(world: World) -> int:
    owner = world.organisation("Ville", *people(world))
    return world.challenge(
        "Déneiger les pistes",
        organisation_id=owner,
        status="in_review",
        private_note="Le budget est secret",
        contact_email="x@y.example",
    )


def told(world: World) -> int:
    """Run what was asked for; how many messages came of it."""
    return sum(tell_moderation(world.store, message.key, message.payload) for message in world.outbox("moderation"))


def letters(world: World) -> Mapping[str, str]:
    found = {}
    for message in world.outbox("mail"):
        payload = message.payload
        subject, body = render(payload["template"], payload["language"], {"address": "http://x", **payload["values"]})
        found[payload["to"]] = f"{subject}\n{body}".replace("\xa0", " ")
    return found


def test_a_published_challenge_is_told_to_each_confirmed_member_once_in_their_language(world: World) -> None:
    challenge_id, actor = a_challenge(world), world.facilitator()
    with world.store.write() as work:
        move_challenge.publish(work, actor, challenge_id)

    assert [told(world), told(world)] == [2, 0]

    found = letters(world)
    assert set(found) == {"camille@ville.example", "kim@ville.example"}
    assert "Votre défi est publié : Déneiger les pistes" in found["camille@ville.example"]
    assert f"http://x/fr/challenges/{challenge_id}\n" in found["camille@ville.example"]
    assert "Your challenge is published: Déneiger les pistes" in found["kim@ville.example"]
    assert "secret" not in str(found) and "x@y.example" not in str(found)


def test_the_note_of_requested_changes_reaches_the_owner_and_a_second_request_is_told_again(world: World) -> None:
    challenge_id, actor = a_challenge(world), world.facilitator()
    with world.store.write() as work:
        move_challenge.request_changes(work, actor, challenge_id, NOTE)
    assert told(world) == 2

    found = letters(world)
    assert "Des corrections sont demandées pour votre défi : Déneiger les pistes" in found["camille@ville.example"]
    assert all(NOTE in letter for letter in found.values())
    assert f"http://x/en/challenges/{challenge_id}/edit" in found["kim@ville.example"]
    assert "secret" not in str(found)

    with world.store.write() as work:
        move_challenge.submit_for_review(work, SYSTEM, challenge_id)
    with world.store.write() as work:
        move_challenge.request_changes(work, actor, challenge_id, "Il manque une date.")
    assert told(world) == 2
    assert "Il manque une date." in letters(world)["camille@ville.example"]


@pytest.mark.parametrize("outcome", ["published", "changes"])
def test_a_firm_is_told_what_became_of_its_profile(world: World, outcome: str) -> None:
    firm_id, actor = world.firm("Nordet", *people(world), status="in_review"), world.facilitator()
    with world.store.write() as work:
        if outcome == "published":
            move_firm.publish(work, actor, firm_id)
        else:
            move_firm.request_changes(work, actor, firm_id, NOTE)

    assert [told(world), told(world)] == [2, 0]

    french, english = letters(world)["camille@ville.example"], letters(world)["kim@ville.example"]
    assert ("Le profil de Nordet est publié" in french) == (outcome == "published")
    assert ("The profile of Nordet is published" in english) == (outcome == "published")
    assert (NOTE in french and NOTE in english) == (outcome == "changes")


def test_an_outcome_that_no_longer_stands_is_told_to_nobody(world: World) -> None:
    challenge_id, actor = a_challenge(world), world.facilitator()
    with world.store.write() as work:
        move_challenge.publish(work, actor, challenge_id)
    with world.store.write() as work:
        move_challenge.withdraw(work, actor, challenge_id, "Le besoin a changé.")

    assert told(world) == 0
    assert world.outbox("mail") == []
