"""What differs between an index and the database, and how it is mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.records.queries import refused_versions, visible_versions
from app.services.index.index_records import ensure_index, index_record
from app.services.index.kinds import Kind
from app.services.parts import Parts

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Drift:
    """What a sweep found and mended."""

    missing: int
    stale: int
    orphans: int


def drift_of(parts: Parts, kind: Kind) -> tuple[list[int], list[int], list[int]]:
    """Ids that the index lacks, holds in an older version, and holds though nobody may find them.

    What the engine refused in its present version is none of them: the page of indexes names it, and asking again
    would only be refused again. A rebuild tries everything.
    """
    name = ensure_index(parts, kind)
    held = {int(key): version for key, version in parts.engine.versions(name).items()}
    with parts.store.read() as work:
        visible, refused = visible_versions(work, kind), refused_versions(work, kind)
    wanted = {key: version for key, version in visible.items() if refused.get(key) != version}
    missing = [key for key in wanted if key not in held]
    stale = [key for key, version in wanted.items() if key in held and held[key] < version]
    orphans = [key for key in held if key not in visible]
    return missing, stale, orphans


def sweep_index(parts: Parts, kind: Kind, progress: Progress | None = None) -> Drift:
    """Compare the index with the database and mend what differs."""
    missing, stale, orphans = drift_of(parts, kind)
    for number, key in enumerate([*missing, *stale, *orphans], start=1):
        index_record(parts, kind, key)
        if progress is not None:
            progress(number, len(missing) + len(stale) + len(orphans))
    return Drift(len(missing), len(stale), len(orphans))
