from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.records.challenges import Challenge
from app.records.work import Outbox
from app.services.parts import Parts
from tests.facilitation.world import World
from tests.web.portal import Visitor, error_of, fields, refused

SignIn = Callable[..., Visitor]

PROBLEM = (
    "Chaque hiver, les chargements de neige attendent aux dépôts parce que personne ne sait lequel est encore libre."
)
FORM: dict[str, Any] = {
    "original": "fr",
    "fr.title": "Savoir quel dépôt à neige est libre",
    "fr.problem": PROBLEM,
    "needs.0.fr": "Annoncer la place libre de chaque dépôt toutes les dix minutes",
    "needs.0.kind": "essential",
    "needs.1.fr": "Fonctionner sans réseau pendant une heure",
    "needs.1.kind": "desirable",
    "sectors": ["transport"],
    "technologies": ["internet-of-things"],
    "deadline": "2027-06-30",
    "budget_max": "80 000",
    "trl_min": "4",
    "trl_max": "8",
    "private_note": "Le contrat actuel prend fin en mai.",
    "contact_email": "dominique@ville.example",
}


@pytest.fixture
def city(world: World) -> int:
    return world.organisation("Ville")


@pytest.fixture
def owner(city: int, signed_in: SignIn) -> Visitor:
    return signed_in("dominique@ville.example", city)


def new(city: int, lang: str = "fr") -> str:
    return f"/{lang}/organisations/{city}/challenges/new"


def stored(parts: Parts) -> Challenge:
    with parts.store.read() as work:
        return work.session.scalars(select(Challenge)).one()


def test_a_challenge_is_kept_as_typed_and_sent_to_the_facilitator(owner: Visitor, city: int, parts: Parts) -> None:
    answer = owner.send(new(city), {**FORM, "then": "review"}, page=new(city))

    challenge = stored(parts)
    assert answer.location == f"/fr/challenges/{challenge.id}/desk"
    assert (challenge.status, challenge.organisation_id, challenge.original) == ("in_review", city, "fr")
    assert [(need.text_fr, need.essential) for need in challenge.needs] == [
        (FORM["needs.0.fr"], True),
        (FORM["needs.1.fr"], False),
    ]
    assert (challenge.budget_max, challenge.trl_min, challenge.trl_max) == (80000, 4, 8)


def test_a_draft_can_be_saved_edited_sent_taken_back_and_withdrawn(owner: Visitor, city: int, parts: Parts) -> None:
    owner.send(new(city), FORM, page=new(city))
    challenge = stored(parts)
    edit, desk = f"/fr/challenges/{challenge.id}/edit", f"/fr/challenges/{challenge.id}/desk"
    form = fields(owner.text(edit))

    owner.send(edit, {**form, "fr.title": "Un meilleur titre"}, page=edit)
    states = [stored(parts).status]
    for step, data in (("review", {}), ("draft", {}), ("withdraw", {"reason": "Le budget a été retiré."})):
        owner.send(f"/fr/challenges/{challenge.id}/{step}", data, page=desk)
        states.append(stored(parts).status)

    assert states == ["draft", "in_review", "draft", "withdrawn"]
    assert stored(parts).texts[0].title == "Un meilleur titre"
    assert "Un meilleur titre" in owner.text(desk)


def test_the_form_shows_again_all_that_is_stored(owner: Visitor, city: int, parts: Parts) -> None:
    owner.send(new(city), FORM, page=new(city))

    form = fields(owner.text(f"/en/challenges/{stored(parts).id}/edit"))

    for name, value in FORM.items():
        expected = value if isinstance(value, list) else ["80000" if name == "budget_max" else value]
        assert form[name] == expected


def test_an_amendment_of_an_open_challenge_reaches_index_and_matches(
    owner: Visitor, city: int, world: World, parts: Parts
) -> None:
    challenge_id = world.challenge(organisation_id=city)
    match_id = world.match(challenge_id, world.firm("Nordet"))
    edit = f"/fr/challenges/{challenge_id}/edit"
    form = fields(owner.text(edit))

    owner.send(edit, {**form, "fr.outcome": "Moins de camions qui attendent"}, page=edit)

    challenge = stored(parts)
    assert (challenge.status, challenge.version) == ("open", 2)
    assert world.stored(match_id).stale
    with parts.store.read() as work:
        topics = work.session.scalars(select(Outbox.topic).where(Outbox.key == str(challenge_id))).all()
    assert "index_challenge" in topics


