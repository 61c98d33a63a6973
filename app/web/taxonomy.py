"""Labels of codes for pages, in the page's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g

from app.records.queries import label_rows
from app.records.taxonomy import Sector, Technology
from app.services import choices
from app.services.taxonomy.taxonomy import active_sectors, active_technologies
from app.web.context import language, other_language, parts


def code_labels() -> Mapping[str, str]:
    """Code → label of sectors, technologies and workshops in the page's language; read once a request."""
    return _labels()[language()]


def other_code_labels() -> Mapping[str, str]:
    """The same in the other language."""
    return _labels()[other_language()]


def _labels() -> Mapping[str, Mapping[str, str]]:
    if "code_labels" not in g:
        with parts().store.read() as work:
            rows = label_rows(work)
        g.code_labels = {
            "fr": {code: french for code, french, _english in rows},
            "en": {code: english for code, _french, english in rows},
        }
    found: Mapping[str, Mapping[str, str]] = g.code_labels
    return found


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
