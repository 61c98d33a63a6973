"""Form fields → the data of services, and back into fields after a fault, so that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from app.services.challenges.challenge_data import TEXT_FIELDS, ChallengeData, ChallengeTexts, NeedData
from app.services.challenges.submit_solution import SubmissionData
from app.services.firms.firm_data import (
    FIRM_TEXT_FIELDS,
    SOLUTION_TEXT_FIELDS,
    FirmData,
    FirmTexts,
    SolutionData,
    SolutionTexts,
)
from app.web.context import LANGUAGES

MOST_ROWS = 30  # needs or solutions read from one form


def read_challenge(organisation_id: int, kept: Mapping[str, Any]) -> ChallengeData:
    """The challenge form. `kept`: fields that the form does not show (external_id, origin, reopened)."""
    return ChallengeData(
        organisation_id=organisation_id,
        original=_text("original") or "fr",
        texts={
            language: ChallengeTexts(**{name: _text(f"{language}.{name}") for name in TEXT_FIELDS})
            for language in LANGUAGES
        },
        needs=tuple(_needs()),
        workshop_code=_text("workshop_code") or None,
        sectors=_codes("sectors"),
        technologies=_codes("technologies"),
        collaboration=_codes("collaboration"),
        trl_min=_text("trl_min") or None,
        trl_max=_text("trl_max") or None,
        budget_min=_number("budget_min"),
        budget_max=_number("budget_max"),
        place=_text("place") or None,
        remote={"yes": True, "no": False}.get(_text("remote")),
        languages_of_service=_codes("languages_of_service"),
        deadline=_text("deadline") or None,
        contact_name=_text("contact_name") or None,
        contact_email=_text("contact_email") or None,
        private_note=_text("private_note") or None,
        **kept,
    )


def read_firm(organisation_id: int, kept: Mapping[str, Any]) -> FirmData:
    """The form of a firm's profile and solutions."""
    return FirmData(
        organisation_id=organisation_id,
        name=_text("name"),
        original=_text("original") or "fr",
        texts={
            language: FirmTexts(**{name: _text(f"{language}.{name}") for name in FIRM_TEXT_FIELDS})
            for language in LANGUAGES
        },
        solutions=tuple(_solutions()),
        place=_text("place") or None,
        website=_text("website") or None,
        founded=_text("founded") or None,
        headcount=_text("headcount") or None,
        sectors=_codes("sectors"),
        technologies=_codes("technologies"),
        collaboration=_codes("collaboration"),
        regions=tuple(part.strip() for part in _text("regions").replace("\n", ",").split(",") if part.strip()),
        languages_of_service=_codes("languages_of_service"),
        budget_min=_number("budget_min"),
        budget_max=_number("budget_max"),
        excluded_sectors=_codes("excluded_sectors"),
        opted_out=request.form.get("opted_out") == "yes",
        contact_email=_text("contact_email") or None,
        **kept,
    )


def read_submission(need_ids: list[int]) -> SubmissionData:
    """The submission form."""
    solution = _text("solution_id")
    return SubmissionData(
        summary=_text("summary"),
        answers={need_id: _text(f"answers.{need_id}") for need_id in need_ids},
        solution_id=int(solution) if solution.isdecimal() and len(solution) < 10 else None,
        trl=_text("trl") or None,
        contact_name=_text("contact_name"),
        contact_email=_text("contact_email"),
    )


def rows_to_show(prefix: str, filled: int, *, spare: int, least: int) -> int:
    """How many rows a form shows: never fewer than it was sent with, and some more where they were asked for."""
    sent = len({name.split(".")[1] for name in request.form if name.startswith(f"{prefix}.")})
    if request.form.get("then") == "more":
        sent += spare
    return max(filled, min(max(filled + spare, least, sent), MOST_ROWS))


def _needs() -> list[NeedData]:
    """Rows that hold any text, in their order."""
    found = []
    for number in range(MOST_ROWS):
        french, english = _text(f"needs.{number}.fr"), _text(f"needs.{number}.en")
        if french.strip() or english.strip():
            essential = _text(f"needs.{number}.kind") != "desirable"
            found.append(NeedData(french, english, essential, _id(f"needs.{number}.id")))
    return found


def _solutions() -> list[SolutionData]:
    """Rows that hold a name or any text."""
    found = []
    for number in range(MOST_ROWS):
        prefix = f"solutions.{number}"
        texts: dict[str, SolutionTexts] = {
            language: SolutionTexts(**{name: _text(f"{prefix}.{language}.{name}") for name in SOLUTION_TEXT_FIELDS})
            for language in LANGUAGES
        }
        name = _text(f"{prefix}.name")
        if name.strip() or any(getattr(text, field) for text in texts.values() for field in SOLUTION_TEXT_FIELDS):
            found.append(
                SolutionData(
                    name=name,
                    texts=texts,
                    trl=_text(f"{prefix}.trl") or None,
                    external_id=_text(f"{prefix}.external_id") or None,
                    id=_id(f"{prefix}.id"),
                )
            )
    return found


def _text(name: str) -> str:
    return request.form.get(name, "")


def _codes(name: str) -> tuple[str, ...]:
    return tuple(code for code in request.form.getlist(name) if code)


def _number(name: str) -> str | None:
    """Digits may be grouped by spaces, as French writes them."""
    return "".join(_text(name).split()) or None


def _id(name: str) -> int | None:
    value = _text(name)
    return int(value) if value.isdecimal() and len(value) < 10 else None
