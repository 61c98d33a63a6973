"""Is what somebody filled in a challenge? All faults at once, and the cleaned data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.services.challenges.challenge_data import TEXT_FIELDS, ChallengeData, ChallengeTexts, NeedData
from app.services.checks import LONG, NEED, SHORT, TEASER, TITLE, Checks
from app.services.choices import COLLABORATION
from app.services.saving import LANGUAGES, Known, language_warnings, text_warnings

MOST_NEEDS = 30


def check_challenge(data: ChallengeData, known: Known, earliest_deadline: date | None) -> ChallengeData:
    """The data cleaned. Raises InvalidInput with faults such as {"fr.title": "required", "needs.2.fr": ...}.

    `earliest_deadline`: a deadline before it is a fault; None where any day will do.
    """
    checks = Checks()
    if data.original not in LANGUAGES:
        checks.fault("original", "unknown_language")
    deadline = checks.day("deadline", data.deadline)
    if deadline is not None and earliest_deadline is not None and deadline < earliest_deadline:
        checks.fault("deadline", "past_deadline")
    trl_min, trl_max = (checks.integer(name, getattr(data, name), 1, 9) for name in ("trl_min", "trl_max"))
    budget_min, budget_max = (checks.integer(name, getattr(data, name)) for name in ("budget_min", "budget_max"))
    checks.ordered("trl_min", trl_min, trl_max)
    checks.ordered("budget_min", budget_min, budget_max)
    cleaned = replace(
        data,
        texts=_texts(checks, data),
        needs=_needs(checks, data),
        external_id=checks.line("external_id", data.external_id, SHORT) or None,
        workshop_code=checks.choice("workshop_code", data.workshop_code, known.workshops, "unknown_workshop"),
        sectors=tuple(checks.codes("sectors", data.sectors, known.sectors, "unknown_sector")),
        technologies=tuple(checks.codes("technologies", data.technologies, known.technologies, "unknown_technology")),
        collaboration=tuple(checks.codes("collaboration", data.collaboration, COLLABORATION)),
        languages_of_service=tuple(
            checks.codes("languages_of_service", data.languages_of_service, LANGUAGES, "unknown_language")
        ),
        trl_min=trl_min,
        trl_max=trl_max,
        budget_min=budget_min,
        budget_max=budget_max,
        place=checks.line("place", data.place, SHORT) or None,
        deadline=deadline,
        contact_name=checks.line("contact_name", data.contact_name, SHORT) or None,
        contact_email=checks.email("contact_email", data.contact_email),
        private_note=checks.text("private_note", data.private_note, LONG) or None,
    )
    checks.raise_faults()
    return cleaned


def challenge_warnings(data: ChallengeData) -> dict[str, str]:
    """Texts that are clearly written in another language than the one they are marked with."""
    found = text_warnings(data.texts, TEXT_FIELDS)
    for language in LANGUAGES:
        needs = {f"needs.{number}.{language}": getattr(need, language) for number, need in enumerate(data.needs)}
        found |= language_warnings(needs, language)
    return found


def _texts(checks: Checks, data: ChallengeData) -> dict[str, ChallengeTexts]:
    """The languages that hold any text; the original one, and any that was begun, must have title and problem."""
    found: dict[str, ChallengeTexts] = {}
    for language in LANGUAGES:
        given = data.texts.get(language, ChallengeTexts())
        texts = ChallengeTexts(
            title=checks.line(f"{language}.title", given.title, TITLE),
            teaser=checks.text(f"{language}.teaser", given.teaser, TEASER),
            **{name: checks.text(f"{language}.{name}", getattr(given, name), LONG) for name in TEXT_FIELDS[2:]},
        )
        begun = any(getattr(given, name) for name in TEXT_FIELDS)
        if begun or language == data.original:
            for name in ("title", "problem"):
                if not getattr(texts, name):
                    checks.fault(f"{language}.{name}", "required")
            found[language] = texts
    return found


def _needs(checks: Checks, data: ChallengeData) -> tuple[NeedData, ...]:
    """The needs that hold any text; faults are told at the place that the need has in the form."""
    found = []
    for number, need in enumerate(data.needs):
        fr = checks.line(f"needs.{number}.fr", need.fr, NEED)
        en = checks.line(f"needs.{number}.en", need.en, NEED)
        if fr or en:
            found.append(replace(need, fr=fr, en=en))
    if len(found) > MOST_NEEDS:
        checks.fault("needs", f"too_many:{MOST_NEEDS}")
    return tuple(found)
