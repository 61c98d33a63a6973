"""Firm profiles with their texts and solutions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.records.accounts import Organisation
from app.records.base import NEVER_REUSED, Base

FIRM_STATUSES = ("draft", "in_review", "changes_requested", "published", "withdrawn")


class FirmProfile(Base):
    """What an ICT firm is and offers. `version` rises with every change of the profile or of a solution."""

    __tablename__ = "firm_profile"
    __table_args__ = NEVER_REUSED
    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), unique=True)
    status: Mapped[str] = mapped_column(String(20), default="draft", index=True)
    original: Mapped[str] = mapped_column(String(2))
    version: Mapped[int] = mapped_column(default=1)
    founded: Mapped[int | None]
    headcount: Mapped[str | None] = mapped_column(String(10))  # 1-10, 11-50, 51-200, 201-500, 500+
    sectors: Mapped[list[str]] = mapped_column(default=list)
    technologies: Mapped[list[str]] = mapped_column(default=list)
    collaboration: Mapped[list[str]] = mapped_column(default=list)
    regions: Mapped[list[str]] = mapped_column(default=list)
    languages_of_service: Mapped[list[str]] = mapped_column(default=list)
    budget_min: Mapped[int | None]  # CAD, smallest and largest engagement wanted
    budget_max: Mapped[int | None]
    excluded_sectors: Mapped[list[str]] = mapped_column(default=list)
    excluded_organisations: Mapped[list[int]] = mapped_column(default=list)  # ids: clients it may not work for
    opted_out: Mapped[bool] = mapped_column(default=False)  # wants no suggestions
    contact_email: Mapped[str | None] = mapped_column(String(254))  # for the facilitator only
    review_note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    texts: Mapped[list[FirmText]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    solutions: Mapped[list[Solution]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="Solution.position"
    )


class FirmText(Base):
    """The texts of a firm in one language."""

    __tablename__ = "firm_text"
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm_profile.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    summary: Mapped[str] = mapped_column(Text, default="")
    offer: Mapped[str] = mapped_column(Text, default="")
    strengths: Mapped[str] = mapped_column(Text, default="")


class Solution(Base):
    """One thing that a firm offers."""

    __tablename__ = "solution"
    __table_args__ = NEVER_REUSED
    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm_profile.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    trl: Mapped[int | None]
    texts: Mapped[list[SolutionText]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class SolutionText(Base):
    """The texts of a solution in one language."""

    __tablename__ = "solution_text"
    solution_id: Mapped[int] = mapped_column(ForeignKey("solution.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    problem: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    references: Mapped[str] = mapped_column(Text, default="")
