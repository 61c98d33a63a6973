"""Labels of codes for pages, in the page's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g

from app.records.queries import labels_in
from app.records.taxonomy import Sector, Technology
from app.services import choices
from app.services.taxonomy.taxonomy import active_sectors, active_technologies
from app.web.context import language, parts


def code_labels() -> Mapping[str, str]:
    """Code → label of sectors, technologies and workshops; read once a request."""
    if "code_labels" not in g:
        with parts().store.read() as work:
            g.code_labels = labels_in(work, language())
    labels_of_page: Mapping[str, str] = g.code_labels
    return labels_of_page


def facet_labels(facet: str) -> Mapping[str, str]:
    """Code → label of one facet."""
    fixed = {
        "status": choices.CHALLENGE_STATUS,
        "owner_kind": choices.OWNER_KINDS,
        "collaboration": choices.COLLABORATION,
        "language": choices.LANGUAGE_NAMES,
        "service_language": choices.LANGUAGE_NAMES,
    }
    if facet in fixed:
        lang = language()
        return {code: both[lang] for code, both in fixed[facet].items()}
    return code_labels()


def sectors() -> list[Sector]:
    """The active sectors in their order."""
    with parts().store.read() as work:
        return active_sectors(work)


def label(kind: str, code: str) -> str:
    """Label of a fixed code (see `app.services.choices`) in the page's language; the code itself where unknown."""
    table: choices.Labelled = getattr(choices, kind)
    return table.get(code, {}).get(language(), code)


def technologies() -> list[Technology]:
    """The active technologies, by label in the page's language."""
    with parts().store.read() as work:
        return active_technologies(work, language())
