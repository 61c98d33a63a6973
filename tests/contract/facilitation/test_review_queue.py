from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event

from app.services.actor import Actor
from app.services.facilitation.queue_filter import QueueFilter
from app.services.facilitation.review_match import approve, reject, snooze
from app.services.facilitation.review_queue import QueuePage, first_id, place_of, queue_page
from matching.errors import Forbidden
from tests.facilitation.world import World


def queue(world: World, page: int = 1, per_page: int = 25, **wanted: object) -> QueuePage:
    with world.store.read() as work:
        return queue_page(work, Actor(None, "fr", facilitator=True), QueueFilter(**wanted), page, per_page)  # type: ignore[arg-type]


def ids(found: QueuePage) -> list[int]:
    return [match.id for match in found.matches]


def test_interested_firms_come_first_and_the_rest_by_score(world: World) -> None:
    low, high, interested = world.pair(50), world.pair(80), world.pair(20, firm_answer="interested")

    assert ids(queue(world)) == [interested, high, low]


def test_a_snoozed_match_is_back_in_the_queue_on_its_day(world: World) -> None:
    match_id, actor = world.pair(), world.facilitator()
    with world.store.write() as work:
        snooze(work, actor, match_id, "2027-03-08")

    assert ids(queue(world)) == [] and ids(queue(world, view="snoozed")) == [match_id]
    world.clock.forward(days=7)
    assert ids(queue(world)) == [match_id] and ids(queue(world, view="snoozed")) == []


def test_each_state_has_its_view_and_its_count(world: World) -> None:
    actor = world.facilitator()
    waiting, good, bad, asleep = (world.pair() for _ in range(4))
    interested, declined = world.pair(firm_answer="interested"), world.pair(firm_answer="declined")
    with world.store.write() as work:
        approve(work, actor, good)
        reject(work, actor, bad, "off_topic")
        snooze(work, actor, asleep, "2027-04-01")

    expected = {
        "todo": [interested, waiting],
        "interested": [interested],
        "suggested": [waiting],
        "approved": [good],
        "rejected": [bad],
        "snoozed": [asleep],
        "declined": [declined],
    }
    assert {view: ids(queue(world, view=view)) for view in expected} == expected
    assert queue(world).counts == {view: len(found) for view, found in expected.items()}


def test_what_cannot_be_offered_any_more_is_no_work_to_do(world: World) -> None:
    world.match(world.challenge(status="closed"), world.firm("Une"))
    world.match(world.challenge(deadline=date(2027, 2, 1)), world.firm("Deux"))
    world.match(world.challenge(), world.firm("Trois", status="withdrawn"))

    assert ids(queue(world)) == []


def test_filters_narrow_the_queue(world: World) -> None:
    health = world.match(world.challenge("Trier", sectors=["health", "finance"]), world.firm("Une"), 40)
    english = world.match(world.challenge("Sort", language="en"), world.firm("Deux"), 70, languages="en-fr")
    stale = world.pair(60, stale=True)
    world.clock.forward(days=3)
    new = world.pair(90)

    assert ids(queue(world, sector="health")) == [health]
    assert ids(queue(world, sector="heal")) == []
    assert ids(queue(world, languages="en-fr")) == [english]
    assert ids(queue(world, least=70.0)) == [new, english]
    assert ids(queue(world, freshness="stale")) == [stale]
    assert ids(queue(world, freshness="fresh")) == [new, english, health]
    assert ids(queue(world, freshness="day")) == [new]
    assert ids(queue(world, freshness="week")) == [new, english, stale, health]


def test_free_text_finds_titles_owners_and_firms_without_their_accents(world: World) -> None:
    title = world.match(world.challenge("Étude des crues"), world.firm("Une"))
    owner = world.match(world.challenge("Autre", owner="Hôpital du Nord"), world.firm("Deux"))
    firm = world.match(world.challenge("Encore"), world.firm("Éclair Numérique"))

    assert ids(queue(world, text="etude CRUES")) == [title]
    assert ids(queue(world, text="hopital")) == [owner]
    assert ids(queue(world, text="eclair")) == [firm]
    assert ids(queue(world, text="100%_nothing'")) == []


def test_sorts_by_newest_and_by_the_deadline_that_comes_first(world: World) -> None:
    late = world.match(world.challenge("Tard", deadline=date(2027, 9, 1)), world.firm("Une"), 90)
    never = world.match(world.challenge("Jamais", deadline=None), world.firm("Deux"), 95)
    world.clock.forward(hours=1)
    soon = world.match(world.challenge("Vite", deadline=date(2027, 3, 20)), world.firm("Trois"), 10)

    assert ids(queue(world, sort="newest")) == [soon, never, late]
    assert ids(queue(world, sort="deadline")) == [soon, late, never]


@pytest.mark.parametrize("sort", ["score", "newest", "deadline"])
def test_walking_from_next_to_next_meets_every_match_once_in_the_order_of_the_list(world: World, sort: str) -> None:
    for score in (50, 50, 80, 20):
        world.pair(score)
        world.clock.forward(minutes=1)
    world.pair(50, firm_answer="interested")
    actor, wanted = world.facilitator(), QueueFilter(sort=sort)  # type: ignore[arg-type]
    expected = ids(queue(world, sort=sort))

    walked, back = [], []
    with world.store.read() as work:
        current = first_id(work, actor, wanted)
        while current is not None:
            walked.append(current)
            place = place_of(work, actor, world.stored(current), wanted)
            back.append(place.previous_id)
            assert (place.before, place.total) == (len(walked) - 1, 5)
            current = place.next_id

    assert walked == expected
    assert back == [None, *expected[:-1]]


def test_a_page_behind_the_last_is_the_last(world: World) -> None:
    pairs = [world.pair(score) for score in (30, 20, 10)]

    found = queue(world, page=9, per_page=2)

    assert (ids(found), found.page, found.pages, found.total) == ([pairs[2]], 2, 2, 3)


def test_the_queue_asks_as_many_questions_for_many_matches_as_for_one(world: World) -> None:
    asked: list[str] = []
    event.listen(world.store.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    world.pair()
    asked.clear()
    queue(world)
    for_one = len(asked)
    for _ in range(6):
        world.pair()
    asked.clear()

    found = queue(world)

    assert len(found.matches) == 7 and len(asked) == for_one <= 6


def test_nobody_but_a_facilitator_sees_the_queue(world: World) -> None:
    with world.store.read() as work, pytest.raises(Forbidden):
        queue_page(work, Actor(1, "fr"), QueueFilter(), 1)
