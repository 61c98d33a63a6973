from __future__ import annotations

from pathlib import Path

from app.services.facilitation.review_match import approve
from app.services.facilitation.tell_approval import tell_approval
from app.services.facilitation.undo_review import undo_last
from app.services.outbox.mail import FolderMailer
from app.services.outbox.send_mail import render
from tests.facilitation.world import World


def a_match_with_people(world: World) -> int:
    people = [
        world.user("camille@firme.example"),
        world.user("kim@firme.example", language="en"),
        world.user("unconfirmed@firme.example", confirmed=False),
    ]
    world.user("stranger@other.example")
    challenge_id = world.challenge(
        "Déneiger les pistes", private_note="Le budget est secret", contact_email="x@y.example"
    )
    return world.match(challenge_id, world.firm("Nordet", *people), 71.6)


def test_an_approval_mails_each_confirmed_member_of_the_firm_in_their_language(world: World, tmp_path: Path) -> None:
    match_id, actor = a_match_with_people(world), world.facilitator()
    with world.store.write() as work:
        approve(work, actor, match_id)

    assert [message.key for message in world.outbox("approval")] == [str(match_id)]
    assert tell_approval(world.store, match_id) == 2

    mailer = FolderMailer(tmp_path / "mail", "Passerelle <bonjour@passerelle.example>")
    texts = {}
    for message in world.outbox("mail"):
        payload = message.payload
        subject, body = render(payload["template"], payload["language"], {"address": "http://x", **payload["values"]})
        mailer.send(payload["to"], subject, body, key=message.key)
        texts[payload["to"]] = f"{subject}\n{body}"
    assert set(texts) == {"camille@firme.example", "kim@firme.example"}
    french, english = (texts[to].replace("\xa0", " ") for to in ("camille@firme.example", "kim@firme.example"))
    assert "Un défi vous est recommandé : Déneiger les pistes" in french
    assert "71,6 sur 100" in french and "71.6 out of 100" in english
    assert "30 juin 2027" in french
    assert "A challenge is recommended to you" in english and "June 30, 2027" in english
    assert "http://x/fr/organisations/" in french and f"#match-{match_id}" in french
    assert "secret" not in french + english and "x@y.example" not in french + english
    assert len(list((tmp_path / "mail").iterdir())) == 2


def test_telling_of_the_same_approval_again_mails_nobody_twice(world: World) -> None:
    match_id, actor = a_match_with_people(world), world.facilitator()
    with world.store.write() as work:
        approve(work, actor, match_id)
    tell_approval(world.store, match_id)

    assert tell_approval(world.store, match_id) == 0

    with world.store.write() as work:
        undo_last(work, actor, match_id)
    with world.store.write() as work:
        approve(work, actor, match_id)
    assert tell_approval(world.store, match_id) == 0
    assert len(world.outbox("mail")) == 2


def test_an_approval_that_is_taken_back_before_the_mail_went_mails_nobody(world: World) -> None:
    match_id, actor = a_match_with_people(world), world.facilitator()
    with world.store.write() as work:
        approve(work, actor, match_id)
    with world.store.write() as work:
        undo_last(work, actor, match_id)

    assert tell_approval(world.store, match_id) == 0
    assert world.outbox("mail") == []
