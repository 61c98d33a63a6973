from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.records.matches import Match
from app.records.vectors import DatabaseVectors
from app.services.index_records import rebuild_index
from app.services.parts import Parts, build_engine, build_mailer
from app.services.refresh_matches import refresh_challenge
from app.services.review_match import approve, reject, snooze
from app.services.statistics import refresh_statistics
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
