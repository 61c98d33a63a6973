"""The session that the account library works in, with transactions as this database needs them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from app.records.store import Store, Work, commit, take_write_lock
from matching.errors import StaleDecision


class AccountSession:
    """One session a thread, apart from the services': the library's classes of a row are its own."""

    def __init__(self, store: Store) -> None:
        # autoflush off: nothing is written before `begin_write` has taken the lock
        self.scoped: scoped_session[Session] = scoped_session(
            sessionmaker(store.engine, expire_on_commit=False, autoflush=False)
        )

    def begin_write(self) -> None:
        """Take the write lock, once a transaction."""
        session = self.scoped()
        if not session.info.get("writing"):
            take_write_lock(session)
            session.info["writing"] = True

    def rollback(self) -> None:
        """Forget what is pending."""
        session = self.scoped()
        session.rollback()
        session.info.pop("writing", None)

    def commit(self) -> None:
        """Write what is pending, and let go of the database."""
        session = self.scoped()
        if not session.in_transaction() and not session.new:
            return
        if session.new or session.dirty or session.deleted:
            self.begin_write()
            session.flush()
        commit(session)
        session.info.pop("writing", None)

    def flush(self) -> None:
        """Send what is pending. Raises StaleDecision, with everything taken back, where a row of that name is there."""
        self.begin_write()
        try:
            self.scoped().flush()
        except IntegrityError as error:
            self.rollback()
            raise StaleDecision("a row of the same name was made meanwhile") from error

    def work(self) -> Work:
        """The transaction of this session, as services take it."""
        return Work(self.scoped(), datetime.now(UTC))

    def close(self) -> None:
        """At the end of a request."""
        self.scoped.remove()
