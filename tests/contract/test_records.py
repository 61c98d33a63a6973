"""What the records promise on both databases: SQLite, and a real PostgreSQL."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.records.migrate import upgrade
from app.records.queries import set_index_state
from app.records.store import BUSY_WAIT_S, Store, Work, journal_mode
from app.records.tables import (
    AuditEntry,
    Base,
    Challenge,
    ChallengeText,
    FirmProfile,
    IndexState,
    Match,
    Membership,
    Need,
    Organisation,
    Outbox,
    StoredVector,
    User,
)
from app.records.vectors import DatabaseVectors
from tests.contract.databases import empty

NOW = datetime(2026, 5, 4, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url, clock=lambda: NOW)
    yield opened
    empty(opened)
    opened.close()


def an_organisation(work: Work, name: str = "Ville de Laval") -> Organisation:
    row = Organisation(name=name, is_owner=True, created_at=work.now)
    work.session.add(row)
    work.session.flush()
    return row


def a_challenge(work: Work, **values: Any) -> Challenge:
    row = Challenge(
        organisation_id=values.pop("organisation_id", None) or an_organisation(work).id,
        original="fr",
        created_at=work.now,
        updated_at=work.now,
        **values,
    )
    work.session.add(row)
    work.session.flush()
    return row


def a_firm(work: Work, **values: Any) -> FirmProfile:
    row = FirmProfile(
        organisation_id=an_organisation(work, "Capteurs Nordiques").id,
        original="en",
        created_at=work.now,
        updated_at=work.now,
        **values,
    )
    work.session.add(row)
    work.session.flush()
    return row


def a_match(work: Work, challenge: Challenge, firm: FirmProfile) -> Match:
    row = Match(
        challenge_id=challenge.id,
        firm_id=firm.id,
        score=61.3,
        parts=[{"feature": "meaning", "value": None, "points": 0.1}],
        reasons=[],
        unmet=[3],
        languages="fr-en",
        challenge_version=1,
        firm_version=1,
        encoder="abc",
        weights_version="1",
        computed_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    return row


def test_the_migrations_make_exactly_the_tables_of_the_code(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, Base.metadata) == []
        assert set(inspect(connection).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_a_second_migration_changes_nothing(store: Store, database_url: str) -> None:
    with store.write() as work:
        an_organisation(work)

    upgrade(database_url)

    with store.read() as work:
        assert work.session.scalar(select(func.count()).select_from(Organisation)) == 1


def test_what_is_written_is_read_again_as_it_was(store: Store) -> None:
    odd = "L’été à Trois-Rivières : 𝔭𝔬𝔪𝔭𝔢 👩‍🚒 \\ ' \" % \t"
    with store.write() as work:
        row = a_challenge(
            work,
            deadline=date(2027, 2, 28),
            sectors=["énergie", "santé"],
            reopened={"deadline": None, "n": 1.5},
            trl_min=0,
            remote=False,
            published_at=NOW.astimezone(timezone(timedelta(hours=-4))),
        )
        row.texts = [ChallengeText(language="fr", title=odd, problem="x" * 100_000)]
        row.needs = [Need(position=2, text_fr="b"), Need(position=1, text_en="a", essential=False)]

    with store.read() as work:
        found = work.session.get_one(Challenge, row.id)
        assert (found.deadline, found.sectors, found.reopened) == (
            date(2027, 2, 28),
            ["énergie", "santé"],
            {"deadline": None, "n": 1.5},
        )
        assert (found.trl_min, found.remote, found.trl_max) == (0, False, None)
        assert found.published_at == NOW
        assert found.published_at is not None
        assert found.published_at.tzinfo == UTC
        assert (found.texts[0].title, len(found.texts[0].problem)) == (odd, 100_000)
        assert [need.position for need in found.needs] == [1, 2]
        assert (found.version, found.status, found.technologies) == (1, "draft", [])


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="time zone"), store.write() as work:
        a_challenge(work, published_at=datetime(2026, 1, 1))


def test_an_error_leaves_nothing_behind_not_even_its_message_and_audit_entry(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as work:
        row = a_challenge(work)
        work.tell("index_challenge", row.id)
        work.audit(None, "create", "challenge", row.id)
        work.session.flush()
        raise RuntimeError("in the middle")

    with store.read() as work:
        for table in (Challenge, Organisation, Outbox, AuditEntry):
            assert work.session.scalar(select(func.count()).select_from(table)) == 0


def test_a_change_and_its_message_are_seen_together(store: Store, database_url: str) -> None:
    other = Store(database_url)
    with store.write() as work:
        work.tell("index_challenge", a_challenge(work).id, why="création")
        work.session.flush()
        if work.session.get_bind().dialect.name == "postgresql":  # SQLite's rollback journal lets nobody read meanwhile
            with other.read() as seen:
                assert seen.session.scalar(select(func.count()).select_from(Outbox)) == 0

    with other.read() as seen:
        message = seen.session.scalars(select(Outbox)).one()
        assert seen.session.get(Challenge, int(message.key)) is not None
    assert (message.topic, message.payload, message.created_at) == ("index_challenge", {"why": "création"}, NOW)
    assert (message.published_at, message.done_at, message.attempts) == (None, None, 0)
    other.close()


def test_what_is_unique_is_refused_twice(store: Store) -> None:
    with store.write() as work:
        firm, challenge = a_firm(work, external_id="f-1"), a_challenge(work, external_id="c-1")
        a_match(work, challenge, firm)
        work.session.add(User(email="a@b.example", fs_uniquifier="1"))

    with pytest.raises(IntegrityError), store.write() as work:
        a_challenge(work, external_id="c-1")
    with pytest.raises(IntegrityError), store.write() as work:
        a_match(work, challenge, firm)
    with pytest.raises(IntegrityError), store.write() as work:
        work.session.add(User(email="a@b.example", fs_uniquifier="2"))
    with store.write() as work:  # no external id is no id: two without one are fine
        a_challenge(work)
        a_challenge(work)


def test_foreign_keys_are_kept(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as work:
        a_challenge(work, organisation_id=999_999)
    with store.write() as work:
        firm, challenge = a_firm(work), a_challenge(work)
        challenge.texts = [ChallengeText(language="fr", title="Titre")]
        challenge.needs = [Need(position=1, text_fr="Un besoin")]
        a_match(work, challenge, firm)
        user = User(email="c@d.example", fs_uniquifier="3")
        work.session.add(user)
        work.session.flush()
        work.session.add(Membership(user_id=user.id, organisation_id=firm.organisation_id))
        work.audit(user.id, "look", "firm", firm.id)

    with store.write() as work:
        work.session.execute(text("DELETE FROM challenge WHERE id = :id"), {"id": challenge.id})
        work.session.execute(text('DELETE FROM "user" WHERE id = :id'), {"id": user.id})

    with store.read() as work:
        for table in (ChallengeText, Need, Match, Membership):
            assert work.session.scalar(select(func.count()).select_from(table)) == 0
        entry = work.session.scalars(select(AuditEntry)).one()
        assert (entry.user_id, entry.object_id) == (None, firm.id)
    with pytest.raises(IntegrityError), store.write() as work:
        work.session.execute(text("DELETE FROM organisation WHERE id = :id"), {"id": firm.organisation_id})


def test_the_id_of_a_deleted_row_never_means_another_one(store: Store) -> None:
    with store.write() as work:
        first = a_challenge(work).id
    with store.write() as work:
        work.session.execute(text("DELETE FROM challenge"))
    with store.write() as work:
        assert a_challenge(work).id > first


def test_a_match_that_somebody_changed_first_is_told_as_stale(store: Store) -> None:
    with store.write() as work:
        match = a_match(work, a_challenge(work), a_firm(work))
    with store.read() as work:
        mine = work.session.get_one(Match, match.id)
    with store.write() as work:
        work.session.get_one(Match, match.id).state = "approved"

    with pytest.raises(StaleDataError), store.write() as work:
        mine.state = "rejected"
        work.session.add(mine)

    with store.read() as work:
        kept = work.session.get_one(Match, match.id)
    assert (kept.state, kept.row_version) == ("approved", 2)


def test_vectors_are_kept_by_encoder_and_text_once(store: Store) -> None:
    vectors, keys = DatabaseVectors(store), [bytes([n]) * 32 for n in range(3)]
    first = {keys[0]: np.array([1.5, -2.25, 0], np.float32), keys[1]: np.array([0, 1e-30, 1], np.float32)}
    vectors.save("one", first)
    vectors.save("one", {keys[0]: np.array([9, 9, 9], np.float32)})  # somebody was faster: theirs stays
    vectors.save("two", {keys[0]: np.array([7, 7], np.float32)})
    vectors.save("one", {})

    found = vectors.load("one", keys)

    assert set(found) == {keys[0], keys[1]}
    assert all(np.array_equal(found[key], first[key]) for key in first)
    assert vectors.load("two", keys)[keys[0]].tolist() == [7, 7]
    assert vectors.load("one", []) == {}


def test_vectors_of_thousands_of_texts_are_read_in_one_call(store: Store) -> None:
    vectors = DatabaseVectors(store)
    many = {n.to_bytes(32, "big"): np.array([n, 1], np.float32) for n in range(2100)}

    vectors.save("one", many)

    assert {key: row[0] for key, row in vectors.load("one", list(many)).items()} == {k: v[0] for k, v in many.items()}
    with store.read() as work:
        assert work.session.scalar(select(func.count()).select_from(StoredVector)) == 2100


def test_the_index_state_is_replaced_by_what_was_told_last(store: Store) -> None:
    with store.write() as work:
        set_index_state(work, "challenge", {1: 1, 2: 1}, visible=True)
        work.session.get_one(IndexState, ("challenge", 1)).rejected = "too large"
    with store.write() as work:
        set_index_state(work, "challenge", {1: 4}, visible=False)
        set_index_state(work, "firm", {}, visible=True)

    with store.read() as work:
        rows = {
            row.object_id: (row.version, row.visible, row.rejected) for row in work.session.scalars(select(IndexState))
        }
    assert rows == {1: (4, False, None), 2: (1, True, None)}


def test_four_writing_processes_wait_for_each_other_and_lose_nothing(store: Store, database_url: str) -> None:
    """Each reads a value, then writes it back raised by one: the pattern that fails without BEGIN IMMEDIATE."""
    with store.write() as work:
        row = a_challenge(work, budget_min=0)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_raise_budget, args=(database_url, row.id, 15)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)

    assert [process.exitcode for process in processes] == [0] * 4
    with store.read() as work:
        assert work.session.get_one(Challenge, row.id).budget_min == 60
        assert work.session.scalar(select(func.count()).select_from(Outbox)) == 60


def _raise_budget(url: str, challenge_id: int, times: int) -> None:
    store = Store(url)
    for _ in range(times):
        with store.write() as work:
            query = select(Challenge).where(Challenge.id == challenge_id).with_for_update(of=Challenge)
            challenge = work.session.scalars(query).unique().one()
            challenge.budget_min = (challenge.budget_min or 0) + 1
            work.tell("index_challenge", challenge_id)
    store.close()


def test_two_processes_that_migrate_at_once_both_succeed(
    tmp_path: Path, request: pytest.FixtureRequest, database_url: str
) -> None:
    if database_url.startswith("postgresql"):
        from tests.services.postgres import fresh_database

        with fresh_database(request.getfixturevalue("postgres_server")) as url:
            _migrate_twice(url)
    else:
        _migrate_twice(f"sqlite:///{tmp_path}/new.db")


def _migrate_twice(url: str) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=upgrade, args=(url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    store = Store(url)
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    store.close()


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "delete"),
        ((3, 44, 5), "delete"),
        ((3, 44, 6), "wal"),
        ((3, 45, 0), "delete"),
        ((3, 50, 6), "delete"),
        ((3, 50, 7), "wal"),
        ((3, 51, 2), "delete"),
        ((3, 51, 3), "wal"),
        ((3, 53, 0), "wal"),
        ((4, 0, 0), "wal"),
    ],
)
def test_the_journal_mode_is_the_one_that_is_sound_with_this_sqlite(version: tuple[int, ...], mode: str) -> None:
    assert journal_mode(version) == mode


def test_sqlite_is_opened_with_that_mode_foreign_keys_and_full_sync(tmp_path: Path) -> None:
    import sqlite3

    store = Store(f"sqlite:///{tmp_path}/a/b/c.db")  # the folder is made
    with store.read() as work:
        pragmas = [
            work.session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "synchronous")
        ]
    store.close()

    assert pragmas == [journal_mode(sqlite3.sqlite_version_info), 1, 2]


def test_a_writing_transaction_on_sqlite_takes_the_lock_at_its_beginning(tmp_path: Path) -> None:
    import sqlite3

    store = Store(f"sqlite:///{tmp_path}/x.db")
    other = sqlite3.connect(tmp_path / "x.db", timeout=0, isolation_level=None)
    with store.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    with store.read():
        other.execute("BEGIN IMMEDIATE")
    other.close()
    store.close()


def test_a_large_transaction_on_sqlite_waits_for_its_readers_at_the_end_only(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/x.db")
    with store.write() as work:
        work.session.execute(text("CREATE TABLE large (content TEXT)"))

    with store.write() as work, store.read() as reading:
        reading.session.execute(text("SELECT count(*) FROM large"))
        began = time.monotonic()
        work.session.execute(text("INSERT INTO large VALUES (:content)"), [{"content": "x" * 1000}] * 4000)
        seconds = time.monotonic() - began

    store.close()
    assert seconds < BUSY_WAIT_S / 2
