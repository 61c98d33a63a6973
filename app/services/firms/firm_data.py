"""A firm's profile and its solutions as forms and imports fill them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.records.firms import FirmProfile


@dataclass(frozen=True, slots=True)
class FirmTexts:
    """The texts of one language."""

    summary: str = ""
    offer: str = ""
    strengths: str = ""


@dataclass(frozen=True, slots=True)
class SolutionTexts:
    """The texts of a solution in one language."""

    problem: str = ""
    description: str = ""
    references: str = ""


FIRM_TEXT_FIELDS = tuple(field.name for field in fields(FirmTexts))
SOLUTION_TEXT_FIELDS = tuple(field.name for field in fields(SolutionTexts))


@dataclass(frozen=True, slots=True)
class SolutionData:
    """One solution. `id` names the stored one that it changes; else its external id, its name, or its place does."""

    name: str
    texts: Mapping[str, SolutionTexts]
    trl: int | str | None = None
    external_id: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmData:
    """Everything that a firm fills in. `organisation_id` None: an organisation is made with this name.

    Numbers may come as typed text: `save_firm` tells what is wrong with them beside their field.
    """

    organisation_id: int | None
    name: str
    original: str
    texts: Mapping[str, FirmTexts]
    solutions: tuple[SolutionData, ...] = ()
    external_id: str | None = None
    place: str | None = None
    website: str | None = None
    founded: int | str | None = None
    headcount: str | None = None
    sectors: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    collaboration: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    languages_of_service: tuple[str, ...] = ()
    budget_min: int | str | None = None
    budget_max: int | str | None = None
    excluded_sectors: tuple[str, ...] = ()
    excluded_organisations: tuple[int, ...] = ()
    opted_out: bool = False
    contact_email: str | None = None


PLAIN = (
    "original",
    "external_id",
    "founded",
    "headcount",
    "budget_min",
    "budget_max",
    "opted_out",
    "contact_email",
)
LISTS = (
    "sectors",
    "technologies",
    "collaboration",
    "regions",
    "languages_of_service",
    "excluded_sectors",
    "excluded_organisations",
)
OF_ORGANISATION = ("name", "place", "website")


def firm_data(firm: FirmProfile) -> FirmData:
    """What is stored, as a form shows it again."""
    stored: dict[str, Any] = {name: getattr(firm, name) for name in PLAIN}
    stored |= {name: tuple(getattr(firm, name)) for name in LISTS}
    stored |= {name: getattr(firm.organisation, name) for name in OF_ORGANISATION}
    return FirmData(
        organisation_id=firm.organisation_id,
        texts={
            row.language: FirmTexts(**{name: getattr(row, name) for name in FIRM_TEXT_FIELDS}) for row in firm.texts
        },
        solutions=tuple(
            SolutionData(
                name=solution.name,
                texts={
                    row.language: SolutionTexts(**{name: getattr(row, name) for name in SOLUTION_TEXT_FIELDS})
                    for row in solution.texts
                },
                trl=solution.trl,
                external_id=solution.external_id,
                id=solution.id,
            )
            for solution in firm.solutions
        ),
        **stored,
    )
