from __future__ import annotations

import re

import pytest

from tests.facilitation.world import World
from tests.web.portal import Visitor


def shown(page: str) -> list[int]:
    """The matches of a list, in its order."""
    return [int(found) for found in re.findall(r'name="match" value="(\d+):\d+"', page)]


def token(page: str) -> str:
    found = re.search(r'name="decisions" value="([^"]*)"', page)
    assert found, "nothing to undo is offered"
    return found[1]


def test_the_queue_is_french_first_and_ranks_interested_firms_before_scores(world: World, facilitator: Visitor) -> None:
    low, high, interested = world.pair(50), world.pair(80), world.pair(20, firm_answer="interested")

    page = facilitator.text("/fr/facilitation")

    assert '<html lang="fr">' in page
    assert shown(page) == [interested, high, low]
    assert "Défi 2" in page and "Firme 2" in page


def test_filters_are_kept_in_the_address_and_in_the_links_to_matches(world: World, facilitator: Visitor) -> None:
    wanted = world.match(world.challenge("Trier", sectors=["health"]), world.firm("Une"), 70, languages="fr-en")
    world.pair(90)

    page = facilitator.text("/fr/facilitation?sector=health&languages=fr-en&least=65,5&freshness=fresh&sort=deadline")

    assert shown(page) == [wanted]
    assert re.search(rf'href="/fr/facilitation/matches/{wanted}\?[^"]*sector=health', page)
    assert 'value="65.5"' in page


@pytest.mark.parametrize(
    "query",
    [
        "view=nonsense&sort=x&least=abc&freshness=x&languages=xx&sector=nope&page=-3",
        "least=nan&page=99999999999999999999",
        "text=%00%27%22%3Cscript%3E&least=1e400&challenge_id=999999999999999999",
        "page=abc&least=-5",
    ],
)
def test_any_address_is_answered(world: World, facilitator: Visitor, query: str) -> None:
    world.pair()

    page = facilitator.text(f"/fr/facilitation?{query}")

    assert "<script>" not in page


def test_a_bulk_approval_is_undone_in_one_go(world: World, facilitator: Visitor) -> None:
    pairs = [world.pair(score) for score in (30, 20, 10)]

    answer = facilitator.send(
        "/fr/facilitation/bulk", {"move": "approve", "match": [f"{match_id}:1" for match_id in pairs[:2]]}
    )

    assert answer.status_code == 303
    assert [world.stored(one).state for one in pairs] == ["approved", "approved", "suggested"]
    page = facilitator.text(answer.headers["Location"])
    assert shown(page) == [pairs[2]]

    answer = facilitator.send("/fr/facilitation/undo", {"decisions": token(page)})

    assert answer.status_code == 303
    assert [world.stored(one).state for one in pairs] == ["suggested"] * 3
    assert 'name="decisions"' not in facilitator.text("/fr/facilitation")


def test_a_bulk_move_says_of_each_match_what_happened(world: World, facilitator: Visitor) -> None:
    good, moved = world.pair(30), world.pair(20)
    facilitator.send(f"/fr/facilitation/matches/{moved}/review", {"move": "snooze", "until": "2027-04-01"})

    answer = facilitator.send(
        "/en/facilitation/bulk",
        {"move": "reject", "reason": "too_early", "match": [f"{good}:1", f"{moved}:1", "99999:1", "rubbish"]},
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Défi 1 – Firme 1: <strong>done" in page
    assert "Défi 2 – Firme 2: <strong>not changed: somebody moved it" in page
    assert "#99999: <strong>no longer there" in page
    assert (world.stored(good).state, world.stored(moved).state) == ("rejected", "snoozed")


def test_a_bulk_rejection_without_a_reason_changes_nothing_and_keeps_the_ticks(
    world: World, facilitator: Visitor
) -> None:
    first, second = world.pair(30), world.pair(20)

    answer = facilitator.send("/en/facilitation/bulk", {"move": "reject", "note": "voir <b>", "match": f"{second}:1"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="bulk-reason-error">This field is required.' in page
    assert "voir &lt;b&gt;</textarea>" in page
    assert re.search(rf'value="{second}:1"[^>]* checked', page)
    assert not re.search(rf'value="{first}:1"[^>]* checked', page)
    assert world.stored(second).state == "suggested"


def test_a_bulk_move_of_nothing_says_so(world: World, facilitator: Visitor) -> None:
    world.pair()

    answer = facilitator.send("/fr/facilitation/bulk", {"move": "approve"})

    assert answer.status_code == 422
    assert "Cochez au moins une ligne." in answer.get_data(as_text=True)


def test_an_undo_that_comes_too_late_says_so_and_changes_nothing(world: World, facilitator: Visitor) -> None:
    match_id = world.pair()
    facilitator.send("/fr/facilitation/bulk", {"move": "snooze", "until": "2027-04-01", "match": f"{match_id}:1"})
    decision = token(facilitator.text("/fr/facilitation"))
    facilitator.send(f"/fr/facilitation/matches/{match_id}/review", {"move": "reject", "reason": "off_topic"})

    facilitator.send("/en/facilitation/undo", {"decisions": decision})

    assert "1 decision stays" in facilitator.text("/en/facilitation")
    assert world.stored(match_id).state == "rejected"


@pytest.mark.parametrize("decisions", ["", "abc", "1,2,999999999999", "0"])
def test_an_undo_of_what_is_not_there_is_answered(world: World, facilitator: Visitor, decisions: str) -> None:
    assert facilitator.send("/fr/facilitation/undo", {"decisions": decisions}).status_code == 303


@pytest.mark.parametrize(("move", "field"), [("reject", "reason"), ("reject", "note"), ("snooze", "until")])
def test_a_refused_move_leads_to_its_field(world: World, facilitator: Visitor, move: str, field: str) -> None:
    match_id = world.pair()
    data = {
        "move": move,
        "reason": "off_topic" if field == "note" else "",
        "note": "x" * 1001 if field == "note" else "",
    }

    bulk = facilitator.send("/fr/facilitation/bulk", {**data, "match": f"{match_id}:1"})
    single = facilitator.send(f"/fr/facilitation/matches/{match_id}/review", data)

    for answer, prefix in ((bulk, "bulk"), (single, move)):
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert f'<a href="#{prefix}-{field}">' in page
        assert page.count(f' id="{prefix}-{field}"') == 1


@pytest.mark.parametrize(
    ("query", "told", "way_out"),
    [
        ("text=zzzz", "under these filters", True),
        ("view=rejected&sector=health", "under these filters", True),
        ("view=rejected&sort=newest", "No match has this state.", False),
        ("", "Nothing waits for a decision", False),
    ],
)
def test_an_empty_queue_says_why_and_how_to_go_on(facilitator: Visitor, query: str, told: str, way_out: bool) -> None:
    empty = facilitator.text(f"/en/facilitation?{query}").split('class="empty"')[1]

    assert told in empty
    assert ("Clear the filters" in empty) == way_out
