"""Thousands of imported records are indexed and matched in slices, behind everybody's edits, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select

from app.records.firms import FirmProfile
from app.records.matches import Match
from app.records.store import Store
from app.records.tables import Base
from app.records.work import IndexState, JobRun, Outbox
from app.services.actor import SYSTEM
from app.services.firms.move_firm import withdraw
from app.services.importing import ImportOptions, SourceFile, import_firms
from app.services.index.fitting import NEW_PASSAGES
from app.services.index.slices import index_slice
from app.services.outbox.deliver import deliver
from app.services.outbox.outbox import BULK_A_PROCESS, take_due
from app.services.parts import Parts
from app.services.search.search_records import search_records
from indexing.searcher import SearchRequest
from tests.facilitation.world import Clock, World
from tests.integration.processes import Site, until
from workers.relay import POLL_S

if TYPE_CHECKING:
    from indexing.encoders import SentenceEncoder

FIRMS = 120
MANY_FIRMS = 1200  # their rebuild outlasts an edit on a fast processor too


@pytest.fixture
def world(parts: Parts, clock: Clock) -> Iterator[World]:
    """Real rows; the PostgreSQL database is shared by the tests of this module."""
    with parts.store.write() as work:
        for table in reversed(Base.metadata.sorted_tables):
            work.session.execute(table.delete())
    yield World(parts.store, clock)
    parts.engine.close()


def firms_file(count: int, what: str = "véhicules") -> SourceFile:
    rows = [f"{what}-{number},Firme {number},Nous suivons {number} {what} par satellite." for number in range(count)]
    return SourceFile("firms.csv", "\n".join(["external_id,name,summary_fr", *rows]).encode())


def topics(store: Store) -> dict[str, int]:
    with store.read() as work:
        found = work.session.scalars(select(Outbox.topic).where(Outbox.done_at.is_(None))).all()
    return {topic: found.count(topic) for topic in set(found)}


def messages_of(store: Store) -> list[Outbox]:
    with store.read() as work:
        return list(work.session.scalars(select(Outbox)))


def run_all(parts: Parts) -> list[tuple[str, str]]:
    """Every message as one worker runs them, one at a time: (topic, what became of it)."""
    ran = []
    while due := take_due(parts):
        ran += [(topic, deliver(parts, message)) for message, topic in due]
    return ran


def test_an_import_sends_one_message_a_transaction_and_none_for_what_was_refused(world: World, parts: Parts) -> None:
    bad = SourceFile("firms.csv", firms_file(FIRMS).data + b"\nf-bad,,Sans nom\n")

    report = import_firms(parts.store, SYSTEM, bad, ImportOptions(publish=True))

    assert (report.created, report.failed) == (FIRMS, 1)
    assert topics(parts.store) == {"index_slice": 3}
    with parts.store.read() as work:
        told = [one for message in work.session.scalars(select(Outbox)) for one in message.payload["ids"]]
        assert sorted(told) == sorted(work.session.scalars(select(FirmProfile.id)))


def test_an_edit_is_handed_out_before_an_import_and_takes_no_place_of_it(world: World, parts: Parts) -> None:
    import_firms(parts.store, SYSTEM, firms_file(FIRMS), ImportOptions(publish=True))
    assert [topic for _, topic in take_due(parts)] == ["index_slice"] * BULK_A_PROCESS

    with parts.store.write() as work:
        work.tell("index_firm", 1)

    assert [topic for _, topic in take_due(parts)] == ["index_firm"]
    assert take_due(parts) == []


def test_an_import_that_goes_on_comes_before_the_indexing_of_what_is_in(world: World, parts: Parts) -> None:
    with parts.store.write() as work:
        for topic in ("match_slice", "index_slice", "import"):
            work.tell(topic, "firm", ids=[])

    assert [topic for _, topic in take_due(parts)] == ["import", "index_slice"]


def test_imported_records_can_be_found_and_are_matched(world: World, parts: Parts, encoder: SentenceEncoder) -> None:
    parts._encoder = encoder
    challenge_id = world.challenge("Suivre les véhicules", problem="Nous ne savons pas où sont nos véhicules.")
    import_firms(parts.store, SYSTEM, firms_file(FIRMS), ImportOptions(publish=True))

    ran = run_all(parts)

    name = parts.engine.resolve("firms")
    assert name is not None and len(parts.engine.versions(name)) == FIRMS
    assert {state for _, state in ran} == {"succeeded"}
    assert len(ran) < FIRMS / 4
    with parts.store.read() as work:
        states = work.session.scalars(select(IndexState).where(IndexState.visible)).all()
        matched = set(work.session.scalars(select(Match.challenge_id)))
    assert [state.version > 0 for state in states] == [True] * FIRMS
    assert matched == {challenge_id}


def test_a_slice_encodes_no_more_than_fits_and_leaves_the_rest_to_another(
    world: World, parts: Parts, encoder: SentenceEncoder
) -> None:
    parts._encoder = encoder
    import_firms(parts.store, SYSTEM, firms_file(FIRMS), ImportOptions(publish=True))
    with parts.store.read() as work:
        ids = list(work.session.scalars(select(FirmProfile.id).order_by(FirmProfile.id)))
    with parts.store.write() as work:
        work.session.execute(delete(Outbox))

    index_slice(parts, "firm", {"ids": ids})

    told = messages_of(parts.store)
    (done,) = [message.payload["ids"] for message in told if message.topic == "match_slice"]
    rest = [record_id for message in told if message.topic == "index_slice" for record_id in message.payload["ids"]]
    assert done + rest == ids
    assert 1 <= len(done) <= NEW_PASSAGES
    assert parts.vectors.count() <= NEW_PASSAGES


def test_what_was_withdrawn_before_its_slice_ran_is_not_found_and_an_id_of_nothing_does_no_harm(
    world: World, parts: Parts, encoder: SentenceEncoder
) -> None:
    parts._encoder = encoder
    stays, goes = world.firm("Reste"), world.firm("Part")
    with parts.store.write() as work:
        withdraw(work, SYSTEM, goes)

    index_slice(parts, "firm", {"ids": [stays, goes, 999_999]})

    name = parts.engine.resolve("firms")
    assert name is not None and set(parts.engine.versions(name)) == {str(stays)}
    with parts.store.read() as work:
        states = {state.object_id: state.visible for state in work.session.scalars(select(IndexState))}
    assert states == {stays: True, goes: False, 999_999: False}


def test_a_record_that_cannot_be_indexed_is_named_by_its_own_run_and_stops_no_other(
    world: World, parts: Parts, encoder: SentenceEncoder
) -> None:
    parts._encoder = encoder
    good, bad = world.firm("Bonne"), world.firm("Mauvaise")
    with parts.store.write() as work:
        broken: Any = {"not": "a list"}
        work.session.get_one(FirmProfile, bad).sectors = broken
        work.tell("index_slice", "firm", ids=[good, bad])

    run_all(parts)

    name = parts.engine.resolve("firms")
    assert name is not None and set(parts.engine.versions(name)) == {str(good)}
    with parts.store.read() as work:
        failed = work.session.execute(select(JobRun.job, JobRun.key).where(JobRun.state == "failed")).all()
    assert {tuple(row) for row in failed} == {("index_firm", str(bad))}


@pytest.mark.service
def test_an_edit_in_the_middle_of_an_import_waits_for_no_more_than_the_slice_that_runs(site: Site) -> None:
    import_firms(site.parts.store, SYSTEM, firms_file(FIRMS), ImportOptions(publish=True))
    until(lambda: any(run.job == "index_slice" for run in runs_of(site)), "the import is being indexed")

    firm = site.world.firm("Modifiée", offer="Nous comptons les saumons des rivières.")
    edit = site.tell("index_firm", firm)
    until(lambda: any(run.state == "succeeded" for run in site.runs(edit)), "the edit is indexed")
    left = topics(site.parts.store)
    site.settle()

    runs = runs_of(site)
    ended = next(place for place, run in enumerate(runs) if run.outbox_id == edit)
    slices_between = [run for run in runs[:ended] if run.started_at > first_seen(site, edit)]
    assert left.get("index_slice", 0) + left.get("match_slice", 0) > 0, "the import was still under way"
    assert len(slices_between) <= 1


@pytest.mark.service
def test_an_edit_shows_while_a_rebuild_goes_on(site: Site) -> None:
    site.tell("rebuild_index", "firm")
    site.settle()  # a build is in use
    many = firms_file(MANY_FIRMS, "bateaux")
    import_firms(site.parts.store, SYSTEM, many, ImportOptions(publish=True, announce=False))
    firm = site.world.firm("Pêcheries", offer="Nous comptons les homards de la baie.")
    site.tell("rebuild_index", "firm")
    until(lambda: running(site, "rebuild_index"), "the rebuild is under way")
    before = site.parts.engine.resolve("firms")

    edit = site.tell("index_firm", firm)
    until(lambda: any(run.state == "succeeded" for run in site.runs(edit)), "the edit is indexed")
    found = search_records(site.parts, "firm", SearchRequest('"homards de la baie"', exact=True))
    still = site.parts.engine.resolve("firms")
    site.settle()

    assert [result.row.id for result in found.results] == [firm]
    assert before is not None
    assert still == before, "the build that was in use before is in use still"
    after = site.parts.engine.resolve("firms")
    assert after is not None and after != before
    assert str(firm) in site.parts.engine.versions(after)


def running(site: Site, job: str) -> bool:
    return any(run.job == job and run.state == "running" for run in runs_of(site))


def runs_of(site: Site) -> list[JobRun]:
    with site.parts.store.read() as work:
        return list(work.session.scalars(select(JobRun).order_by(JobRun.started_at, JobRun.id)))


def first_seen(site: Site, message: int) -> datetime:
    """When the relay may have handed it out at the latest: a run that began before then was not overtaken."""
    with site.parts.store.read() as work:
        return work.session.get_one(Outbox, message).created_at + timedelta(seconds=2 * POLL_S)
