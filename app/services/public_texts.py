"""The public texts of records: what may be searched, matched and cited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

from app.records.challenges import PUBLIC_STATUSES, Challenge
from app.records.firms import FirmProfile
from app.records.queries import records_by_id, visible_versions
from app.records.store import Store
from indexing.analysis import analyse
from indexing.passages import FieldText
from matching.model import Language, Passage

LANGUAGES: tuple[Language, Language] = ("fr", "en")
CHALLENGE_FIELDS = ("title", "teaser", "problem", "background", "outcome")  # what is out of scope must not be found
FIRM_FIELDS = ("summary", "offer", "strengths")
SOLUTION_FIELDS = ("problem", "description", "references")
A_READ = 300  # records


def challenge_texts(challenge: Challenge) -> list[FieldText]:
    """Every public text of a challenge, needs included; empty ones left out."""
    texts = _own_texts(challenge.texts, CHALLENGE_FIELDS)
    for need in challenge.needs:
        texts.append(FieldText("need", "fr", need.text_fr or "", need.id))
        texts.append(FieldText("need", "en", need.text_en or "", need.id))
    return [text for text in texts if text.text.strip()]


def firm_texts(firm: FirmProfile) -> list[FieldText]:
    """Every public text of a firm and its solutions; empty ones left out."""
    texts = _own_texts(firm.texts, FIRM_FIELDS)
    for solution in firm.solutions:
        for text in _by_language(solution.texts):
            language = cast("Language", text.language)
            texts.extend(
                FieldText(f"solution_{field}", language, getattr(text, field), solution.id) for field in SOLUTION_FIELDS
            )
    return [text for text in texts if text.text.strip()]


def texts_of(row: Challenge | FirmProfile) -> list[FieldText]:
    """Every public text of a record of either kind."""
    return challenge_texts(row) if isinstance(row, Challenge) else firm_texts(row)


def find_text(texts: Iterable[FieldText], field: str, language: str, item_id: int | None) -> str:
    """The text that a citation names; empty where it is gone."""
    for text in texts:
        if (text.field, text.language, text.item_id) == (field, language, item_id):
            return text.text
    return ""


def every_text(store: Store) -> Iterator[list[FieldText]]:
    """The texts of every record that belongs into the public index, a list a record."""
    for kind in ("challenge", "firm"):
        with store.read() as work:
            ids = sorted(visible_versions(work, kind))
        for start in range(0, len(ids), A_READ):
            with store.read() as work:
                rows = records_by_id(work, kind, ids[start : start + A_READ])
            yield from map(texts_of, rows.values())


def is_visible(row: Challenge | FirmProfile) -> bool:
    """Whether a row belongs into the public index."""
    return row.status in PUBLIC_STATUSES if isinstance(row, Challenge) else row.status == "published"


def tokens_of(passages: Iterable[Passage]) -> tuple[tuple[str, ...], ...]:
    """Analysed tokens of each passage, in its own language."""
    return tuple(tuple(analyse(passage.text, passage.language)) for passage in passages)


def _own_texts(rows: Iterable[Any], fields: Iterable[str]) -> list[FieldText]:
    return [
        FieldText(field, cast("Language", row.language), getattr(row, field))
        for row in _by_language(rows)
        for field in fields
    ]


def _by_language(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: LANGUAGES.index(row.language))
