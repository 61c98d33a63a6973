"""What the pickers of forms show: technologies by family, so that hundreds of them can be chosen without a script."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.records.taxonomy import Technology
from app.services.taxonomy.families import FAMILIES, OTHER
from app.web.context import language
from app.web.taxonomy import technologies
from indexing.analysis import fold


@dataclass(frozen=True, slots=True)
class Family:
    """One fold of the picker. `chosen`: how many of it are."""

    label: str
    technologies: list[Technology]
    chosen: int


def technology_families(chosen: Collection[str]) -> list[Family]:
    """Active technologies by family, each family and technology in the order of the page's language."""
    folds: dict[str, list[Technology]] = {}
    for technology in technologies():
        folds.setdefault(FAMILIES.get(technology.family, OTHER)[language()], []).append(technology)
    last = OTHER[language()]
    return [
        Family(label, rows, sum(row.code in chosen for row in rows))
        for label, rows in sorted(folds.items(), key=lambda row: (row[0] == last, fold(row[0])))
    ]
