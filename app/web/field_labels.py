"""Names of form fields, as people read them: one source for labels, summaries of errors and warnings."""

from __future__ import annotations

import re

from flask_babel import gettext as _

_NEED = re.compile(r"needs\.(\d+)\.(fr|en)")
_SOLUTION = re.compile(r"solutions\.(\d+)\.(?:(fr|en)\.)?(\w+)")
_ANSWER = re.compile(r"answers\.\d+")
_TEXT = re.compile(r"(fr|en)\.(\w+)")


def field_label(name: str) -> str:
    """The label of a field such as "fr.title" or "needs.2.en"; the bare name where it has none."""
    if found := _NEED.fullmatch(name):
        outcome = _("Outcome %(number)s", number=int(found[1]) + 1)  # not within the f-string: Babel reads none there
        return f"{outcome} ({_language(found[2])})"
    if found := _SOLUTION.fullmatch(name):
        field = _solution_labels().get(found[3], found[3])
        language = f" ({_language(found[2])})" if found[2] else ""
        solution = _("Solution %(number)s", number=int(found[1]) + 1)
        return f"{solution}{_(': ')}{field}{language}"
    if _ANSWER.fullmatch(name):
        return str(_("Answer to an essential outcome"))
    if found := _TEXT.fullmatch(name):
        return f"{short_label(found[2])} ({_language(found[1])})"
    return short_label(name)


def short_label(name: str) -> str:
    """The label of a field without its language."""
    return {**_text_labels(), **_fact_labels(), **_range_labels(), **_term_labels()}.get(name, name)


def solution_label(name: str) -> str:
    """The label of a field of a solution, without number and language."""
    return _solution_labels().get(name, name)


def _language(code: str) -> str:
    return str(_("French") if code == "fr" else _("English"))


def _text_labels() -> dict[str, str]:
    return {
        "title": _("Title"),
        "teaser": _("In one or two sentences"),
        "problem": _("The problem"),
        "background": _("Background"),
        "outcome": _("Expected outcome"),
        "out_of_scope": _("Out of scope"),
        "summary": _("Summary"),
        "offer": _("What we solve"),
        "strengths": _("Strengths"),
        "private_note": _("Private note to the facilitator"),
        "reason": _("Reason"),
        "note": _("Note"),
    }


def _fact_labels() -> dict[str, str]:
    return {
        "original": _("Original language"),
        "name": _("Name of the firm"),
        "needs": _("Outcomes"),
        "solutions": _("Solutions"),
        "sectors": _("Sectors"),
        "technologies": _("Technologies"),
        "collaboration": _("Type of collaboration"),
        "workshop_code": _("Workshop"),
        "place": _("Place"),
        "remote": _("Remote work"),
        "regions": _("Regions served"),
        "website": _("Website"),
        "headcount": _("Headcount"),
        "languages_of_service": _("Language of service"),
        "contact_name": _("Name of the contact"),
        "contact_email": _("E-mail of the contact"),
        "excluded_sectors": _("Sectors that you do not want"),
        "opted_out": _("No suggestions"),
        "solution_id": _("Solution"),
        "organisation_id": _("Organisation"),
    }


def _range_labels() -> dict[str, str]:
    return {
        "deadline": _("Deadline for submissions"),
        "budget_min": _("Budget, from (CAD)"),
        "budget_max": _("Budget, to (CAD)"),
        "trl_min": _("Maturity, from (TRL)"),
        "trl_max": _("Maturity, to (TRL)"),
        "trl": _("Maturity (TRL)"),
        "founded": _("Year of foundation"),
    }


def _term_labels() -> dict[str, str]:
    """Of sectors and technologies, and what versions of a challenge differ in as a whole."""
    return {
        "label_fr": _("Label in French"),
        "label_en": _("Label in English"),
        "synonyms_fr": _("Synonyms in French"),
        "synonyms_en": _("Synonyms in English"),
        "description_fr": _("Description in French"),
        "description_en": _("Description in English"),
        "position": _("Place in lists"),
        "family": _("Family"),
        "active": _("Offered in forms and filters"),
        "texts": _("Texts"),
        "status": _("Status"),
    }


def _solution_labels() -> dict[str, str]:
    return {
        "name": _("Name of the solution"),
        "problem": _("Problem that it solves"),
        "description": _("How it solves it"),
        "references": _("References"),
        "trl": _("Maturity (TRL)"),
        "external_id": _("External identifier"),
    }