BAD: list[tuple[str, str, str, str]] = [
    ("fr.title", "", "obligatoire", "required"),
    ("fr.problem", "   ", "obligatoire", "required"),
    ("fr.title", "x" * 201, "200", "200"),
    ("fr.problem", "x" * 20_001, "20\u202f000", "20,000"),
    ("fr.problem", "a\x00b", "nul", "NUL"),
    ("needs.0.fr", "x" * 501, "500", "500"),
    ("needs.1.fr", "a\x00b", "nul", "NUL"),
    ("deadline", "2020-01-01", "passée", "passed"),
    ("deadline", "demain", "date", "date"),
    ("budget_max", "beaucoup", "nombre", "number"),
    ("budget_max", "-1", "limites", "range"),
    ("budget_min", "90000", "minimum", "minimum"),
    ("trl_min", "12", "limites", "range"),
    ("sectors", "atlantis", "secteur", "sector"),
    ("technologies", "alchemy", "technologie", "technology"),
    ("workshop_code", "nowhere", "atelier", "workshop"),
    ("contact_email", "not an address", "courriel", "e-mail"),
]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_faults_are_told_beside_their_fields_in_the_language_of_the_page_and_nothing_typed_is_lost(
    owner: Visitor, city: int, parts: Parts, lang: str
) -> None:
    for field, value, french, english in BAD:
        answer = owner.send(new(city, lang), {**FORM, field: value}, page=new(city, lang))

        kept = refused(answer, field, french if lang == "fr" else english)
        for name, typed in FORM.items():
            if name != field and name not in ("sectors", "technologies"):
                assert kept[name] == ["80000" if name == "budget_max" else typed]
        if field not in ("sectors", "technologies", "workshop_code", "trl_min") and "\x00" not in value:
            assert kept[field] == [value]
    with parts.store.read() as work:
        assert work.session.scalars(select(Challenge)).all() == []


def test_ten_megabytes_of_text_are_a_fault_of_the_field_and_more_are_too_large(owner: Visitor, city: int) -> None:
    long = owner.send(new(city), {**FORM, "fr.problem": "x" * 10_000_000}, page=new(city))
    larger = owner.send(new(city), {**FORM, "fr.problem": "x" * 13_000_000}, page=new(city))

    assert long.status_code == 422
    assert "20\u202f000" in error_of(long.get_data(as_text=True), "fr.problem")
    assert larger.status_code == 413
    assert "<h1>" in larger.get_data(as_text=True)
    assert "Se déconnecter" in larger.get_data(as_text=True)


def test_a_form_that_has_expired_is_refused_on_a_page_with_the_menu_of_who_sent_it(owner: Visitor, city: int) -> None:
    answer = owner.client.post(new(city), data={**FORM, "csrf_token": "of another session"})

    assert answer.status_code == 400
    assert "Se déconnecter" in answer.get_data(as_text=True)


def test_an_unknown_original_language_is_a_fault_not_an_error(owner: Visitor, city: int) -> None:
    answer = owner.send(new(city), {**FORM, "original": "klingon"}, page=new(city))

    assert answer.status_code == 422
    assert error_of(answer.get_data(as_text=True), "original")


def test_a_text_in_another_language_than_marked_is_saved_with_a_warning(
    owner: Visitor, city: int, parts: Parts
) -> None:
    english = (
        "Every winter the trucks wait at the snow dumps because nobody knows which of them still has any room left."
    )

    answer = owner.send(new(city, "en"), {**FORM, "fr.problem": english}, page=new(city, "en"))
    page = owner.text(answer.location)

    assert stored(parts).texts[0].problem == english
    assert "The problem (French)" in page
    assert "other language" in page


def test_script_is_shown_as_text_everywhere(owner: Visitor, city: int, parts: Parts) -> None:
    evil = '<script>alert(1)</script><img src=x onerror="alert(1)">'
    form = {**FORM, "fr.title": evil, "fr.problem": evil, "needs.0.fr": evil, "private_note": evil}
    owner.send(new(city), form, page=new(city))
    challenge_id = stored(parts).id

    for path in ("", "/edit", "/desk"):
        page = owner.text(f"/fr/challenges/{challenge_id}{path}")
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;" in page


