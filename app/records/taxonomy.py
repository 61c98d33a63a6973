"""Sectors, technologies and workshops, each with labels and synonyms in both languages."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.records.base import Base


class Sector(Base):
    """A vertical, seeded from config/taxonomy/sectors.json and edited by administrators."""

    __tablename__ = "sector"
    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    label_fr: Mapped[str] = mapped_column(String(120))
    label_en: Mapped[str] = mapped_column(String(120))
    synonyms_fr: Mapped[list[str]] = mapped_column(default=list)
    synonyms_en: Mapped[list[str]] = mapped_column(default=list)
    description_fr: Mapped[str] = mapped_column(String(500), default="")
    description_en: Mapped[str] = mapped_column(String(500), default="")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class Technology(Base):
    """A technology or capability, seeded from config/taxonomy/technologies.json."""

    __tablename__ = "technology"
    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    label_fr: Mapped[str] = mapped_column(String(120))
    label_en: Mapped[str] = mapped_column(String(120))
    synonyms_fr: Mapped[list[str]] = mapped_column(default=list)
    synonyms_en: Mapped[list[str]] = mapped_column(default=list)
    family: Mapped[str] = mapped_column(String(60), default="")
    active: Mapped[bool] = mapped_column(default=True)


class Workshop(Base):
    """A workshop that challenges come out of."""

    __tablename__ = "workshop"
    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    title_fr: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    held_on: Mapped[date | None]
    place: Mapped[str | None] = mapped_column(String(120))
