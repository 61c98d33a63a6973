"""Keep the index true to the database when records change: one record, or some together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from app.records.queries import indexed_ids, records_by_id, set_index_state, taxonomy_labels
from app.records.store import Work
from app.records.work import IndexState
from app.services.index.documents import documents_of
from app.services.index.kinds import ALIASES, Kind, definition_of
from app.services.parts import Parts
from app.services.public_texts import is_visible
from matching.errors import RejectedDocuments

LATEST = 2**31  # above every version of a record that is no longer there


def index_record(parts: Parts, kind: Kind, record_id: int) -> bool:
    """Put one record into the index, or take it out; returns whether it can be found now.

    Re-reads the row, so the order of messages does not matter. Raises Unavailable, or RejectedDocuments after the
    engine's cause was noted.
    """
    name = ensure_index(parts, kind)
    with parts.store.read() as work:
        row = records_by_id(work, kind, [record_id]).get(record_id)
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
    (document,) = documents_of(parts, [row], labels)
    try:
        parts.engine.put(name, [document])
    except RejectedDocuments as error:
        with parts.store.write() as work:
            note_refused(work, kind, {row.id: (row.version, _cause(error, row.id))})
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
        rows = records_by_id(work, kind, ids)
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
        parts.engine.put(name, documents_of(parts, shown, labels))
    except RejectedDocuments as error:
        refused = error
    written = {row.id: row.version for row in shown if refused is None or str(row.id) not in refused.ids}
    with parts.store.write() as work:
        set_index_state(work, kind, written, visible=True)
        if refused is not None:
            others = [row for row in shown if row.id not in written]
            note_refused(work, kind, {row.id: (row.version, _cause(refused, row.id)) for row in others})
    if refused is not None:
        raise refused


def note_refused(work: Work, kind: Kind, refused: Mapping[int, tuple[int, str]]) -> None:
    """Note for administrators what the engine refused: id → version and cause."""
    set_index_state(work, kind, {key: version for key, (version, _) in refused.items()}, visible=True)
    for key, (_, cause) in refused.items():
        work.session.get_one(IndexState, (kind, key)).rejected = cause


def _cause(error: RejectedDocuments, record_id: int) -> str:
    return error.causes.get(str(record_id), str(error))
