"""A rebuild beside the index in use, on both engines, while rows change."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from indexing.definitions import IndexDefinition
from indexing.documents import Document
from indexing.engine import SearchEngine
from indexing.engines.embedded import EmbeddedEngine
from indexing.rebuild import CountsDiffer, OutOfTime, Rebuilt, Unfinished, rebuild
from tests.contract.documents import a_document, a_query
from tests.contract.owners import running_owner

START = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class Rows:
    """Rows as a database has them: id → version. `write` is what a service and its index task do."""

    engine: SearchEngine
    alias: str
    held: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def versions(self) -> Mapping[str, int]:
        with self.lock:
            return dict(self.held)

    def documents(self, ids: Sequence[str]) -> Iterable[Document]:
        now = self.versions()
        return [_document(key, now[key]) for key in ids if key in now]

    def write(self, key: str, version: int) -> None:
        with self.lock:
            self.held[key] = version
        name = self.engine.resolve(self.alias)
        if name is not None:
            self.engine.put(name, [_document(key, version)])

    def remove(self, key: str) -> None:
        with self.lock:
            version = self.held.pop(key) + 1
        name = self.engine.resolve(self.alias)
        if name is not None:
            self.engine.delete(name, {key: version})


@dataclass
class PartlyBad(Rows):
    """Some rows whose documents every engine refuses."""

    bad: set[str] = field(default_factory=set)

    def documents(self, ids: Sequence[str]) -> Iterable[Document]:
        return [
            replace(document, fields={"colour": ("red",)}) if document.id in self.bad else document
            for document in super().documents(ids)
        ]


def rebuild_in_slices(
    engine: SearchEngine, definition: IndexDefinition, source: Rows, at: datetime, most: int = 8
) -> tuple[Rebuilt, int]:
    """Ten rows a slice; the rebuild, and how many slices it took."""
    begun: Unfinished | None = None
    for number in range(1, most + 1):
        try:
            ten, up = (lambda _ids: 10), (lambda: True)
            return rebuild(engine, definition, source, at, begun=begun, fitting=ten, time_is_up=up), number
        except OutOfTime as error:
            begun = error.unfinished
    raise AssertionError(f"no end after {most} slices")


def _document(key: str, version: int) -> Document:
    return a_document(key, version, body={"fr": f"pompe etat{version}"}, vectors=[(1, version, 0, 0)])


@pytest.fixture
def rows(engine: SearchEngine, definition: IndexDefinition, request: pytest.FixtureRequest) -> Iterator[Rows]:
    """Thirty rows. The embedded engine has an owner of its writer, as in the running product."""
    with ExitStack() as stack:
        if isinstance(engine, EmbeddedEngine):
            stack.enter_context(running_owner(request.getfixturevalue("tmp_path") / "index"))
        yield Rows(engine, definition.alias, {str(n): 1 for n in range(30)})


@pytest.fixture
def moments() -> Iterator[datetime]:
    return (START + timedelta(minutes=n) for n in itertools.count())


def test_a_rebuild_holds_what_the_database_holds_and_keeps_the_previous_build(
    engine: SearchEngine, definition: IndexDefinition, rows: Rows, moments: Iterator[datetime]
) -> None:
    built = [rebuild(engine, definition, rows, next(moments)) for _ in range(3)]

    assert [one.documents for one in built] == [30, 30, 30]
    assert engine.resolve(definition.alias) == built[2].name
    assert engine.names(definition.alias) == [built[1].name, built[2].name]
    assert engine.versions(definition.alias) == rows.versions()


def test_progress_ends_at_its_total(
    engine: SearchEngine, definition: IndexDefinition, rows: Rows, moments: Iterator[datetime]
) -> None:
    told: list[tuple[int, int]] = []

    rebuild(engine, definition, rows, next(moments), lambda done, total: told.append((done, total)))

    assert told[-1] == (30, 30)


def test_an_unfinished_build_does_not_push_the_previous_one_out(
    engine: SearchEngine, definition: IndexDefinition, rows: Rows, moments: Iterator[datetime]
) -> None:
    before = rebuild(engine, definition, rows, next(moments)).name
    engine.create(definition.build_name(next(moments)), definition)  # what a killed rebuild leaves

    after = rebuild(engine, definition, rows, next(moments)).name

    assert engine.names(definition.alias) == [before, after]


def test_a_rebuild_that_fails_for_any_reason_leaves_the_index_in_use_and_no_rest(
    engine: SearchEngine, definition: IndexDefinition, rows: Rows, moments: Iterator[datetime]
) -> None:
    before = rebuild(engine, definition, rows, next(moments)).name

    class Failing(Rows):
        def documents(self, ids: Sequence[str]) -> Iterable[Document]:
            raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        rebuild(engine, definition, Failing(engine, definition.alias, dict(rows.held)), next(moments))

    assert engine.names(definition.alias) == [before]
    assert engine.resolve(definition.alias) == before


def test_a_build_that_does_not_hold_every_row_is_not_taken_into_use(
    engine: SearchEngine, definition: IndexDefinition, rows: Rows, moments: Iterator[datetime]
) -> None:
    before = rebuild(engine, definition, rows, next(moments)).name

    class Forgetful(Rows):
        def documents(self, ids: Sequence[str]) -> Iterable[Document]:
            return [document for document in super().documents(ids) if document.id != "7"]

    with pytest.raises(CountsDiffer):
        rebuild(engine, definition, Forgetful(engine, definition.alias, dict(rows.held)), next(moments))

    assert engine.resolve(definition.alias) == before
    assert engine.names(definition.alias) == [before]


def test_a_refused_document_is_named_and_the_rest_is_taken_into_use(
    engine: SearchEngine, definition: IndexDefinition, rows: Rows, moments: Iterator[datetime]
) -> None:
    source = PartlyBad(engine, definition.alias, dict(rows.held), bad={"7"})

    built = rebuild(engine, definition, source, next(moments))

    assert built.documents == 29
    assert set(built.rejected) == {"7"}


def test_a_rebuild_in_slices_ends_though_more_is_refused_than_fits_in_one_and_names_all_of_it(
    engine: SearchEngine, definition: IndexDefinition, rows: Rows, moments: Iterator[datetime]
) -> None:
    bad = {str(number) for number in (*range(12), 29)}
    source = PartlyBad(engine, definition.alias, dict(rows.held), bad=bad)

    built, slices = rebuild_in_slices(engine, definition, source, next(moments))

    assert slices == 3, "ten rows a slice: none is tried twice"
    assert set(built.rejected) == bad
    assert built.rejected["0"] == "colour: unknown field"
    assert set(engine.versions(definition.alias)) == rows.held.keys() - bad


def test_what_an_earlier_slice_refused_is_written_once_it_was_mended(
    engine: SearchEngine, definition: IndexDefinition, rows: Rows, moments: Iterator[datetime]
) -> None:
    source = PartlyBad(engine, definition.alias, dict(rows.held), bad={"3", "4"})
    with pytest.raises(OutOfTime) as caught:
        rebuild(engine, definition, source, next(moments), fitting=lambda _ids: 10, time_is_up=lambda: True)
    source.bad, source.held["3"] = {"4"}, 2

    built = rebuild(engine, definition, source, next(moments), begun=caught.value.unfinished)

    assert set(built.rejected) == {"4"}
    assert engine.versions(definition.alias)["3"] == 2


def test_a_build_that_is_in_use_is_not_gone_on_with(
    engine: SearchEngine, definition: IndexDefinition, rows: Rows, moments: Iterator[datetime]
) -> None:
    source = PartlyBad(engine, definition.alias, dict(rows.held), bad={"3"})
    before = rebuild(engine, definition, source, next(moments))
    source.bad = set()

    after = rebuild(engine, definition, source, next(moments), begun=Unfinished(before.name, {"3": (1, "refused")}))

    assert (after.documents, after.rejected) == (30, {})
    assert engine.names(definition.alias) == [before.name, after.name]


def test_rows_that_change_at_every_moment_of_a_rebuild_are_in_the_new_build(
    engine: SearchEngine, definition: IndexDefinition, rows: Rows, moments: Iterator[datetime]
) -> None:
    """Each call of the rebuild to the engine or the database is a moment at which a row changes."""
    rebuild(engine, definition, rows, next(moments))
    changes = itertools.count()

    def change() -> None:
        number = next(changes)
        if number < 12:
            rows.write(f"new-{number}", 1)
            rows.write(str(number % 10), 2 + number)
            if number % 3 == 0:
                rows.remove(str(10 + number // 3))

    class Busy(Rows):
        def versions(self) -> Mapping[str, int]:
            found = rows.versions()
            change()
            return found

        def documents(self, ids: Sequence[str]) -> Iterable[Document]:
            found = rows.documents(ids)
            change()
            return found

    rebuild(engine, definition, Busy(engine, definition.alias), next(moments))
    engine.refresh(definition.alias)

    assert engine.versions(definition.alias) == rows.versions()


def test_a_rebuild_while_other_threads_write_ends_equal_to_the_database(
    engine: SearchEngine, definition: IndexDefinition, rows: Rows, moments: Iterator[datetime]
) -> None:
    rebuild(engine, definition, rows, next(moments))
    stop = threading.Event()
    faults: list[Exception] = []

    def write(first: int) -> None:
        try:
            for number in itertools.count(first, 2):
                if stop.is_set():
                    return
                rows.write(str(number % 30), 2 + number)
        except Exception as error:
            faults.append(error)

    writers = [threading.Thread(target=write, args=(first,)) for first in (0, 1)]
    for writer in writers:
        writer.start()
    built = [rebuild(engine, definition, rows, next(moments)).name for _ in range(2)]
    stop.set()
    for writer in writers:
        writer.join()
    engine.refresh(definition.alias)

    assert faults == []
    assert engine.resolve(definition.alias) == built[1]
    assert engine.versions(definition.alias) == rows.versions()
    assert engine.search(definition.alias, a_query("pompe")).total == 30


def test_a_rebuild_that_runs_out_of_time_goes_on_where_it_was(
    engine: SearchEngine, definition: IndexDefinition, rows: Rows, moments: Iterator[datetime]
) -> None:
    before = rebuild(engine, definition, rows, next(moments)).name
    with pytest.raises(OutOfTime) as caught:
        rebuild(engine, definition, rows, next(moments), fitting=lambda _ids: 10, time_is_up=lambda: True)
    assert engine.resolve(definition.alias) == before
    written: list[str] = []

    class Noting(Rows):
        def documents(self, ids: Sequence[str]) -> Iterable[Document]:
            written.extend(ids)
            return super().documents(ids)

    source = Noting(engine, definition.alias, dict(rows.held))
    built = rebuild(engine, definition, source, next(moments), begun=caught.value.unfinished)

    assert built.name == caught.value.unfinished.name
    assert len(written) == 20
    assert engine.names(definition.alias) == [before, built.name]