def test_more_lines_can_be_asked_for_without_losing_what_was_typed(owner: Visitor, city: int, parts: Parts) -> None:
    many = {f"needs.{number}.fr": f"Besoin {number}" for number in range(4)}

    answer = owner.send(new(city), {**FORM, **many, "then": "more"}, page=new(city))
    form = fields(answer.get_data(as_text=True))

    assert answer.status_code == 200
    assert form["needs.3.fr"] == ["Besoin 3"]
    assert "needs.5.fr" in form
    with parts.store.read() as work:
        assert work.session.scalars(select(Challenge)).all() == []


def test_more_lines_are_more_than_the_empty_ones_that_are_there_and_the_reader_is_led_to_them(
    owner: Visitor, city: int
) -> None:
    empty = {f"needs.{number}.fr": "" for number in range(4)}

    first = owner.text(new(city))
    second = owner.send(new(city), {**FORM, **empty, "then": "more"}, page=new(city)).get_data(as_text=True)

    assert 'formaction="#needs.4.fr"' in first and 'id="needs.4.fr"' not in first
    assert 'id="needs.5.fr"' in second and 'id="needs.6.fr"' not in second
    assert 'formaction="#needs.6.fr"' in second


def test_the_other_language_of_a_refused_form_is_that_form(owner: Visitor, city: int) -> None:
    page = owner.send(new(city), {**FORM, "fr.title": ""}, page=new(city)).get_data(as_text=True)

    assert f'<a href="{new(city, "en")}" hreflang="en"' in page


def test_two_people_who_edit_at_once_do_not_overwrite_each_other_unseen(
    owner: Visitor, city: int, world: World, parts: Parts
) -> None:
    challenge_id = world.challenge(organisation_id=city)
    edit = f"/fr/challenges/{challenge_id}/edit"
    form = fields(owner.text(edit))
    owner.send(edit, {**form, "fr.title": "Le premier"}, page=edit)

    late = owner.send(edit, {**form, "fr.title": "Le second"}, page=edit)
    shown = fields(late.get_data(as_text=True))

    assert late.status_code == 409
    assert stored(parts).texts[0].title == "Le premier"
    assert shown["fr.title"] == ["Le second"]
    assert owner.send(edit, shown, page=edit).status_code == 302
    assert stored(parts).texts[0].title == "Le second"


def test_a_withdrawal_without_a_reason_is_told_beside_its_field(owner: Visitor, city: int, world: World) -> None:
    challenge_id = world.challenge(organisation_id=city)

    answer = owner.send(f"/fr/challenges/{challenge_id}/withdraw", {"reason": " "})

    assert answer.status_code == 422
    assert "obligatoire" in error_of(answer.get_data(as_text=True), "reason")


@pytest.mark.parametrize("status", ["open", "draft"])
def test_people_of_another_organisation_find_none_of_it(signed_in: SignIn, world: World, status: str) -> None:
    city = world.organisation("Ville")
    challenge_id = world.challenge(organisation_id=city, status=status, private_note="secret")
    stranger = signed_in("x@autre.example", world.organisation("Autre"))

    statuses = {
        path: stranger.get(path).status_code
        for path in (new(city), f"/fr/challenges/{challenge_id}/edit", f"/fr/challenges/{challenge_id}/desk")
    }
    for step in ("edit", "review", "draft", "close", "withdraw"):
        path = f"/fr/challenges/{challenge_id}/{step}"
        statuses[f"POST {path}"] = stranger.send(path, {**FORM, "reason": "non"}).status_code
    statuses["POST new"] = stranger.send(new(city), FORM).status_code

    assert set(statuses.values()) == {404}, statuses
    with world.store.read() as work:
        assert work.session.get_one(Challenge, challenge_id).status == status


def test_a_visitor_is_sent_to_the_sign_in_page_and_comes_back(visitor: Visitor, world: World) -> None:
    city = world.organisation("Ville")

    answer = visitor.get(new(city))

    assert answer.status_code == 302
    assert "/fr/account/login?next=" in answer.location


def test_the_private_note_is_shown_to_owner_and_facilitator_only(
    owner: Visitor, city: int, signed_in: SignIn, world: World, visitor: Visitor
) -> None:
    challenge_id = world.challenge(organisation_id=city, private_note="NOTE-SECRETE", contact_email="c@ville.example")
    firm = world.organisation("Nordet", firm=True)
    path = f"/fr/challenges/{challenge_id}"

    assert "NOTE-SECRETE" in owner.text(path)
    assert "NOTE-SECRETE" in signed_in("f@p.example", role="facilitator").text(path)
    for other in (visitor, signed_in("x@nordet.example", firm)):
        page = other.text(path)
        assert "NOTE-SECRETE" not in page
        assert "c@ville.example" not in page
