"""A whole index anew, beside the one in use: fill, compare with the database, swap in one step, keep the previous."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from indexing.definitions import IndexDefinition
from indexing.documents import Document
from indexing.engine import SearchEngine
from matching.errors import MatchmakingError, RejectedDocuments

BATCH = 200
ROUNDS = 5  # rows that change meanwhile are written again in at most so many rounds, before the swap and after it


class CountsDiffer(MatchmakingError):
    """The new build does not hold what the database holds; the alias still points at the old one."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A build to go on with: its name, and by id the version of each document that it refused, and why."""

    name: str
    refused: Mapping[str, tuple[int, str]] = field(default_factory=dict)


class OutOfTime(Exception):
    """The caller's time is up: the unfinished build may be gone on with later."""

    def __init__(self, unfinished: Unfinished) -> None:
        super().__init__(unfinished.name)
        self.unfinished = unfinished


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
    begun: Unfinished | None = None,
    fitting: Callable[[Sequence[str]], int] = lambda _ids: BATCH,
    time_is_up: Callable[[], bool] = lambda: False,
) -> Rebuilt:
    """Raises CountsDiffer or SearchUnavailable; the alias is only moved to a build that agrees with the database.

    What changes until the swap is written to the build in use, by whoever changes it; so the new build catches up
    once more after the swap. The build that was in use until then is kept, older and unfinished ones are dropped.
    `fitting` says how many of some ids are one batch. When `time_is_up` between two batches, OutOfTime has the
    unfinished build, and a call with it as `begun` goes on: what was refused is not tried again until it changes, so
    that each call gets further. One that is gone, or in use already, is not gone on with: the call begins anew.
    """
    before = engine.resolve(definition.alias)
    if begun is None or begun.name == before or begun.name not in engine.names(definition.alias):
        begun = Unfinished(definition.build_name(at))
    new = _NewBuild(engine, begun, source, progress, fitting, time_is_up)
    engine.create(new.name, definition)
    try:
        new.catch_up()
        new.compare()
        engine.swap(definition.alias, new.name)
    except OutOfTime:
        raise
    except BaseException:
        with suppress(MatchmakingError):
            engine.drop(new.name)
        raise
    new.time_is_up = lambda: False  # the alias has moved: the few rows that changed until then are written now
    new.catch_up()
    names = engine.names(definition.alias)
    for old in names[: names.index(new.name)]:
        if old != before:
            engine.drop(old)
    return Rebuilt(new.name, len(engine.versions(new.name)), {key: cause for key, (_, cause) in new.rejected.items()})


class _NewBuild:
    def __init__(
        self,
        engine: SearchEngine,
        begun: Unfinished,
        source: Source,
        progress: Callable[[int, int], None] | None,
        fitting: Callable[[Sequence[str]], int],
        time_is_up: Callable[[], bool],
    ) -> None:
        self.name = begun.name
        self.rejected = dict(begun.refused)
        self._engine = engine
        self._source = source
        self._progress = progress
        self._fitting = fitting
        self.time_is_up = time_is_up
        self._wanted: Mapping[str, int] = {}

    def catch_up(self) -> None:
        """Write what the database has newer, remove what it has no more, until both agree or the rounds are over."""
        for _ in range(ROUNDS):
            # The index is read first: what is in it is in the database already, so a row that somebody adds between
            # the two reads is never taken for one that is gone.
            held = self._engine.versions(self.name)
            self._wanted = self._source.versions()
            stale = [key for key, version in self._wanted.items() if self._is_behind(key, version, held)]
            gone = {key: version for key, version in held.items() if key not in self._wanted}
            if not stale and not gone:
                return
            self._fill(stale)
            self._engine.delete(self.name, gone)
            self._engine.refresh(self.name)

    def compare(self) -> None:
        """Rows that come and go meanwhile aside, the build holds what the database held. Raises CountsDiffer."""
        held, now = self._engine.versions(self.name), self._source.versions()
        missing = (self._wanted.keys() & now.keys()) - held.keys() - self.rejected.keys()
        surplus = held.keys() - self._wanted.keys()
        if missing or surplus:
            raise CountsDiffer(f"{len(missing)} documents are missing and {len(surplus)} too many in the new build")

    def _is_behind(self, key: str, version: int, held: Mapping[str, int]) -> bool:
        refused, _ = self.rejected.get(key, (-1, ""))
        return max(held.get(key, -1), refused) < version

    def _fill(self, ids: Sequence[str]) -> None:
        done = 0
        while done < len(ids):
            if done and self.time_is_up():
                raise OutOfTime(Unfinished(self.name, self.rejected))
            batch = ids[done : done + self._fitting(ids[done : done + BATCH])]
            done += len(batch)
            for key in batch:
                self.rejected.pop(key, None)
            try:
                self._engine.put(self.name, self._source.documents(batch))
            except RejectedDocuments as error:
                self.rejected |= {
                    key: (self._wanted.get(key, 0), error.causes.get(key, "rejected")) for key in error.ids
                }
            if self._progress is not None:
                self._progress(done, len(ids))
