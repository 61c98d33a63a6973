"""A whole index anew from the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from app.records.queries import records_by_id, set_index_state, taxonomy_labels, visible_versions
from app.services.index.documents import documents_of
from app.services.index.index_records import note_refused
from app.services.index.kinds import Kind, definition_of
from app.services.parts import Parts
from app.services.public_texts import is_visible
from indexing.documents import Document
from indexing.rebuild import BATCH, Rebuilt, Unfinished, rebuild

Progress = Callable[[int, int], None]


def rebuild_index(
    parts: Parts,
    kind: Kind,
    progress: Progress | None = None,
    *,
    begun: Unfinished | None = None,
    fitting: Callable[[Sequence[int]], int] = lambda _ids: BATCH,
    time_is_up: Callable[[], bool] = lambda: False,
) -> Rebuilt:
    """A new build from the database, swapped in when it agrees with it. Raises CountsDiffer, Unavailable, OutOfTime.

    What the engine refused is in the answer, and noted for administrators.
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
        wanted = visible_versions(work, kind)
        causes = {  # somebody may have mended or withdrawn a record since the engine refused it
            key: cause for key, cause in rebuilt.rejected.items() if held.get(int(key), -1) < wanted.get(int(key), -1)
        }
        note_refused(work, kind, {int(key): (wanted[int(key)], cause) for key, cause in causes.items()})
    return replace(rebuilt, rejected=causes)


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
            rows = records_by_id(work, self._kind, [int(key) for key in ids])
            labels = taxonomy_labels(work)
        visible = [row for row in rows.values() if is_visible(row)]
        return documents_of(self._parts, visible, labels)
