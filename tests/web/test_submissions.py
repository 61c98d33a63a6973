from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.matches import Submission
from app.services.parts import Parts
from tests.facilitation.world import START, World
from tests.web.portal import Visitor, fields, refused

SignIn = Callable[..., Visitor]


class Desk:
    """A firm before an open challenge with an essential and a desirable outcome."""

    def __init__(self, world: World, signed_in: SignIn) -> None:
        self.world = world
        self.owner = world.organisation("Ville")
        self.challenge = world.challenge(organisation_id=self.owner, needs=("Une carte", "Une alarme"))
        self.firm = world.firm("Nordet")
        with world.store.write() as work:
            needs = work.session.get_one(Challenge, self.challenge).needs
            needs[1].essential = False
            self.essential, self.desirable = needs[0].id, needs[1].id
            self.organisation = work.session.get_one(FirmProfile, self.firm).organisation_id
        self.visitor = signed_in("camille@nordet.example", self.organisation)
        self.path = f"/fr/challenges/{self.challenge}/submit"
        self.mine = f"/fr/organisations/{self.organisation}/submissions"
        self.form: dict[str, Any] = {
            "summary": "Nous branchons une balise sur chaque camion.",
            f"answers.{self.essential}": "La carte est refaite chaque minute.",
            f"answers.{self.desirable}": "",
            "trl": "7",
            "contact_name": "Camille Roy",
            "contact_email": "camille@nordet.example",
        }

    def send(self, **changed: Any) -> Any:
        return self.visitor.send(self.path, {**self.form, **changed}, page=self.path)

    def stored(self) -> list[Submission]:
        with self.world.store.read() as work:
            return list(work.session.scalars(select(Submission)))


@pytest.fixture
def desk(world: World, signed_in: SignIn) -> Desk:
    return Desk(world, signed_in)


def test_a_solution_is_submitted_and_its_status_shown(desk: Desk) -> None:
    answer = desk.send(then="submit")

    row = desk.stored()[0]
    assert answer.location == desk.mine
    assert (row.state, row.trl, row.contact_email) == ("submitted", 7, "camille@nordet.example")
    assert row.answers == {str(desk.essential): "La carte est refaite chaque minute."}
    assert "Soumise" in desk.visitor.text(desk.mine)


def test_a_draft_may_be_incomplete_and_is_gone_on_with(desk: Desk) -> None:
    desk.visitor.send(desk.path, {"summary": "Un début", "then": "draft"}, page=desk.path)
    form = fields(desk.visitor.text(desk.path))

    assert desk.stored()[0].state == "draft"
    assert form["summary"] == ["Un début"]


def test_the_deadline_is_shown(desk: Desk) -> None:
    assert "30 juin 2027" in desk.visitor.text(desk.path)


def test_a_submission_is_edited_withdrawn_and_sent_again(desk: Desk) -> None:
    desk.send(then="submit")
    page = desk.visitor.text(desk.path)
    assert "<h1>Modifier la proposition</h1>" in page
    form = fields(page)
    desk.visitor.send(desk.path, {**form, "summary": "Mieux dit", "then": "submit"}, page=desk.path)
    edited = desk.stored()[0]
    desk.visitor.send(f"/fr/submissions/{edited.id}/withdraw", page=desk.mine)
    withdrawn = desk.stored()[0].state
    desk.send(then="submit")

    assert (edited.state, edited.summary) == ("submitted", "Mieux dit")
    assert withdrawn == "withdrawn"
    assert [row.state for row in desk.stored()] == ["submitted"]


