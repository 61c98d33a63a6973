"""Options of selects and check boxes, with labels in the page's language."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from app.services.choices import COLLABORATION, HEADCOUNTS
from app.web.context import language
from app.web.pickers import technology_families
from app.web.taxonomy import sectors


def shared_options(technologies: Collection[str]) -> dict[str, Any]:
    """What the forms of a challenge and of a firm share. `technologies`: the chosen ones, whose families are open."""
    return {
        "families": technology_families(technologies),
        "sector_options": [(row.code, row.label_fr if language() == "fr" else row.label_en) for row in sectors()],
        "collaboration_options": [(code, both[language()]) for code, both in COLLABORATION.items()],
        "headcount_options": [(text, text) for text in HEADCOUNTS],
        "trl_options": TRL_OPTIONS,
    }


TRL_OPTIONS = [(number, str(number)) for number in range(1, 10)]
