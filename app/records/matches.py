"""Matches, decisions and submissions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.records.base import Base
from app.records.challenges import Challenge
from app.records.firms import FirmProfile

MATCH_STATES = ("suggested", "approved", "rejected", "snoozed")
FIRM_ANSWERS = ("interested", "declined")
REASON_CODES = (
    "off_topic",
    "no_capacity",
    "conflict",
    "already_in_contact",
    "too_early",
    "too_mature",
)


class Match(Base):
    """A challenge-firm pair. `state` is the facilitator's side, `firm_answer` the firm's own.

    A pair is decided when its state is not "suggested" or the firm has answered; a refresh replaces only undecided
    ones. A snoozed pair counts as suggested again from `snoozed_until` on.
    """

    __tablename__ = "match"
    __table_args__ = (
        UniqueConstraint("challenge_id", "firm_id"),
        Index("ix_match_state_score", "state", "score"),
        # Everything that the facilitator's queue filters, sorts and counts by: it is read without the wide rows.
        Index(
            "ix_match_queue",
            "state",
            "firm_answer",
            "score",
            "challenge_id",
            "firm_id",
            "snoozed_until",
            "languages",
            "computed_at",
            "stale",
            "for_challenge",
            "for_firm",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id", ondelete="CASCADE"), index=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm_profile.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(20), default="suggested")
    firm_answer: Mapped[str | None] = mapped_column(String(20))
    firm_reason: Mapped[str | None] = mapped_column(String(30))
    snoozed_until: Mapped[date | None]
    score: Mapped[float]
    parts: Mapped[list[Any]]  # of matching.model.Part as dicts
    reasons: Mapped[list[Any]]  # of matching.model.Reason as dicts
    unmet: Mapped[list[Any]]  # need ids
    languages: Mapped[str] = mapped_column(String(5))  # "fr-en": challenge side, firm side
    challenge_version: Mapped[int]
    firm_version: Mapped[int]
    encoder: Mapped[str] = mapped_column(String(80))
    weights_version: Mapped[str] = mapped_column(String(40))
    computed_at: Mapped[datetime]
    stale: Mapped[bool] = mapped_column(default=False)
    for_challenge: Mapped[bool] = mapped_column(default=True)  # among the best firms of its challenge
    for_firm: Mapped[bool] = mapped_column(default=False)  # among the best challenges of its firm
    row_version: Mapped[int] = mapped_column(default=1)
    challenge: Mapped[Challenge] = relationship()
    firm: Mapped[FirmProfile] = relationship()
    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 -- read by the ORM, never shared


class Decision(Base):
    """One move of one side on a match; an undo is a move of its own that names what it undoes."""

    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("match.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    side: Mapped[str] = mapped_column(String(20))  # facilitator, firm, owner
    move: Mapped[str] = mapped_column(String(20))  # approve, reject, snooze, interested, decline, undo, reopen
    before: Mapped[dict[str, Any]]  # state, firm_answer, firm_reason, snoozed_until
    after: Mapped[dict[str, Any]]
    reason: Mapped[str | None] = mapped_column(String(30))
    note: Mapped[str | None] = mapped_column(Text)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    score: Mapped[float]
    encoder: Mapped[str] = mapped_column(String(80))
    weights_version: Mapped[str] = mapped_column(String(40))
    challenge_version: Mapped[int]
    firm_version: Mapped[int]
    at: Mapped[datetime]


SUBMISSION_STATES = (
    "draft",
    "submitted",
    "under_evaluation",
    "shortlisted",
    "not_retained",
    "ineligible",
    "chosen",
    "withdrawn",
)


class Submission(Base):
    """A firm's answer to a challenge: one a firm and challenge; a withdrawn one may be sent again."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("challenge_id", "firm_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), index=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm_profile.id"), index=True)
    solution_id: Mapped[int | None] = mapped_column(ForeignKey("solution.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(20), default="draft")
    reason: Mapped[str | None] = mapped_column(String(500))
    summary: Mapped[str] = mapped_column(Text)
    answers: Mapped[dict[str, Any]]  # need id (as text) -> answer
    trl: Mapped[int | None]
    contact_name: Mapped[str] = mapped_column(String(120))
    contact_email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    challenge: Mapped[Challenge] = relationship()
    firm: Mapped[FirmProfile] = relationship()
