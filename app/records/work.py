"""What workers need: the outbox, job runs, index states, vectors, corpus statistics; and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.records.base import NEVER_REUSED, Base

UNDONE = text("done_at IS NULL")


class Outbox(Base):
    """A message to the workers, written in the transaction of the change that it tells of."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_open", "published_at", "id"),
        # The relay asks five times a second; what is done stays for weeks.
        Index("ix_outbox_undone", "id", sqlite_where=UNDONE, postgresql_where=UNDONE),
        NEVER_REUSED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(40))  # index_challenge, index_firm, match_challenge, match_firm, mail
    key: Mapped[str] = mapped_column(String(120))  # id of the row it is about
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]  # set by the task; an unset one is published again after a lease
    due_at: Mapped[datetime | None]  # not to be run before: a service did not answer, or a run failed
    attempts: Mapped[int] = mapped_column(default=0)  # runs so far
    faults: Mapped[int] = mapped_column(default=0, server_default="0")  # runs that failed or ended without an answer
    slot: Mapped[str | None] = mapped_column(String(120), index=True, unique=True)  # of scheduled work: once a moment


class JobRun(Base):
    """One run of one job, with its cause when it failed."""

    __tablename__ = "job_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(String(60), index=True)
    key: Mapped[str] = mapped_column(String(120), default="")
    outbox_id: Mapped[int | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(20), index=True)  # running, succeeded, failed, dead, retried
    attempts: Mapped[int] = mapped_column(default=0)
    cause: Mapped[str | None] = mapped_column(Text)
    done: Mapped[int] = mapped_column(default=0)  # progress
    total: Mapped[int | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class IndexState(Base):
    """What the engine was last told of a row: which version, and whether it can be found."""

    __tablename__ = "index_state"
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)  # challenge, firm
    object_id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    visible: Mapped[bool]
    rejected: Mapped[str | None] = mapped_column(Text)  # the engine's cause, where it refused the document
    indexed_at: Mapped[datetime]


class StoredVector(Base):
    """The vector of a text: by the model's identity and the hash of the exact text that the encoder got."""

    __tablename__ = "passage_vector"
    encoder: Mapped[str] = mapped_column(String(80), primary_key=True)
    text_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)  # float32, little endian


class CorpusStatistics(Base):
    """Document counts of tokens, over firms and challenges: what exact word scores are computed from."""

    __tablename__ = "corpus_statistics"
    id: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class AuditEntry(Base):
    """Who did what to which object, when."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_object", "object_kind", "object_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    action: Mapped[str] = mapped_column(String(60))
    object_kind: Mapped[str] = mapped_column(String(30))
    object_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
