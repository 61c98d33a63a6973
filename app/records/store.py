"""The unit of work: short transactions on SQLite or PostgreSQL, with the outbox and the audit log at hand."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.records.work import AuditEntry, Outbox

# The WAL-reset fault of SQLite (two or more connections may lose committed data) is mended in these versions:
# https://sqlite.org/wal.html, "the WAL reset bug".
WAL_SAFE_FROM = (3, 51, 3)
WAL_MENDED = ((3, 44, 6), (3, 50, 7))
BUSY_WAIT_S = 10.0  # SQLite's own wait; the retries below come on top of it
RETRIES = 5


def journal_mode(version: tuple[int, ...]) -> str:
    """The mode: "wal" where the linked SQLite is sound with several processes, else "delete" (a rollback journal)."""
    mended = any(version[:2] == fixed[:2] and version >= fixed for fixed in WAL_MENDED)
    return "wal" if version >= WAL_SAFE_FROM or mended else "delete"


class Work:
    """One transaction. Leaves nothing behind unless the block that opened it ends without an error."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now

    def tell(self, topic: str, key: int | str, **payload: Any) -> None:
        """Write an outbox message that the relay sends after the commit."""
        self.session.add(Outbox(topic=topic, key=str(key), payload=payload, created_at=self.now))

    def audit(self, user_id: int | None, action: str, object_kind: str, object_id: int | None, **detail: Any) -> None:
        """Note who did what to which object."""
        self.session.add(
            AuditEntry(
                at=self.now,
                user_id=user_id,
                action=action,
                object_kind=object_kind,
                object_id=object_id,
                detail=detail,
            )
        )


class Store:
    """Opens units of work. One a process: never carried over a fork."""

    def __init__(self, database_url: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self.engine = open_engine(database_url)

    @contextmanager
    def read(self) -> Iterator[Work]:
        """A transaction that only reads."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield Work(session, self._clock())

    @contextmanager
    def write(self) -> Iterator[Work]:
        """A transaction that writes: takes the write lock at once, commits at the end, rolls back on any error."""
        with Session(self.engine, expire_on_commit=False) as session:
            retried(lambda: session.connection(execution_options={"passerelle_write": True}))
            try:
                yield Work(session, self._clock())
                session.flush()
                commit(session)
            except BaseException:
                session.rollback()
                raise

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def take_write_lock(session: Session) -> None:
    """Turn a session's reading transaction into one that writes. What was read before may have changed since.

    SQLite refuses the lock at once to a reader whose view is no longer the newest, or who would wait for a writer
    that waits for it: so the reading transaction ends first, and the lock is waited for with nothing held.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("COMMIT")
        retried(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"))


def commit(session: Session) -> None:
    """Commit, again where readers held SQLite's commit up for longer than the busy wait.

    A COMMIT that meets SQLITE_BUSY leaves the transaction whole, but SQLAlchemy ends its own side of it at the first
    error (the next call raises PendingRollbackError). So SQLite's COMMIT is sent by hand; the session's own, which
    follows, finds nothing left to do in the database.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        retried(lambda: connection.exec_driver_sql("COMMIT"))
    session.commit()


def retried(step: Callable[[], Any]) -> None:
    """Run a step that may meet SQLite's lock; any other error, and the last try's, is raised."""
    for attempt in range(RETRIES):
        try:
            step()
            return
        except OperationalError as error:
            if "locked" not in str(error) or attempt == RETRIES - 1:
                raise
            time.sleep(0.05 * 2**attempt)


def open_engine(database_url: str) -> Engine:
    """Connections for this database; SQLite's begin their transactions as this module says."""
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_WAIT_S})
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin by itself: _begin_sqlite does
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA journal_mode = {journal_mode(sqlite3.sqlite_version_info)}")
    connection.execute("PRAGMA synchronous = FULL")
    # A large transaction keeps its pages until the COMMIT, which is tried again. Else it writes some out half-way, and
    # there each of them waits for every reader.
    connection.execute("PRAGMA cache_spill = OFF")


def _begin_sqlite(connection: Any) -> None:
    immediate = connection.get_execution_options().get("passerelle_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
