from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.records.challenges import Challenge
from app.services.outbox.deliver import deliver
from app.services.outbox.outbox import take_due
from app.services.parts import Parts
from config.settings import Settings
from tests.facilitation.world import Clock, World
from tests.web.portal import Visitor, messages

PROBLEM = "La neige bloque les pistes. Il faut savoir où passer en premier."
OFFER = "Nous traçons des itinéraires. Les camions les suivent."


def citation(field: str, whole: str, cited: str, language: str = "fr") -> dict[str, Any]:
    start = whole.index(cited)
    end = start + len(cited)
    return {"field": field, "language": language, "text": cited, "start": start, "end": end, "item_id": None}


def a_cited_match(world: World, **columns: Any) -> int:
    reason = {
        "feature": "meaning",
        "strength": 0.7,
        "challenge": citation("problem", PROBLEM, "Il faut savoir où passer en premier."),
        "firm": citation("offer", OFFER, "Les camions les suivent."),
        "codes": [],
        "need_id": None,
    }
    return world.match(world.challenge("Déneiger"), world.firm("Nordet"), 64.2, reasons=[reason], **columns)


def work_off(parts: Parts, clock: Clock) -> None:
    """What relay and worker do, in this process, a minute later."""
    clock.forward(minutes=1)
    while due := take_due(parts):
        for outbox_id, _topic in due:
            deliver(parts, outbox_id)


def test_both_texts_are_whole_and_the_cited_passages_are_marked_in_them(world: World, facilitator: Visitor) -> None:
    match_id = a_cited_match(world)

    page = facilitator.text(f"/fr/facilitation/matches/{match_id}")

    assert re.search(r'La neige bloque les pistes\. <mark id="challenge-1">Il faut savoir où passer en premier\.', page)
    assert re.search(r'Nous traçons des itinéraires\. <mark id="firm-1">Les camions les suivent\.', page)
    assert "64,2" in page
    assert "Une carte mise à jour chaque heure" in page


def test_a_passage_is_marked_where_it_moved_and_told_where_it_is_gone(world: World, facilitator: Visitor) -> None:
    match_id = a_cited_match(world)
    match = world.stored(match_id)
    with world.store.write() as work:
        challenge = work.session.get_one(Challenge, match.challenge_id)
        challenge.texts[0].problem = "Avant tout. Il faut savoir où passer en premier."
        challenge.version += 1
        match_row = work.session.get_one(type(match), match_id)
        match_row.firm.texts[0].offer = "Tout autre chose."

    page = facilitator.text(f"/en/facilitation/matches/{match_id}")

    assert 'Avant tout. <mark id="challenge-1">Il faut' in page
    assert 'id="firm-1"' not in page and "the passage is no longer there" in page
    assert "now 2" in page


def test_html_in_texts_notes_and_names_is_shown_and_never_run(world: World, facilitator: Visitor) -> None:
    bad = "<script>alert(1)</script>"
    challenge_id = world.challenge(bad, problem=f"{bad} et <b>fin</b>", needs=(bad,), private_note=bad, owner=bad)
    match_id = world.match(challenge_id, world.firm(bad, offer=bad))
    for path in ("/fr/facilitation", f"/fr/facilitation/matches/{match_id}"):
        page = facilitator.text(path)
        assert "<script>alert" not in page and "<b>fin" not in page
        assert "&lt;script&gt;alert(1)" in page

    facilitator.send(
        f"/fr/facilitation/matches/{match_id}/review", {"move": "reject", "reason": "off_topic", "note": bad}
    )

    assert "<script>alert" not in facilitator.text(f"/fr/facilitation/matches/{match_id}")
    assert "<script>alert" not in facilitator.text("/fr/facilitation")


def test_an_approval_goes_on_to_the_next_match_and_offers_an_undo(world: World, facilitator: Visitor) -> None:
    first, second = world.pair(80), world.pair(60)

    answer = facilitator.send(f"/fr/facilitation/matches/{first}/review?sort=newest", {"move": "approve"})

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/fr/facilitation/matches/{second}?sort=newest"
    page = facilitator.text(answer.headers["Location"])
    decisions = re.search(r'name="decisions" value="(\d+)"', page)
    assert decisions and "Défi 1 – Firme 1" in page

    answer = facilitator.send("/fr/facilitation/undo", {"decisions": decisions[1]})

    assert answer.headers["Location"] == f"/fr/facilitation/matches/{first}"
    assert world.stored(first).state == "suggested"


def test_after_the_last_match_the_queue_is_shown(world: World, facilitator: Visitor) -> None:
    match_id = world.pair()

    answer = facilitator.send(f"/en/facilitation/matches/{match_id}/review", {"move": "approve"})

    assert answer.headers["Location"] == "/en/facilitation"
    assert "Nothing waits for a decision." in facilitator.text("/en/facilitation")


