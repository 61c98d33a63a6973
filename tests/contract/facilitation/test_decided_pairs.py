from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.records.firms import FirmProfile
from app.records.matches import Match
from app.records.vectors import DatabaseVectors
from app.services.actor import Actor
from app.services.facilitation.match_sheet import history_of
from app.services.facilitation.queue_filter import QueueFilter
from app.services.facilitation.review_match import approve, reject, snooze
from app.services.facilitation.review_queue import queue_page
from app.services.facilitation.undo_review import undo_last
from app.services.firms.recommended import recommended_for
from app.services.index.rebuild_index import rebuild_index
from app.services.parts import Parts, build_engine, build_mailer
from app.services.suggestions.refresh_all import refresh_all
from app.services.suggestions.refresh_matches import refresh_challenge, refresh_firm
from app.services.suggestions.statistics import refresh_statistics
from config.settings import Settings
from indexing.weights import load_weights
from tests.facilitation.world import World

if TYPE_CHECKING:
    from indexing.encoders import SentenceEncoder


@pytest.fixture
def parts(world: World, tmp_path: Path, encoder: SentenceEncoder) -> Iterator[Parts]:
    settings = Settings.from_environ({"PASSERELLE_VAR": str(tmp_path)})
    engine = build_engine(settings)
    vectors = DatabaseVectors(world.store)
    yield Parts(settings, world.store, engine, vectors, load_weights(), build_mailer(settings), encoder)
    engine.close()


def test_a_refresh_leaves_decided_pairs_as_they_are_and_a_rejected_one_never_comes_back(
    world: World, parts: Parts
) -> None:
    challenge_id = world.challenge("Déneiger les pistes cyclables")
    firms = [
        world.firm(name, offer="Nous planifions le déneigement des pistes, heure par heure.")
        for name in ("Approuvée", "Rejetée", "En veille", "Libre")
    ]
    rebuild_index(parts, "firm")
    refresh_statistics(parts)
    refresh_challenge(parts, challenge_id)
    actor = world.facilitator()
    with world.store.write() as work:
        by_firm = {match.firm_id: match.id for match in work.session.scalars(select(Match))}
        approved, rejected, asleep, free = (by_firm[firm_id] for firm_id in firms)
        approve(work, actor, approved)
        reject(work, actor, rejected, "off_topic")
        snooze(work, actor, asleep, "2027-04-01")
    decided = {one: world.stored(one).computed_at for one in (approved, rejected, asleep)}

    world.clock.forward(hours=1)
    refresh_challenge(parts, challenge_id)

    with world.store.read() as work:
        states = {match.id: match.state for match in work.session.scalars(select(Match))}
    assert states == {approved: "approved", rejected: "rejected", asleep: "snoozed", free: "suggested"}
    assert {one: world.stored(one).computed_at for one in decided} == decided
    assert world.stored(free).computed_at == world.clock.now

    world.clock.forward(days=40)
    refresh_challenge(parts, challenge_id)

    assert world.stored(asleep).computed_at == world.clock.now  # its snooze is over: it is a suggestion again
    assert world.stored(rejected).state == "rejected"


@pytest.mark.parametrize("refresh", ["challenge", "firm", "all"])
def test_a_pair_that_somebody_moved_is_never_deleted_but_only_listed_while_it_is_suggested(
    world: World, parts: Parts, refresh: str
) -> None:
    user_id = world.user("membre@firme.example")
    challenge_id, firm_id = world.challenge(), world.firm("Nordet", user_id)
    untouched = world.match(challenge_id, world.firm("Sans offre", opted_out=True))
    rebuild_index(parts, "challenge")
    rebuild_index(parts, "firm")
    refresh_statistics(parts)
    actor, member = world.facilitator(), world.actor(user_id)
    match_id = world.match(challenge_id, firm_id)
    with world.store.write() as work:
        approve(work, actor, match_id)
    with world.store.write() as work:
        undo_last(work, actor, match_id)
    assert listed(world, member, firm_id) == ([match_id], [match_id])

    opt_out(world, firm_id, True)
    refreshed(parts, refresh, challenge_id, firm_id)

    with world.store.read() as work:
        assert [step.decision.move for step in history_of(work, match_id)] == ["undo", "approve"]
    assert listed(world, member, firm_id) == ([], [])
    if refresh != "firm":
        with world.store.read() as work:
            assert work.session.get(Match, untouched) is None  # nobody has spoken of it: nothing is lost

    opt_out(world, firm_id, False)
    refreshed(parts, refresh, challenge_id, firm_id)

    assert listed(world, member, firm_id) == ([match_id], [match_id])


def refreshed(parts: Parts, refresh: str, challenge_id: int, firm_id: int) -> None:
    if refresh == "challenge":
        refresh_challenge(parts, challenge_id)
    elif refresh == "firm":
        refresh_firm(parts, firm_id)
    else:
        refresh_all(parts, firms=True)


def opt_out(world: World, firm_id: int, opted_out: bool) -> None:
    with world.store.write() as work:
        firm = work.session.get_one(FirmProfile, firm_id)
        firm.opted_out = opted_out
        firm.version += 1


def listed(world: World, member: Actor, firm_id: int) -> tuple[list[int], list[int]]:
    """What the facilitator's queue and the firm's page show."""
    with world.store.read() as work:
        found = queue_page(work, Actor(None, "fr", facilitator=True), QueueFilter(firm_id=firm_id), 1)
        recommended = recommended_for(work, member, work.session.get_one(FirmProfile, firm_id))
    return [match.id for match in found.matches], [match.id for match in recommended.suggested]
