from __future__ import annotations

from collections.abc import Callable

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from tests.facilitation.world import World
from tests.web.portal import Visitor, error_of

ENGLISH = "The snow blocks the lanes every winter and nobody knows which of them has to be cleared before the others."


def challenge_of(world: World, challenge_id: int) -> Challenge:
    with world.store.read() as work:
        return work.session.get_one(Challenge, challenge_id)


def firm_of(world: World, firm_id: int) -> FirmProfile:
    with world.store.read() as work:
        return work.session.get_one(FirmProfile, firm_id)


def test_what_waits_is_listed_and_what_does_not_is_not(world: World, facilitator: Visitor) -> None:
    world.challenge("En attente", status="in_review")
    world.challenge("Déjà ouvert")
    world.firm("Nordet", status="in_review")
    world.firm("Publiée")

    page = facilitator.text("/fr/facilitation/moderation")

    assert "En attente" in page and "Nordet" in page
    assert "Déjà ouvert" not in page and "Publiée" not in page


def test_a_budget_with_one_end_is_told_as_such_to_moderator_and_reader(world: World, facilitator: Visitor) -> None:
    waiting = world.challenge("En attente", status="in_review", budget_min=50_000)
    opened = world.challenge("Ouvert", budget_max=80_000)

    pages = {
        "à partir de 50\xa0000\xa0$": f"/fr/facilitation/moderation/challenges/{waiting}",
        "jusqu’à 80\xa0000\xa0$": f"/fr/challenges/{opened}",
        "up to $80,000": f"/en/challenges/{opened}",
    }

    for told, path in pages.items():
        assert told in facilitator.text(path).replace("\u202f", "\xa0")


def test_a_challenge_is_published_with_one_button_and_the_index_is_told(world: World, facilitator: Visitor) -> None:
    challenge_id = world.challenge("En attente", status="in_review", private_note="pour vous seulement")
    path = f"/fr/facilitation/moderation/challenges/{challenge_id}"
    assert "pour vous seulement" in facilitator.text(path)

    answer = facilitator.send(path, {"move": "publish", "version": "1"})

    assert answer.status_code == 303
    assert challenge_of(world, challenge_id).status == "open"
    assert [message.key for message in world.outbox("index_challenge")] == [str(challenge_id)]
    assert challenge_of(world, challenge_id).published_at is not None


def test_asking_for_changes_needs_a_note_and_keeps_what_was_typed(world: World, facilitator: Visitor) -> None:
    challenge_id = world.challenge("En attente", status="in_review")
    path = f"/fr/facilitation/moderation/challenges/{challenge_id}"

    answer = facilitator.send(path, {"move": "request_changes", "note": "  "})
    assert answer.status_code == 422
    assert error_of(answer.get_data(as_text=True), "note")

    answer = facilitator.send(path, {"move": "request_changes", "note": "é" * 2001})
    assert answer.status_code == 422
    assert "é" * 2001 in answer.get_data(as_text=True)

    facilitator.send(path, {"move": "request_changes", "note": "Précisez le budget."})
    challenge = challenge_of(world, challenge_id)
    assert (challenge.status, challenge.review_note) == ("changes_requested", "Précisez le budget.")
    assert "Précisez le budget." in facilitator.text(path)


def test_a_challenge_whose_deadline_has_passed_is_not_published(world: World, facilitator: Visitor) -> None:
    challenge_id = world.challenge("En attente", status="in_review", deadline=world.clock.now.date().replace(month=1))

    answer = facilitator.send(f"/fr/facilitation/moderation/challenges/{challenge_id}", {"move": "publish"})

    assert answer.status_code == 422
    assert "Cette date limite est déjà passée." in answer.get_data(as_text=True)
    assert challenge_of(world, challenge_id).status == "in_review"


def test_a_text_that_was_edited_meanwhile_is_read_again_before_it_is_published(
    world: World, facilitator: Visitor
) -> None:
    challenge_id = world.challenge("En attente", status="in_review", version=3)

    answer = facilitator.send(
        f"/en/facilitation/moderation/challenges/{challenge_id}", {"move": "publish", "version": "2"}
    )

    assert answer.status_code == 409
    assert "The text was changed since you opened it." in answer.get_data(as_text=True)
    assert challenge_of(world, challenge_id).status == "in_review"


def test_a_text_in_another_language_than_the_one_marked_is_a_warning(world: World, facilitator: Visitor) -> None:
    challenge_id = world.challenge("En attente", status="in_review", problem=ENGLISH)

    page = facilitator.text(f"/en/facilitation/moderation/challenges/{challenge_id}")

    assert "Marked as French, but written in English, it seems:" in page and ENGLISH in page


def test_a_firm_is_published_or_sent_back(world: World, facilitator: Visitor) -> None:
    good, poor = world.firm("Nordet", status="in_review"), world.firm("<b>Creux</b>", status="in_review")

    facilitator.send(f"/fr/facilitation/moderation/firms/{good}", {"move": "publish", "version": "1"})
    facilitator.send(f"/fr/facilitation/moderation/firms/{poor}", {"move": "request_changes", "note": "Dites-en plus."})

    assert firm_of(world, good).status == "published"
    assert (firm_of(world, poor).status, firm_of(world, poor).review_note) == ("changes_requested", "Dites-en plus.")
    page = facilitator.text(f"/fr/facilitation/moderation/firms/{poor}")
    assert "&lt;b&gt;Creux" in page and "<b>Creux" not in page


def test_publishing_twice_answers_409_and_an_unknown_one_404(world: World, facilitator: Visitor) -> None:
    challenge_id = world.challenge("Ouvert")

    answer = facilitator.send(f"/fr/facilitation/moderation/challenges/{challenge_id}", {"move": "publish"})

    assert answer.status_code == 409
    assert facilitator.get("/fr/facilitation/moderation/challenges/999").status_code == 404
    assert facilitator.get("/fr/facilitation/moderation/firms/999").status_code == 404


def test_contacts_and_private_notes_stay_with_the_facilitator(
    world: World, facilitator: Visitor, signed_in: Callable[..., Visitor]
) -> None:
    challenge_id = world.challenge("Ouvert", contact_email="secret@ville.example", private_note="note secrète")
    member = signed_in("camille@firme.example", world.organisation("Nordet", firm=True))

    page = facilitator.text(f"/fr/facilitation/moderation/challenges/{challenge_id}")

    assert "secret@ville.example" in page and "note secrète" in page
    assert member.get(f"/fr/facilitation/moderation/challenges/{challenge_id}").status_code == 403


def test_what_was_decided_on_a_match_is_not_offered_to_be_undone_beside_what_was_just_published(
    world: World, facilitator: Visitor
) -> None:
    challenge_id = world.challenge("En attente", status="in_review")
    facilitator.send("/fr/facilitation/bulk", {"move": "approve", "match": f"{world.pair()}:1"})

    facilitator.send(f"/fr/facilitation/moderation/challenges/{challenge_id}", {"move": "publish", "version": "1"})

    assert 'name="decisions"' not in facilitator.text("/fr/facilitation/moderation")
    assert 'name="decisions"' in facilitator.text("/fr/facilitation")
