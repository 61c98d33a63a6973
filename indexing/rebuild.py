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
) -> Rebuilt:
    """Raises CountsDiffer or SearchUnavailable; the alias is only moved to a build that agrees with the database."""
    name = definition.build_name(at)
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
            _fill(engine, name, source, stale, rejected, progress)
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
) -> None:
    for start in range(0, len(ids), BATCH):
        try:
            engine.put(name, source.documents(ids[start : start + BATCH]))
        except RejectedDocuments as error:
            rejected.update({key: error.causes.get(key, "rejected") for key in error.ids})
        if progress is not None:
            progress(min(start + BATCH, len(ids)), len(ids))


def _compare(wanted: Mapping[str, int], held: Mapping[str, int], rejected: Mapping[str, str]) -> None:
    missing = wanted.keys() - held.keys() - rejected.keys()
    surplus = held.keys() - wanted.keys()
    if missing or surplus:
        raise CountsDiffer(f"{len(missing)} documents are missing and {len(surplus)} too many in the new build")
