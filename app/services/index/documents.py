"""Records of either kind as the database has them now, and the index documents that are made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.queries import challenges_by_id, firms_by_id
from app.records.store import Work
from app.services.describe import Labels, challenge_document, challenge_texts, firm_document, firm_texts
from app.services.index.kinds import Kind
from app.services.parts import Parts
from indexing.documents import Document
from indexing.passages import passages_of
from indexing.vectors import vectors_of


def rows_of(work: Work, kind: Kind, ids: Sequence[int]) -> Mapping[int, Challenge | FirmProfile]:
    """The records that are there, by id."""
    return challenges_by_id(work, ids) if kind == "challenge" else firms_by_id(work, ids)


def documents_of(parts: Parts, rows: Sequence[Challenge | FirmProfile], labels: Labels) -> list[Document]:
    """All documents with one look-up and one encoding of their passages together."""
    passages = [passages_of(challenge_texts(r) if isinstance(r, Challenge) else firm_texts(r)) for r in rows]
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
