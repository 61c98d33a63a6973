"""Rebuild, sweep and new labels as jobs: each run takes a slice, the index in use is whole all the while."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from app.records.firms import FirmProfile
from app.records.store import Store
from app.records.tables import Base
from app.records.taxonomy import Technology
from app.records.work import IndexState, JobRun, Outbox
from app.services.actor import SYSTEM
from app.services.firms.move_firm import withdraw
from app.services.index import index_jobs
from app.services.index.index_records import index_record
from app.services.outbox.deliver import deliver
from app.services.outbox.outbox import take_due
from app.services.parts import Parts
from indexing.searcher import SearchRequest
from tests.facilitation.world import Clock, World

if TYPE_CHECKING:
    from indexing.encoders import SentenceEncoder

CODE = "lidar"


@pytest.fixture
def world(parts: Parts, clock: Clock, encoder: SentenceEncoder) -> Iterator[World]:
    """Real rows and a real embedded engine; the PostgreSQL database is shared by the tests of this module."""
    parts._encoder = encoder
    with parts.store.write() as work:
        for table in reversed(Base.metadata.sorted_tables):
            work.session.execute(table.delete())
    yield World(parts.store, clock)
    parts.engine.close()


@pytest.fixture
def one_batch_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every slice is over after its first batch of two records."""
    monkeypatch.setattr(index_jobs, "SLICE_S", -1.0)
    monkeypatch.setattr(index_jobs, "A_BATCH", 2)


def a_technology(store: Store, label: str) -> None:
    with store.write() as work:
        row = work.session.get(Technology, CODE)
        if row is None:
            work.session.add(Technology(code=CODE, label_fr=label, label_en=label, synonyms_fr=[], synonyms_en=[]))
        else:
            row.label_fr = row.label_en = label


def firms_in(parts: Parts) -> set[int]:
    name = parts.engine.resolve("firms")
    return {int(key) for key in parts.engine.versions(name)} if name else set()


def tell(parts: Parts, topic: str, key: str) -> None:
    with parts.store.write() as work:
        work.tell(topic, key)


def run_all(parts: Parts, topic: str) -> list[str]:
    """Run the messages of a topic until there are none; what became of each."""
    states = []
    while due := [message for message, told in take_due(parts) if told == topic]:
        states += [deliver(parts, message) for message in due]
    return states


def test_a_rebuild_goes_on_slice_by_slice_and_is_swapped_in_when_it_is_whole(
    world: World, parts: Parts, one_batch_a_slice: None
) -> None:
    firms = {world.firm(f"Firme {number}") for number in range(5)}
    index_record(parts, "firm", min(firms))
    before = parts.engine.resolve("firms")
    tell(parts, "rebuild_index", "firm")

    ((message, _),) = take_due(parts)
    assert deliver(parts, message) == "succeeded"
    assert parts.engine.resolve("firms") == before, "an unfinished build is in nobody's way"
    states = run_all(parts, "rebuild_index")

    assert states == ["succeeded"] * 2
    assert parts.engine.resolve("firms") != before
    assert firms_in(parts) == firms
    with parts.store.read() as work:
        held = work.session.scalars(select(IndexState.object_id).where(IndexState.visible)).all()
        builds = {message.payload.get("build") for message in work.session.scalars(select(Outbox))}
    assert set(held) == firms
    assert builds == {None, parts.engine.resolve("firms")}, "each slice went on with the build of the first"


def test_a_sweep_puts_in_what_is_missing_and_takes_out_what_may_not_be_found(
    world: World, parts: Parts, one_batch_a_slice: None
) -> None:
    missing, gone, good = world.firm("Absente"), world.firm("Retirée"), world.firm("Bonne")
    for firm_id in (gone, good):
        index_record(parts, "firm", firm_id)
    with parts.store.write() as work:
        withdraw(work, SYSTEM, gone)
        work.session.execute(delete(Outbox))  # the message was lost
    tell(parts, "sweep_index", "firm")

    states = run_all(parts, "sweep_index")

    assert firms_in(parts) == {missing, good}
    assert set(states) == {"succeeded"} and len(states) > 1
    with parts.store.read() as work:
        progress = work.session.execute(select(JobRun.done, JobRun.total).order_by(JobRun.id)).first()
        matched = work.session.scalars(select(Outbox.key).where(Outbox.topic == "match_firm")).all()
    assert progress is not None and tuple(progress) == (1, 2)
    assert str(missing) in matched


def test_a_new_label_is_found_in_every_record_that_has_it_and_no_other_is_written(
    world: World, parts: Parts, one_batch_a_slice: None
) -> None:
    a_technology(parts.store, "Lidar")
    named = [world.firm(f"Nommée {number}", technologies=[CODE]) for number in range(3)]
    challenge = world.challenge(technologies=[CODE])
    other = world.firm("Autre")
    for firm_id in (*named, other):
        index_record(parts, "firm", firm_id)
    index_record(parts, "challenge", challenge)
    with parts.store.write() as work:
        work.session.get_one(FirmProfile, other).version += 1  # a write of it would show

    a_technology(parts.store, "Télémétrie laser")
    tell(parts, "reindex_code", CODE)
    states = run_all(parts, "reindex_code")

    found = parts.searcher.search("firms", SearchRequest('"télémétrie laser"', exact=True))
    assert {int(hit.id) for hit in found.hits} == set(named)
    assert [
        int(hit.id) for hit in parts.searcher.search("challenges", SearchRequest('"télémétrie laser"', exact=True)).hits
    ] == [challenge]
    name = parts.engine.resolve("firms")
    assert name is not None and parts.engine.versions(name)[str(other)] == 1
    assert states == ["succeeded"] * 2
