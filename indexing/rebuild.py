"""A whole index anew, beside the one in use: fill, compare with the database, swap in one step, keep the previous."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from indexing.definitions import IndexDefinition
from indexing.documents import Document
from indexing.engine import SearchEngine
from matching.errors import MatchmakingError, RejectedDocuments

BATCH = 200
ROUNDS = 5  # rows that change during the fill are written again in at most so many rounds
BUILDS_KEPT = 2  # the one in use and the previous one


class CountsDiffer(MatchmakingError):
    """The new build does not hold what the database holds; the alias still points at the old one."""


class OutOfTime(Exception):
    """The caller's time is up: the build that is named may be gone on with later."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Source(Protocol):
    """The rows that belong into the index, as the database has them now."""

    def versions(self) -> Mapping[str, int]:
        """Id → version."""

    def documents(self, ids: Sequence[str]) -> Iterable[Document]:
        """Documents of the ids that are still there."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The new build, how many documents it holds, and what the engine refused."""

    name: str
    documents: int
    rejected: Mapping[str, str]


def rebuild(
    engine: SearchEngine,
    definition: IndexDefinition,
    source: Source,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
    *,
    begun: str | None = None,
    batch: int = BATCH,
    time_is_up: Callable[[], bool] = lambda: False,
) -> Rebuilt:
    """Raises CountsDiffer or SearchUnavailable; the alias is only moved to a build that agrees with the database.

    `begun` is a build that an earlier call left with OutOfTime, which is raised between two batches when `time_is_up`.
    """
    name = begun if begun in engine.names(definition.alias) else definition.build_name(at)
    engine.create(name, definition)
    rejected: dict[str, str] = {}
    try:
        for _ in range(ROUNDS):
            wanted = source.versions()
            held = engine.versions(name)
            stale = [key for key, version in wanted.items() if held.get(key, -1) < version and key not in rejected]
            gone = {key: version for key, version in held.items() if key not in wanted}
            if not stale and not gone:
                break
            _fill(engine, name, source, stale, rejected, progress, batch, time_is_up)
            engine.delete(name, gone)
            engine.refresh(name)
        _compare(source.versions(), engine.versions(name), rejected)
    except MatchmakingError:
        engine.drop(name)
        raise
    engine.swap(definition.alias, name)
    for old in engine.names(definition.alias)[:-BUILDS_KEPT]:
        engine.drop(old)
    return Rebuilt(name, len(engine.versions(name)), rejected)


def _fill(
    engine: SearchEngine,
    name: str,
    source: Source,
    ids: Sequence[str],
    rejected: dict[str, str],
    progress: Callable[[int, int], None] | None,
    batch: int,
    time_is_up: Callable[[], bool],
) -> None:
    for start in range(0, len(ids), batch):
        if start and time_is_up():
            raise OutOfTime(name)
        try:
            engine.put(name, source.documents(ids[start : start + batch]))
        except RejectedDocuments as error:
            rejected.update({key: error.causes.get(key, "rejected") for key in error.ids})
        if progress is not None:
            progress(min(start + batch, len(ids)), len(ids))


def _compare(wanted: Mapping[str, int], held: Mapping[str, int], rejected: Mapping[str, str]) -> None:
    missing = wanted.keys() - held.keys() - rejected.keys()
    surplus = held.keys() - wanted.keys()
    if missing or surplus:
        raise CountsDiffer(f"{len(missing)} documents are missing and {len(surplus)} too many in the new build")