BAD: list[tuple[str, str, str, str]] = [
    ("summary", "", "obligatoire", "required"),
    ("summary", "x" * 20_001, "20\u202f000", "20,000"),
    ("summary", "a\x00b", "nul", "NUL"),
    ("essential", "", "obligatoire", "required"),
    ("essential", "x" * 5_001, "5\u202f000", "5,000"),
    ("desirable", "a\x00b", "nul", "NUL"),
    ("trl", "", "obligatoire", "required"),
    ("trl", "beaucoup", "nombre", "number"),
    ("trl", "12", "limites", "range"),
    ("solution_id", "999999", "liste", "list"),
    ("contact_name", "", "obligatoire", "required"),
    ("contact_email", "", "obligatoire", "required"),
    ("contact_email", "nobody", "courriel", "e-mail"),
]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_faults_are_told_beside_their_fields_and_nothing_typed_is_lost(desk: Desk, lang: str) -> None:
    desk.path = f"/{lang}/challenges/{desk.challenge}/submit"
    names = {"essential": f"answers.{desk.essential}", "desirable": f"answers.{desk.desirable}"}
    for short, value, french, english in BAD:
        field = names.get(short, short)
        answer = desk.send(then="submit", **{field: value})

        kept = refused(answer, field, french if lang == "fr" else english)
        for name, typed in desk.form.items():
            if name != field:
                assert kept[name] == [typed]
    assert desk.stored() == []


def test_after_the_deadline_nothing_is_taken_and_nothing_typed_is_lost(desk: Desk) -> None:
    page = desk.visitor.text(desk.path)
    with desk.world.store.write() as work:
        work.session.get_one(Challenge, desk.challenge).deadline = date(2027, 2, 27)

    late = desk.visitor.client.post(
        desk.path, data={**desk.form, "then": "submit", "csrf_token": fields(page)["csrf_token"][0]}
    )

    assert START.date() > date(2027, 2, 27)
    assert late.status_code == 409
    assert fields(late.get_data(as_text=True))["summary"] == [desk.form["summary"]]
    assert desk.stored() == []


def test_faults_are_told_in_the_order_of_the_form(desk: Desk) -> None:
    page = desk.visitor.send(desk.path, {**dict.fromkeys(desk.form, ""), "then": "submit"}, page=desk.path).get_data(
        as_text=True
    )

    places = [page.index(f'<a href="#{name}"') for name in desk.form if name != f"answers.{desk.desirable}"]
    assert places == sorted(places)


def test_an_outcome_in_the_other_language_is_marked_as_such_where_it_is_asked_and_where_it_is_told(desk: Desk) -> None:
    path = desk.path.replace("/fr/", "/en/")
    page = desk.visitor.send(path, {"then": "submit"}, page=path).get_data(as_text=True)

    assert '<span lang="fr">Une carte</span>' in page
    assert f'<a href="#answers.{desk.essential}" lang="fr">Une carte</a>' in page
    assert 'lang="en">Une carte' not in desk.visitor.text(desk.path)
    assert '<span lang="fr">Une carte' not in desk.visitor.text(desk.path)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_after_its_last_day_nobody_is_asked_to_write_for_a_challenge(desk: Desk, lang: str) -> None:
    detail = f"/{lang}/challenges/{desk.challenge}"
    before = desk.visitor.text(detail)
    with desk.world.store.write() as work:
        work.session.get_one(Challenge, desk.challenge).deadline = date(2027, 2, 27)

    assert f'href="{detail}/submit"' in before
    assert f'href="{detail}/submit"' not in desk.visitor.text(detail)
    assert "<textarea" not in desk.visitor.text(f"{detail}/submit")


def test_the_days_that_are_left_are_counted_from_the_day_of_the_portal(desk: Desk) -> None:
    with desk.world.store.write() as work:
        work.session.get_one(Challenge, desk.challenge).deadline = date(2027, 3, 4)

    assert "(3 days left)" in desk.visitor.text(f"/en/challenges/{desk.challenge}")


def test_a_submission_under_evaluation_can_be_read_but_not_changed(desk: Desk) -> None:
    desk.send(then="submit")
    with desk.world.store.write() as work:
        work.session.scalars(select(Submission)).one().state = "under_evaluation"

    page = desk.visitor.text(desk.path)
    changed = desk.send(then="submit", summary="Trop tard")
    withdrawn = desk.visitor.send(f"/fr/submissions/{desk.stored()[0].id}/withdraw", page=desk.mine)

    assert 'value="submit"' not in page
    assert (changed.status_code, withdrawn.status_code) == (409, 409)
    assert desk.stored()[0].summary == desk.form["summary"]


