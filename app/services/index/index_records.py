"""Keep the index true to the database: one record, a whole rebuild, a sweep for drift."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.queries import (
    challenges_by_id,
    firms_by_id,
    indexed_ids,
    set_index_state,
    taxonomy_labels,
    visible_versions,
)
from app.records.store import Work
from app.records.work import IndexState
from app.services.describe import Labels, challenge_document, challenge_texts, firm_document, firm_texts, is_visible
from app.services.parts import Parts
from indexing import definitions
from indexing.definitions import IndexDefinition
from indexing.documents import Document
from indexing.passages import passages_of
from indexing.rebuild import BATCH, Rebuilt, rebuild
from indexing.vectors import vectors_of
from matching.errors import RejectedDocuments

Kind = Literal["challenge", "firm"]
ALIASES: Mapping[Kind, str] = {"challenge": "challenges", "firm": "firms"}
LATEST = 2**31  # above every version of a record that is no longer there
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Drift:
    """What a sweep found and mended."""

    missing: int
    stale: int
    orphans: int


def definition_of(parts: Parts, kind: Kind) -> IndexDefinition:
    """The index definition for the encoder in use."""
    make = definitions.challenges if kind == "challenge" else definitions.firms
    return make(parts.encoder.identity, parts.encoder.dims)


def index_record(parts: Parts, kind: Kind, record_id: int) -> bool:
    """Put one record into the index, or take it out; returns whether it can be found now.

    Re-reads the row, so the order of messages does not matter. Raises Unavailable, or RejectedDocuments after the
    engine's cause was noted.
    """
    name = ensure_index(parts, kind)
    with parts.store.read() as work:
        row = rows_of(work, kind, [record_id]).get(record_id)
        state = work.session.get(IndexState, (kind, record_id))
        labels = taxonomy_labels(work)
    if row is None or not is_visible(row):
        version = row.version if row is not None else LATEST
        parts.engine.delete(name, {str(record_id): version})
        with parts.store.write() as work:
            set_index_state(work, kind, {record_id: version if row is not None else 0}, visible=False)
        return False
    if state is None or not state.visible:  # before the engine holds it: a withdrawal meanwhile must exclude it
        with parts.store.write() as work:
            set_index_state(work, kind, {row.id: 0}, visible=True)
    (document,) = _documents(parts, [row], labels)
    try:
        parts.engine.put(name, [document])
    except RejectedDocuments as error:
        _note_rejection(parts, kind, row, error)
        raise
    with parts.store.write() as work:
        set_index_state(work, kind, {row.id: row.version}, visible=True)
    return True


def ensure_index(parts: Parts, kind: Kind) -> str:
    """The name behind the alias; an empty build is made where there is none yet."""
    name = parts.engine.resolve(ALIASES[kind])
    if name is None:
        definition = definition_of(parts, kind)
        name = definition.build_name(datetime.now(UTC))
        parts.engine.create(name, definition)
        parts.engine.swap(definition.alias, name)
    return name


def index_many(parts: Parts, kind: Kind, ids: Sequence[int]) -> None:
    """Put records into the index, or take them out, with one encoding and one write for all.

    Raises Unavailable, or RejectedDocuments after the others were written and the engine's causes noted.
    """
    name = ensure_index(parts, kind)
    with parts.store.read() as work:
        rows = rows_of(work, kind, ids)
        known = indexed_ids(work, kind, ids)
        labels = taxonomy_labels(work)
    shown = [row for row in rows.values() if is_visible(row)]
    hidden = {row.id: row.version for row in rows.values() if not is_visible(row)}
    hidden |= dict.fromkeys(set(ids) - rows.keys(), 0)  # there is no such record any more
    if hidden:
        parts.engine.delete(name, {str(key): version or LATEST for key, version in hidden.items()})
    with parts.store.write() as work:  # before the engine holds them: a withdrawal meanwhile must exclude them
        set_index_state(work, kind, hidden, visible=False)
        set_index_state(work, kind, {row.id: 0 for row in shown if row.id not in known}, visible=True)
    if not shown:
        return
    refused: RejectedDocuments | None = None
    try:
        parts.engine.put(name, _documents(parts, shown, labels))
    except RejectedDocuments as error:
        refused = error
    written = {row.id: row.version for row in shown if refused is None or str(row.id) not in refused.ids}
    with parts.store.write() as work:
        set_index_state(work, kind, written, visible=True)
    if refused is not None:
        for row in shown:
            if row.id not in written:
                _note_rejection(parts, kind, row, refused)
        raise refused


def rebuild_index(
    parts: Parts,
    kind: Kind,
    progress: Progress | None = None,
    *,
    begun: str | None = None,
    fitting: Callable[[Sequence[int]], int] = lambda _ids: BATCH,
    time_is_up: Callable[[], bool] = lambda: False,
) -> Rebuilt:
    """A new build from the database, swapped in when it agrees with it. Raises CountsDiffer, Unavailable, OutOfTime.

    `fitting`: how many of some records are written before the next look at the time.
    """
    rebuilt = rebuild(
        parts.engine,
        definition_of(parts, kind),
        _RecordSource(parts, kind),
        datetime.now(UTC),
        progress,
        begun=begun,
        fitting=lambda keys: fitting([int(key) for key in keys]),
        time_is_up=time_is_up,
    )
    held = {int(key): version for key, version in parts.engine.versions(rebuilt.name).items()}
    with parts.store.write() as work:
        set_index_state(work, kind, held, visible=True)
    return rebuilt


def drift_of(parts: Parts, kind: Kind) -> tuple[list[int], list[int], list[int]]:
    """Ids that the index lacks, holds in an older version, and holds though nobody may find them."""
    name = ensure_index(parts, kind)
    held = {int(key): version for key, version in parts.engine.versions(name).items()}
    with parts.store.read() as work:
        wanted = visible_versions(work, kind)
    missing = [key for key in wanted if key not in held]
    stale = [key for key, version in wanted.items() if key in held and held[key] < version]
    orphans = [key for key in held if key not in wanted]
    return missing, stale, orphans


def sweep_index(parts: Parts, kind: Kind, progress: Progress | None = None) -> Drift:
    """Compare the index with the database and mend what differs."""
    missing, stale, orphans = drift_of(parts, kind)
    for number, key in enumerate([*missing, *stale, *orphans], start=1):
        index_record(parts, kind, key)
        if progress is not None:
            progress(number, len(missing) + len(stale) + len(orphans))
    return Drift(len(missing), len(stale), len(orphans))


class _RecordSource:
    """The database as the source of a rebuild."""

    def __init__(self, parts: Parts, kind: Kind) -> None:
        self._parts = parts
        self._kind: Kind = kind

    def versions(self) -> Mapping[str, int]:
        with self._parts.store.read() as work:
            return {str(key): version for key, version in visible_versions(work, self._kind).items()}

    def documents(self, ids: Sequence[str]) -> Iterable[Document]:
        with self._parts.store.read() as work:
            rows = rows_of(work, self._kind, [int(key) for key in ids])
            labels = taxonomy_labels(work)
        visible = [row for row in rows.values() if is_visible(row)]
        return _documents(self._parts, visible, labels)


def rows_of(work: Work, kind: Kind, ids: Sequence[int]) -> Mapping[int, Challenge | FirmProfile]:
    """The records that are there, by id."""
    return challenges_by_id(work, ids) if kind == "challenge" else firms_by_id(work, ids)


def _documents(parts: Parts, rows: Sequence[Challenge | FirmProfile], labels: Labels) -> list[Document]:
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


def _note_rejection(parts: Parts, kind: Kind, row: Challenge | FirmProfile, error: RejectedDocuments) -> None:
    with parts.store.write() as work:
        set_index_state(work, kind, {row.id: row.version}, visible=True)
        state = work.session.get(IndexState, (kind, row.id))
        if state is not None:
            state.rejected = error.causes.get(str(row.id), str(error))
