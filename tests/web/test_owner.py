from __future__ import annotations

from collections.abc import Callable

import pytest

from app.records.challenges import Challenge
from app.records.matches import Match
from tests.facilitation.world import World
from tests.web.portal import Visitor, fields

SignIn = Callable[..., Visitor]


@pytest.fixture
def city(world: World) -> int:
    return world.organisation("Ville")


@pytest.fixture
def owner(city: int, signed_in: SignIn) -> Visitor:
    return signed_in("d@ville.example", city)


def test_the_list_counts_approved_and_interested_firms(owner: Visitor, city: int, world: World) -> None:
    challenge = world.challenge(organisation_id=city)
    world.match(challenge, world.firm("Alpha"), state="approved")
    world.match(challenge, world.firm("Bêta"), firm_answer="interested")
    world.match(challenge, world.firm("Gamma"))

    page = owner.text(f"/fr/organisations/{city}/challenges")

    assert page.count('<td class="number">1</td>') == 2
    assert page.count('<td class="number">0</td>') == 1


def test_an_empty_list_tells_what_to_do(owner: Visitor, city: int) -> None:
    assert f'href="/fr/organisations/{city}/challenges/new"' in owner.text(f"/fr/organisations/{city}/challenges")


def test_the_desk_shows_approved_and_interested_firms_and_no_others(owner: Visitor, city: int, world: World) -> None:
    challenge = world.challenge(organisation_id=city)
    world.match(challenge, world.firm("Alpha"), state="approved")
    world.match(challenge, world.firm("Bêta"), firm_answer="interested")
    world.match(challenge, world.firm("Gamma"))
    world.match(challenge, world.firm("Delta"), firm_answer="declined", firm_reason="conflict")
    world.match(challenge, world.firm("Epsilon"), state="rejected", firm_answer="interested")

    page = owner.text(f"/en/challenges/{challenge}/desk")

    assert page.index("Alpha") < page.index("Bêta")
    assert "The facilitator approved this firm" in page
    assert "The facilitator has not looked at this firm yet" in page
    for name in ("Gamma", "Delta", "Epsilon"):
        assert name not in page


def test_a_firm_that_is_not_public_any_more_is_named_without_a_link_that_leads_nowhere(
    owner: Visitor, city: int, world: World
) -> None:
    firm = world.firm("Alpha", status="withdrawn")
    challenge = world.challenge(organisation_id=city)
    world.match(challenge, firm, state="approved")

    page = owner.text(f"/fr/challenges/{challenge}/desk")

    assert "Alpha" in page
    assert f'href="/fr/firms/{firm}"' not in page


def test_the_history_tells_who_changed_what(owner: Visitor, city: int, world: World) -> None:
    page = f"/en/organisations/{city}/challenges/new"
    form = {"original": "en", "en.title": "Count the buses", "en.problem": "Nobody knows how many are late."}
    desk = owner.send(page, form, page=page).location
    edit = desk.replace("/desk", "/edit")
    owner.send(edit, {**fields(owner.text(edit)), "en.title": "Count all buses", "place": "Laval"}, page=edit)

    shown = owner.text(desk)

    assert "Title (English), Place" in shown
    assert "First version" in shown
    assert "d</td>" in shown, "the person's name"


def test_only_legal_moves_have_buttons(owner: Visitor, city: int, world: World) -> None:
    shown = {}
    for status in ("draft", "in_review", "open", "withdrawn"):
        challenge = world.challenge(organisation_id=city, status=status)
        page = owner.text(f"/fr/challenges/{challenge}/desk")
        shown[status] = {
            step for step in ("review", "draft", "close", "withdraw") if f'/challenges/{challenge}/{step}"' in page
        }

    assert shown == {
        "draft": {"review", "withdraw"},
        "in_review": {"draft", "withdraw"},
        "open": {"close", "withdraw"},
        "withdrawn": set(),
    }


def test_what_the_facilitator_asks_for_is_shown_to_the_owner_only(
    owner: Visitor, city: int, world: World, visitor: Visitor
) -> None:
    challenge = world.challenge(organisation_id=city, status="changes_requested", review_note="NOTE-DE-REVISION")

    assert "NOTE-DE-REVISION" in owner.text(f"/fr/challenges/{challenge}/desk")
    assert "NOTE-DE-REVISION" in owner.text(f"/fr/challenges/{challenge}/edit")
    assert visitor.get(f"/fr/challenges/{challenge}").status_code == 404


def test_people_of_another_organisation_get_404(city: int, world: World, signed_in: SignIn) -> None:
    challenge = world.challenge(organisation_id=city)
    stranger = signed_in("x@autre.example", world.organisation("Autre"))

    for path in (
        f"/fr/organisations/{city}/challenges",
        f"/fr/challenges/{challenge}/desk",
        f"/fr/challenges/{challenge}/submissions/1",
        "/fr/organisations/999999/challenges",
    ):
        assert stranger.get(path).status_code == 404, path


def test_a_facilitator_who_asks_for_an_organisation_that_is_not_there_gets_404(signed_in: SignIn) -> None:
    facilitator = signed_in("f@p.example", role="facilitator")

    for path in ("challenges", "recommended", "submissions", "profile", "challenges/new"):
        assert facilitator.get(f"/fr/organisations/999999/{path}").status_code == 404, path


def test_a_closed_challenge_takes_no_more_submissions_and_keeps_its_firms(
    owner: Visitor, city: int, world: World
) -> None:
    challenge = world.challenge(organisation_id=city)
    world.match(challenge, world.firm("Alpha"), state="approved")

    owner.send(f"/fr/challenges/{challenge}/close", page=f"/fr/challenges/{challenge}/desk")

    with world.store.read() as work:
        assert work.session.get_one(Challenge, challenge).status == "closed"
        assert work.session.query(Match).count() == 1
    assert "Alpha" in owner.text(f"/fr/challenges/{challenge}/desk")