def test_two_people_of_one_firm_do_not_overwrite_each_other_unseen(desk: Desk) -> None:
    desk.send(then="draft")
    form = fields(desk.visitor.text(desk.path))
    desk.visitor.send(desk.path, {**form, "summary": "Le premier"}, page=desk.path)

    late = desk.visitor.send(desk.path, {**form, "summary": "Le second"}, page=desk.path)

    assert late.status_code == 409
    assert fields(late.get_data(as_text=True))["summary"] == ["Le second"]
    assert desk.stored()[0].summary == "Le premier"


def test_a_person_without_a_firm_is_told_to_describe_one(world: World, desk: Desk, signed_in: SignIn) -> None:
    organisation = world.organisation("Neuve", firm=True)
    visitor = signed_in("n@neuve.example", organisation)

    page = visitor.text(desk.path)
    posted = visitor.send(desk.path, desk.form, page=desk.path)

    assert f'href="/fr/organisations/{organisation}/profile"' in page
    assert posted.status_code == 200
    assert desk.stored() == []


def test_nobody_submits_withdraws_or_reads_in_the_name_of_another_firm(desk: Desk, signed_in: SignIn) -> None:
    desk.send(then="submit")
    submission = desk.stored()[0].id
    rival_firm = desk.world.firm("Rivale")
    with desk.world.store.read() as work:
        rival_organisation = work.session.get_one(FirmProfile, rival_firm).organisation_id
    rival = signed_in("x@rivale.example", rival_organisation)

    listed = rival.get(desk.mine).status_code
    withdrawn = rival.send(f"/fr/submissions/{submission}/withdraw").status_code
    rival.send(desk.path, {**desk.form, "firm": str(desk.firm), "summary": "Usurpé", "then": "submit"})

    assert (listed, withdrawn) == (404, 404)
    with desk.world.store.read() as work:
        rows = {row.firm_id: row for row in work.session.scalars(select(Submission))}
    assert rows[desk.firm].summary == desk.form["summary"]
    assert rows[desk.firm].state == "submitted"
    assert desk.form["summary"] not in rival.text(desk.path)


def test_a_challenge_that_is_not_public_takes_nothing(desk: Desk) -> None:
    hidden = desk.world.challenge("Brouillon", status="draft")

    assert desk.visitor.get(f"/fr/challenges/{hidden}/submit").status_code == 404


def test_script_in_a_submission_is_shown_to_the_owner_as_text(desk: Desk, signed_in: SignIn) -> None:
    evil = "<script>alert(1)</script>"
    desk.send(then="submit", summary=evil, contact_name=evil, **{f"answers.{desk.essential}": evil})
    owner = signed_in("d@ville.example", desk.owner)

    page = owner.text(f"/fr/challenges/{desk.challenge}/submissions/{desk.stored()[0].id}")

    assert evil not in page
    assert page.count("&lt;script&gt;alert(1)") == 3


def test_the_owner_reads_what_was_submitted_and_no_drafts(desk: Desk, signed_in: SignIn, parts: Parts) -> None:
    owner = signed_in("d@ville.example", desk.owner)
    desk.send(then="draft")
    path = f"/fr/challenges/{desk.challenge}/submissions/{desk.stored()[0].id}"
    draft, listed = owner.get(path).status_code, owner.text(f"/fr/challenges/{desk.challenge}/desk")
    desk.send(then="submit")
    page = owner.text(path)

    assert draft == 404
    assert desk.form["summary"] not in listed
    for text in (desk.form["summary"], "La carte est refaite chaque minute.", "Camille Roy", "camille@nordet.example"):
        assert text in page
