"""What workers need: the outbox, job runs, index states, vectors, corpus statistics; and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.records.base import NEVER_REUSED, Base


class Outbox(Base):
    """A message to the workers, written in the transaction of the change that it tells of."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_open", "published_at", "id"), NEVER_REUSED)
    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(40))  # index_challenge, index_firm, match_challenge, match_firm, mail
    key: Mapped[str] = mapped_column(String(120))  # id of the row it is about
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]  # set by the task; an unset one is published again after a lease
    attempts: Mapped[int] = mapped_column(default=0)


class JobRun(Base):
    """One run of one job, with its cause when it failed. `slot` is unique: one effect for each scheduled moment."""

    __tablename__ = "job_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(String(60), index=True)
    key: Mapped[str] = mapped_column(String(120), default="")
    slot: Mapped[str | None] = mapped_column(String(120), unique=True)
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
