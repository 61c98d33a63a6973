"""Rebuild, sweep and new labels as jobs: each run takes a slice, the index in use is whole all the while."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
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
from app.services.index.fitting import A_SLICE, NEW_PASSAGES
from app.services.index.index_jobs import sweep
from app.services.index.index_records import index_many, index_record
from app.services.index.sweep_index import Drift, sweep_index
from app.services.outbox.deliver import deliver
from app.services.outbox.jobs import retry
from app.services.outbox.outbox import BULK, take_due
from app.services.parts import Parts
from indexing.searcher import SearchRequest
from tests.facilitation.world import Clock, World

if TYPE_CHECKING:
    from indexing.encoders import SentenceEncoder

CODE = "lidar"
TOO_LONG = "x" * 513  # a code that no engine takes
MOST_RUNS = 12


@pytest.fixture
def parts(parts: Parts) -> Parts:
    """Every slice is over after its first step."""
    return replace(parts, settings=replace(parts.settings, job_slice_s=0))


@pytest.fixture
def world(parts: Parts, clock: Clock, encoder: SentenceEncoder) -> Iterator[World]:
    """Real rows and a real embedded engine; the PostgreSQL database is shared by the tests of this module."""
    parts._encoder = encoder
    with parts.store.write() as work:
        for table in reversed(Base.metadata.sorted_tables):
            work.session.execute(table.delete())
    yield World(parts.store, clock)
    parts.engine.close()


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


def run_all(parts: Parts) -> list[tuple[str, str]]:
    """Run messages until there are none: the topic of each, and what became of it."""
    ran: list[tuple[str, str]] = []
    while due := take_due(parts):
        ran += [(topic, deliver(parts, message)) for message, topic in due]
        assert len(ran) < MOST_RUNS, "there is no end to it"
    return ran


def test_a_rebuild_goes_on_slice_by_slice_and_is_swapped_in_when_it_is_whole(world: World, parts: Parts) -> None:
    firms = {world.firm(f"Firme {number}") for number in range(NEW_PASSAGES + 6)}
    index_record(parts, "firm", min(firms))
    encoded = parts.vectors.count()
    before = parts.engine.resolve("firms")
    tell(parts, "rebuild_index", "firm")

    ((message, _),) = take_due(parts)
    assert deliver(parts, message) == "succeeded"
    assert parts.engine.resolve("firms") == before, "an unfinished build is in nobody's way"
    assert parts.vectors.count() - encoded <= NEW_PASSAGES, "nobody waits for more than fits in one go"
    ran = run_all(parts)

    assert ran == [("rebuild_index", "succeeded")]
    assert parts.engine.resolve("firms") != before
    assert firms_in(parts) == firms
    with parts.store.read() as work:
        held = work.session.scalars(select(IndexState.object_id).where(IndexState.visible)).all()
        builds = {message.payload.get("build") for message in work.session.scalars(select(Outbox))}
    assert set(held) == firms
    assert builds == {None, parts.engine.resolve("firms")}, "each slice went on with the build of the first"


def test_a_rebuild_ends_though_a_whole_slice_is_refused_and_names_every_refused_record(
    world: World, parts: Parts
) -> None:
    bad = {world.firm(f"Refusée {number % 3}", sectors=[TOO_LONG]) for number in range(A_SLICE + 2)}
    good = {world.firm(f"Bonne {number}") for number in range(3)}
    tell(parts, "rebuild_index", "firm")

    ran = run_all(parts)

    assert {topic for topic, _ in ran} == {"rebuild_index"}
    assert [state for _, state in ran] == ["succeeded"] * (len(ran) - 1) + ["dead"], "its end tells of it"
    assert firms_in(parts) == good
    with parts.store.read() as work:
        refused = work.session.scalars(select(IndexState).where(IndexState.rejected.is_not(None))).all()
        last = work.session.scalars(select(JobRun).order_by(JobRun.id.desc()).limit(1)).one()
    assert {state.object_id for state in refused} == bad
    assert {state.rejected for state in refused} == {"sector: a tuple of codes is needed"}
    assert all(str(firm) in str(last.cause) for firm in bad)


def test_another_try_of_a_rebuild_that_named_refused_records_begins_anew(world: World, parts: Parts) -> None:
    firm = world.firm("Refusée", sectors=[TOO_LONG])
    tell(parts, "rebuild_index", "firm")
    run_all(parts)
    before = parts.engine.resolve("firms")
    with parts.store.write() as work:
        work.session.get_one(FirmProfile, firm).sectors = []
        run_id = work.session.scalars(select(JobRun.id)).one()

    retry(parts, run_id, None)
    run_all(parts)

    assert parts.engine.resolve("firms") != before
    assert firms_in(parts) == {firm}
    with parts.store.read() as work:
        assert work.session.get_one(IndexState, ("firm", firm)).rejected is None


def test_a_sweep_leaves_alone_what_was_refused_until_it_is_edited(world: World, parts: Parts) -> None:
    refused = world.firm("Refusée", sectors=[TOO_LONG])
    tell(parts, "rebuild_index", "firm")
    run_all(parts)
    missing = world.firm("Absente")

    assert sweep_index(parts, "firm") == Drift(missing=1, stale=0, orphans=0)

    with parts.store.write() as work:
        row = work.session.get_one(FirmProfile, refused)
        row.sectors, row.version = [], row.version + 1
    assert sweep_index(parts, "firm") == Drift(missing=1, stale=0, orphans=0)
    assert firms_in(parts) == {refused, missing}


def test_a_sweep_has_what_is_missing_put_in_and_what_may_not_be_found_taken_out(world: World, parts: Parts) -> None:
    missing, gone, deleted, good = (world.firm(name) for name in ("Absente", "Retirée", "Effacée", "Bonne"))
    index_many(parts, "firm", [gone, deleted, good])
    with parts.store.write() as work:
        withdraw(work, SYSTEM, gone)
        work.session.delete(work.session.get_one(FirmProfile, deleted))
        work.session.execute(delete(Outbox))  # the message was lost
    tell(parts, "sweep_index", "firm")

    ran = run_all(parts)

    assert firms_in(parts) == {missing, good}
    assert {state for _, state in ran} == {"succeeded"}
    assert {topic for topic, _ in ran} <= {"sweep_index", *BULK}, "nothing of it stands before an edit"
    with parts.store.read() as work:
        progress = work.session.execute(select(JobRun.done, JobRun.total).order_by(JobRun.id)).first()
        slices = work.session.scalars(select(Outbox.payload).where(Outbox.topic == "match_slice")).all()
        states = {state.object_id: state.visible for state in work.session.scalars(select(IndexState))}
    assert progress is not None and tuple(progress) == (3, 3)
    assert {firm for payload in slices for firm in payload["ids"]} >= {missing, gone}
    assert states == {missing: True, gone: False, deleted: False, good: True}


def test_a_second_sweep_asks_for_nothing_that_waits_already(world: World, parts: Parts) -> None:
    for number in range(3):
        world.firm(f"Firme {number}")
    for _ in range(2):
        sweep(parts, "firm", {})

    with parts.store.read() as work:
        told = work.session.scalars(select(Outbox.payload).where(Outbox.topic == "index_slice")).all()
    assert len(told) == 1


def test_a_sweep_has_an_index_of_an_earlier_encoder_rebuilt_once_and_its_challenges_matched_anew(
    world: World, parts: Parts, encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge = world.challenge("Un défi")
    index_many(parts, "challenge", [challenge])
    before = parts.engine.resolve("challenges")
    monkeypatch.setattr(encoder, "identity", "another")
    for _ in range(2):
        sweep(parts, "challenge", {})
    with parts.store.read() as work:
        told = work.session.execute(select(Outbox.topic, Outbox.payload).where(Outbox.topic != "index_challenge")).all()

    ran = run_all(parts)

    assert [topic for topic, _ in told] == ["rebuild_index", "match_slice"]
    assert told[1][1]["ids"] == [challenge]
    assert ("rebuild_index", "succeeded") in ran
    assert before is not None and "another" not in before
    assert "another" in str(parts.engine.resolve("challenges"))
    sweep(parts, "challenge", {})
    assert take_due(parts) == []


def test_a_new_label_is_found_in_every_record_that_has_it_and_no_other_is_written(world: World, parts: Parts) -> None:
    a_technology(parts.store, "Lidar")
    named = [world.firm(f"Nommée {number % 3}", technologies=[CODE]) for number in range(A_SLICE + 2)]
    challenge = world.challenge(technologies=[CODE])
    other = world.firm("Autre")
    index_many(parts, "firm", [*named, other])
    index_record(parts, "challenge", challenge)
    with parts.store.write() as work:
        work.session.get_one(FirmProfile, other).version += 1  # a write of it would show

    a_technology(parts.store, "Télémétrie laser")
    tell(parts, "reindex_code", CODE)
    ran = run_all(parts)

    found = parts.searcher.search("firms", SearchRequest('"télémétrie laser"', exact=True))
    assert found.total == len(named)
    assert [
        int(hit.id) for hit in parts.searcher.search("challenges", SearchRequest('"télémétrie laser"', exact=True)).hits
    ] == [challenge]
    name = parts.engine.resolve("firms")
    assert name is not None and parts.engine.versions(name)[str(other)] == 1
    assert ran == [("reindex_code", "succeeded")] * 2