def test_a_rejection_without_a_reason_keeps_the_note_and_says_so_beside_the_field(
    world: World, facilitator: Visitor
) -> None:
    match_id = world.pair()

    answer = facilitator.send(f"/fr/facilitation/matches/{match_id}/review", {"move": "reject", "note": "trop tôt"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="reject-reason-error">Ce champ est obligatoire.' in page
    assert "trop tôt</textarea>" in page
    assert world.stored(match_id).state == "suggested"


@pytest.mark.parametrize("until", ["", "2020-01-01", "demain", "2027-02-30"])
def test_a_snooze_without_a_day_ahead_keeps_what_was_typed(world: World, facilitator: Visitor, until: str) -> None:
    match_id = world.pair()

    answer = facilitator.send(f"/fr/facilitation/matches/{match_id}/review", {"move": "snooze", "until": until})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="snooze-until-error">' in page and f'name="until" value="{until}"' in page


def test_a_decision_on_what_somebody_moved_meanwhile_answers_409_and_shows_how_it_is_now(
    world: World, facilitator: Visitor, signed_in: Callable[..., Visitor]
) -> None:
    match_id = world.pair()
    other = signed_in("autre@passerelle.example", role="facilitator")
    other.send(f"/fr/facilitation/matches/{match_id}/review", {"move": "snooze", "until": "2027-04-01"})

    answer = facilitator.send(
        f"/en/facilitation/matches/{match_id}/review",
        {"move": "reject", "reason": "conflict", "note": "kept", "row_version": "1"},
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "changed since you opened it" in page and "Snoozed until" in page
    assert 'value="conflict" checked' in page and "kept</textarea>" in page
    assert world.stored(match_id).state == "snoozed"


@pytest.mark.parametrize("form", [{}, {"move": "explode"}, {"move": "approve", "row_version": "x"}])
def test_an_odd_form_is_answered(world: World, facilitator: Visitor, form: dict[str, str]) -> None:
    match_id = world.pair()

    assert facilitator.send(f"/fr/facilitation/matches/{match_id}/review", form).status_code in (303, 409)
    assert facilitator.get("/fr/facilitation/matches/999999").status_code == 404
    assert facilitator.send("/fr/facilitation/matches/999999/review", {"move": "approve"}).status_code == 303


def test_approving_twice_mails_the_firm_once(
    world: World, facilitator: Visitor, parts: Parts, settings: Settings, clock: Clock
) -> None:
    firm_id = world.firm("Nordet", world.user("camille@firme.example"), world.user("kim@firme.example", language="en"))
    match_id = world.match(world.challenge("Déneiger", private_note="budget secret"), firm_id, 64.2)
    review = f"/fr/facilitation/matches/{match_id}/review"

    assert facilitator.send(review, {"move": "approve"}).status_code == 303
    assert facilitator.send(review, {"move": "approve"}).status_code == 409
    work_off(parts, clock)
    facilitator.send(review, {"move": "reopen"})
    facilitator.send(review, {"move": "approve"})
    work_off(parts, clock)

    found = {message["To"]: message for message in messages(mail_folder(settings))}
    assert len(messages(mail_folder(settings))) == 2
    assert found["camille@firme.example"]["Subject"].replace("\xa0", " ") == "Un défi vous est recommandé : Déneiger"
    assert found["kim@firme.example"]["Subject"] == "A challenge is recommended to you: Déneiger"
    body = found["camille@firme.example"].get_content().replace("\xa0", " ")
    assert "64,2 sur 100" in body
    assert "http://127.0.0.1:8000/fr/organisations/" in body and "secret" not in body


def mail_folder(settings: Settings) -> Path:
    return settings.var / "mail"


def test_an_approval_taken_back_before_the_mail_went_mails_nobody(
    world: World, facilitator: Visitor, parts: Parts, settings: Settings, clock: Clock
) -> None:
    match_id = world.match(world.challenge(), world.firm("Nordet", world.user("camille@firme.example")))
    facilitator.send(f"/fr/facilitation/matches/{match_id}/review", {"move": "approve"})
    decisions = re.search(r'name="decisions" value="(\d+)"', facilitator.text("/fr/facilitation"))
    assert decisions

    facilitator.send("/fr/facilitation/undo", {"decisions": decisions[1]})
    work_off(parts, clock)

    assert messages(mail_folder(settings)) == []


def test_the_history_names_who_did_what_and_why(world: World, facilitator: Visitor) -> None:
    match_id = world.pair()
    review = f"/en/facilitation/matches/{match_id}/review"
    facilitator.send(review, {"move": "reject", "reason": "too_mature", "note": "Already sold everywhere"})
    facilitator.send(review, {"move": "reopen"})

    page = facilitator.text(f"/en/facilitation/matches/{match_id}")

    history = page[page.index('id="history"') :]
    assert "animation" in history and "Solution too mature" in history and "Already sold everywhere" in history
    assert history.index("Reopened") < history.index("Rejected")


def test_the_shortcuts_are_listed_and_can_be_switched_off(world: World, facilitator: Visitor) -> None:
    page = facilitator.text(f"/en/facilitation/matches/{world.pair()}")

    assert "data-shortcuts-switch" in page and "js/facilitation.js" in page
    for key in "jkarsu?":
        assert f"<kbd>{key}</kbd>" in page
