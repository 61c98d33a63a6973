"""Challenges with their texts, needs and versions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.records.accounts import Organisation
from app.records.base import NEVER_REUSED, Base

STATUSES = (
    "draft",
    "in_review",
    "changes_requested",
    "open",
    "closed",
    "in_evaluation",
    "concluded",
    "archived",
    "withdrawn",
)
PUBLIC_STATUSES = frozenset({"open", "closed", "in_evaluation", "concluded"})


class Challenge(Base):
    """A technological challenge. `version` rises with every change that readers or matching can see."""

    __tablename__ = "challenge"
    __table_args__ = NEVER_REUSED
    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    status: Mapped[str] = mapped_column(String(20), default="draft", index=True)
    original: Mapped[str] = mapped_column(String(2))  # language it was written in
    version: Mapped[int] = mapped_column(default=1)
    workshop_code: Mapped[str | None] = mapped_column(ForeignKey("workshop.code"), index=True)
    sectors: Mapped[list[str]] = mapped_column(default=list)  # codes of `sector`
    technologies: Mapped[list[str]] = mapped_column(default=list)  # codes of `technology`
    collaboration: Mapped[list[str]] = mapped_column(default=list)
    trl_min: Mapped[int | None]
    trl_max: Mapped[int | None]
    budget_min: Mapped[int | None]  # CAD
    budget_max: Mapped[int | None]
    place: Mapped[str | None] = mapped_column(String(120))
    remote: Mapped[bool | None]
    languages_of_service: Mapped[list[str]] = mapped_column(default=list)
    deadline: Mapped[date | None] = mapped_column(index=True)
    contact_name: Mapped[str | None] = mapped_column(String(120))  # shown to the facilitator only
    contact_email: Mapped[str | None] = mapped_column(String(254))
    private_note: Mapped[str | None] = mapped_column(Text)  # owner and facilitator only; never indexed
    review_note: Mapped[str | None] = mapped_column(Text)  # what the moderator asked for
    withdrawal_reason: Mapped[str | None] = mapped_column(Text)  # public
    origin: Mapped[str] = mapped_column(String(20), default="direct")  # direct, workshop, import
    reopened: Mapped[dict[str, Any] | None]  # import --reopen: the deadline and status that the source gave
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    texts: Mapped[list[ChallengeText]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    needs: Mapped[list[Need]] = relationship(cascade="all, delete-orphan", lazy="selectin", order_by="Need.position")


class ChallengeText(Base):
    """The texts of a challenge in one language."""

    __tablename__ = "challenge_text"
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    teaser: Mapped[str] = mapped_column(String(500), default="")
    problem: Mapped[str] = mapped_column(Text, default="")
    background: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(Text, default="")
    out_of_scope: Mapped[str] = mapped_column(Text, default="")


class Need(Base):
    """An essential or desirable outcome, one verifiable line."""

    __tablename__ = "need"
    __table_args__ = NEVER_REUSED
    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    essential: Mapped[bool] = mapped_column(default=True)
    text_fr: Mapped[str | None] = mapped_column(String(500))
    text_en: Mapped[str | None] = mapped_column(String(500))


class ChallengeVersion(Base):
    """What a challenge said at one version: kept for amendments and for the versions that matches name."""

    __tablename__ = "challenge_version"
    __table_args__ = (UniqueConstraint("challenge_id", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime]
