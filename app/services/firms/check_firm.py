"""Is what somebody filled in a firm's profile? All faults at once, and the cleaned data."""

from __future__ import annotations

from dataclasses import replace

from app.services.checks import LONG, SHORT, TITLE, Checks
from app.services.choices import COLLABORATION, HEADCOUNTS
from app.services.firms.firm_data import (
    FIRM_TEXT_FIELDS,
    SOLUTION_TEXT_FIELDS,
    FirmData,
    FirmTexts,
    SolutionData,
    SolutionTexts,
)
from app.services.saving import LANGUAGES, Known, text_warnings

MOST_SOLUTIONS = 20
EARLIEST_YEAR = 1800


def check_firm(data: FirmData, known: Known, year: int) -> FirmData:
    """The data cleaned. Raises InvalidInput with faults such as {"fr.summary": ..., "solutions.0.name": ...}.

    `year`: this year, before which a firm was founded.
    """
    checks = Checks()
    if data.original not in LANGUAGES:
        checks.fault("original", "unknown_language")
    budget_min, budget_max = (checks.integer(name, getattr(data, name)) for name in ("budget_min", "budget_max"))
    checks.ordered("budget_min", budget_min, budget_max)
    cleaned = replace(
        data,
        name=checks.line("name", data.name, TITLE, required=True),
        texts=_texts(checks, data),
        solutions=_solutions(checks, data),
        external_id=checks.line("external_id", data.external_id, SHORT) or None,
        place=checks.line("place", data.place, SHORT) or None,
        website=checks.url("website", data.website),
        founded=checks.integer("founded", data.founded, EARLIEST_YEAR, year),
        headcount=checks.choice("headcount", data.headcount, HEADCOUNTS),
        sectors=tuple(checks.codes("sectors", data.sectors, known.sectors, "unknown_sector")),
        technologies=tuple(checks.codes("technologies", data.technologies, known.technologies, "unknown_technology")),
        collaboration=tuple(checks.codes("collaboration", data.collaboration, COLLABORATION)),
        regions=tuple(checks.lines("regions", data.regions)),
        languages_of_service=tuple(
            checks.codes("languages_of_service", data.languages_of_service, LANGUAGES, "unknown_language")
        ),
        budget_min=budget_min,
        budget_max=budget_max,
        excluded_sectors=tuple(
            checks.codes("excluded_sectors", data.excluded_sectors, known.sectors, "unknown_sector")
        ),
        excluded_organisations=tuple(dict.fromkeys(data.excluded_organisations)),
        contact_email=checks.email("contact_email", data.contact_email),
    )
    checks.raise_faults()
    return cleaned


def firm_warnings(data: FirmData) -> dict[str, str]:
    """Texts that are clearly written in another language than the one they are marked with."""
    found = text_warnings(data.texts, FIRM_TEXT_FIELDS)
    for number, solution in enumerate(data.solutions):
        found |= text_warnings(solution.texts, SOLUTION_TEXT_FIELDS, f"solutions.{number}.")
    return found


def _texts(checks: Checks, data: FirmData) -> dict[str, FirmTexts]:
    """The languages that hold any text; the original one, and any that was begun, must say who the firm is."""
    found: dict[str, FirmTexts] = {}
    for language in LANGUAGES:
        given = data.texts.get(language, FirmTexts())
        texts = FirmTexts(
            **{name: checks.text(f"{language}.{name}", getattr(given, name), LONG) for name in FIRM_TEXT_FIELDS}
        )
        begun = any(getattr(given, name) for name in FIRM_TEXT_FIELDS)
        if begun or language == data.original:
            if not texts.summary:
                checks.fault(f"{language}.summary", "required")
            found[language] = texts
    return found


def _solutions(checks: Checks, data: FirmData) -> tuple[SolutionData, ...]:
    """The solutions that say anything; faults are told at the place that the solution has in the form."""
    found = []
    external_ids: set[str] = set()
    for number, solution in enumerate(data.solutions):
        cleaned = _solution(checks, number, solution)
        if cleaned is None:
            continue
        if cleaned.external_id in external_ids:
            checks.fault(f"solutions.{number}.external_id", "duplicate_external_id")
        if cleaned.external_id is not None:
            external_ids.add(cleaned.external_id)
        found.append(cleaned)
    if len(found) > MOST_SOLUTIONS:
        checks.fault("solutions", f"too_many:{MOST_SOLUTIONS}")
    return tuple(found)


def _solution(checks: Checks, number: int, data: SolutionData) -> SolutionData | None:
    field = f"solutions.{number}"
    texts = {
        language: SolutionTexts(
            **{
                name: checks.text(f"{field}.{language}.{name}", getattr(given, name), LONG)
                for name in SOLUTION_TEXT_FIELDS
            }
        )
        for language, given in data.texts.items()
        if language in LANGUAGES and any(getattr(given, name) for name in SOLUTION_TEXT_FIELDS)
    }
    if not texts and not data.name and not data.external_id:
        return None
    if not any(own.description for own in texts.values()):
        checks.fault(f"{field}.{_begun_language(data)}.description", "required")
    return replace(
        data,
        name=checks.line(f"{field}.name", data.name, TITLE, required=True),
        texts=texts,
        trl=checks.integer(f"{field}.trl", data.trl, 1, 9),
        external_id=checks.line(f"{field}.external_id", data.external_id, SHORT) or None,
    )


def _begun_language(data: SolutionData) -> str:
    """The language beside whose field a missing description is told: one that was begun, else French."""
    return next((language for language in LANGUAGES if language in data.texts), LANGUAGES[0])
