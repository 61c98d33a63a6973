"""Records → the texts, index documents and matching sides that are made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from app.records.challenges import PUBLIC_STATUSES, Challenge
from app.records.firms import FirmProfile
from indexing.analysis import analyse, words
from indexing.documents import Document, PassageVector
from indexing.passages import FieldText
from matching.model import ChallengeSide, FirmSide, Floats, Language, Needed, Passage

Labels = Mapping[str, Mapping[str, str]]  # code -> {"fr": label, "en": label}, of sectors and technologies

LANGUAGES: tuple[Language, Language] = ("fr", "en")
CHALLENGE_FIELDS = ("title", "teaser", "problem", "background", "outcome")  # what is out of scope must not be found
FIRM_FIELDS = ("summary", "offer", "strengths")
SOLUTION_FIELDS = ("problem", "description", "references")
TITLE_FIELDS = frozenset({"title", "solution_name"})


def challenge_texts(challenge: Challenge) -> list[FieldText]:
    """Every public text of a challenge, needs included; empty ones left out."""
    texts = [
        FieldText(field, cast("Language", row.language), getattr(row, field))
        for row in _by_language(challenge.texts)
        for field in CHALLENGE_FIELDS
    ]
    for need in challenge.needs:
        texts.append(FieldText("need", "fr", need.text_fr or "", need.id))
        texts.append(FieldText("need", "en", need.text_en or "", need.id))
    return [text for text in texts if text.text.strip()]


def firm_texts(firm: FirmProfile) -> list[FieldText]:
    """Every public text of a firm and its solutions; empty ones left out."""
    texts = [
        FieldText(field, cast("Language", row.language), getattr(row, field))
        for row in _by_language(firm.texts)
        for field in FIRM_FIELDS
    ]
    for solution in firm.solutions:
        for text in _by_language(solution.texts):
            language = cast("Language", text.language)
            texts.extend(
                FieldText(f"solution_{field}", language, getattr(text, field), solution.id) for field in SOLUTION_FIELDS
            )
    return [text for text in texts if text.text.strip()]


def find_text(texts: Iterable[FieldText], field: str, language: str, item_id: int | None) -> str:
    """The text that a citation names; empty where it is gone."""
    for text in texts:
        if (text.field, text.language, text.item_id) == (field, language, item_id):
            return text.text
    return ""


def challenge_document(challenge: Challenge, passages: Sequence[Passage], vectors: Floats, labels: Labels) -> Document:
    """The index document of a public challenge."""
    texts = challenge_texts(challenge)
    fields = _text_fields(texts, [challenge.organisation.name], challenge.sectors + challenge.technologies, labels)
    fields |= {
        "sector": tuple(challenge.sectors),
        "technology": tuple(challenge.technologies),
        "status": (challenge.status,),
        "owner_kind": (challenge.organisation.kind,),
        "place": _some(challenge.place),
        "workshop": _some(challenge.workshop_code),
        "language": tuple(sorted({text.language for text in texts})),
    }
    _put_day(fields, "published_day", challenge.published_at)
    _put_day(fields, "deadline_day", challenge.deadline)
    return Document(str(challenge.id), challenge.version, fields, _passage_vectors(passages, vectors))


def firm_document(firm: FirmProfile, passages: Sequence[Passage], vectors: Floats, labels: Labels) -> Document:
    """The index document of a published firm."""
    texts = firm_texts(firm)
    names = [firm.organisation.name, *(solution.name for solution in firm.solutions)]
    fields = _text_fields(texts, [], firm.sectors + firm.technologies, labels, titles=names)
    fields |= {
        "sector": tuple(firm.sectors),
        "technology": tuple(firm.technologies),
        "place": _some(firm.organisation.place),
        "language": tuple(sorted({text.language for text in texts})),
        "service_language": tuple(firm.languages_of_service),
        "headcount": _some(firm.headcount),
        "collaboration": tuple(firm.collaboration),
    }
    _put_day(fields, "published_day", firm.published_at)
    return Document(str(firm.id), firm.version, fields, _passage_vectors(passages, vectors))


def challenge_side(challenge: Challenge, passages: tuple[Passage, ...], vectors: Floats) -> ChallengeSide:
    """A challenge as matching sees it."""
    return ChallengeSide(
        id=challenge.id,
        version=challenge.version,
        passages=passages,
        vectors=vectors,
        tokens=tokens_of(passages),
        needs=tuple(
            Needed(
                need.id,
                need.essential,
                tuple(i for i, p in enumerate(passages) if p.field == "need" and p.item_id == need.id),
            )
            for need in challenge.needs
        ),
        original=cast("Language", challenge.original),
        sectors=frozenset(challenge.sectors),
        technologies=frozenset(challenge.technologies),
        trl=_trl_range(challenge),
        collaboration=frozenset(challenge.collaboration),
        place=challenge.place,
        remote=challenge.remote,
        languages_of_service=frozenset(challenge.languages_of_service),
        budget=_budget(challenge.budget_min, challenge.budget_max),
        open=challenge.status == "open",
        deadline=challenge.deadline,
        owner_organisation_id=challenge.organisation_id,
    )


def firm_side(firm: FirmProfile, passages: tuple[Passage, ...], vectors: Floats) -> FirmSide:
    """A firm as matching sees it."""
    return FirmSide(
        id=firm.id,
        version=firm.version,
        passages=passages,
        vectors=vectors,
        tokens=tokens_of(passages),
        original=cast("Language", firm.original),
        languages=frozenset(passage.language for passage in passages),
        sectors=frozenset(firm.sectors),
        technologies=frozenset(firm.technologies),
        trls=tuple(solution.trl for solution in firm.solutions if solution.trl is not None),
        collaboration=frozenset(firm.collaboration),
        place=firm.organisation.place,
        regions=frozenset(firm.regions),
        languages_of_service=frozenset(firm.languages_of_service),
        budget=_budget(firm.budget_min, firm.budget_max),
        published=firm.status == "published",
        opted_out=firm.opted_out,
        excluded_sectors=frozenset(firm.excluded_sectors),
        excluded_organisations=frozenset(firm.excluded_organisations),
        organisation_id=firm.organisation_id,
    )


def is_visible(row: Challenge | FirmProfile) -> bool:
    """Whether a row belongs into the public index."""
    return row.status in PUBLIC_STATUSES if isinstance(row, Challenge) else row.status == "published"


def tokens_of(passages: Iterable[Passage]) -> tuple[tuple[str, ...], ...]:
    """Analysed tokens of each passage, in its own language."""
    return tuple(tuple(analyse(passage.text, passage.language)) for passage in passages)


def _text_fields(
    texts: Sequence[FieldText],
    names: Sequence[str],
    codes: Sequence[str],
    labels: Labels,
    titles: Sequence[str] = (),
) -> dict[str, Any]:
    """Analysed text by language: titles, and a body of all texts; names and labels exist in both languages."""
    fields: dict[str, Any] = {}
    surface: set[str] = set()
    for language in LANGUAGES:
        own = [text for text in texts if text.language == language]
        title = [text.text for text in own if text.field in TITLE_FIELDS] + list(titles)
        body = title + [text.text for text in own if text.field not in TITLE_FIELDS] + list(names)
        body += [labels[code][language] for code in codes if code in labels]
        fields[f"title_{language}"] = " ".join(token for text in title for token in analyse(text, language))
        fields[f"body_{language}"] = " ".join(token for text in body for token in analyse(text, language))
        surface.update(w.surface for text in body for w in words(text, language) if w.token and len(w.surface) > 2)
    fields["surface"] = tuple(sorted(surface))
    return fields


def _by_language(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: LANGUAGES.index(row.language))


def _passage_vectors(passages: Sequence[Passage], vectors: Floats) -> tuple[PassageVector, ...]:
    return tuple(PassageVector(passage.key, vector) for passage, vector in zip(passages, vectors, strict=True))


def _put_day(fields: dict[str, Any], name: str, moment: date | datetime | None) -> None:
    if moment is not None:
        day = moment.date() if isinstance(moment, datetime) else moment
        fields[name] = (day - date(1970, 1, 1)).days


def _some(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _trl_range(challenge: Challenge) -> tuple[int, int] | None:
    low, high = challenge.trl_min, challenge.trl_max
    if low is None and high is None:
        return None
    return (low or 1, high or 9)


def _budget(low: int | None, high: int | None) -> tuple[int | None, int | None] | None:
    return None if low is None and high is None else (low, high)
