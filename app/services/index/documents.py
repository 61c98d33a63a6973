"""Records of either kind → the index documents that are made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.services.parts import Parts
from app.services.public_texts import LANGUAGES, challenge_texts, firm_texts, texts_of
from indexing.analysis import analyse, words
from indexing.documents import Document, PassageVector
from indexing.passages import FieldText, passages_of
from indexing.vectors import vectors_of
from matching.model import Floats, Passage

Labels = Mapping[str, Mapping[str, str]]  # code -> {"fr": label, "en": label}, of sectors and technologies

TITLE_FIELDS = frozenset({"title", "solution_name"})


def documents_of(parts: Parts, rows: Sequence[Challenge | FirmProfile], labels: Labels) -> list[Document]:
    """All documents with one look-up and one encoding of their passages together."""
    passages = [passages_of(texts_of(row)) for row in rows]
    vectors = vectors_of([p for own in passages for p in own], parts.encoder, parts.vectors)
    documents, start = [], 0
    for row, own in zip(rows, passages, strict=True):
        mine = vectors[start : start + len(own)]
        start += len(own)
        if isinstance(row, Challenge):
            documents.append(challenge_document(row, own, mine, labels))
        else:
            documents.append(firm_document(row, own, mine, labels))
    return documents


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


def _passage_vectors(passages: Sequence[Passage], vectors: Floats) -> tuple[PassageVector, ...]:
    return tuple(PassageVector(passage.key, vector) for passage, vector in zip(passages, vectors, strict=True))


def _put_day(fields: dict[str, Any], name: str, moment: date | datetime | None) -> None:
    if moment is not None:
        day = moment.date() if isinstance(moment, datetime) else moment
        fields[name] = (day - date(1970, 1, 1)).days


def _some(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()
