"""The embedded engine under kill -9, many readers and several writing processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from indexing.engine import EngineQuery
from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.embedded.files import read_json
from tests.contract.conftest import EARLY
from tests.contract.documents import a_definition, a_document, a_query, a_vector
from tests.contract.owners import running, running_owner

NAME = "writes-s1-test4-20260101t000000000000z"
# Writes documents of rising version over the same twenty ids, and says which version of all of them is acknowledged.
WRITER = """
import sys
from pathlib import Path
from indexing.engines.embedded import EmbeddedEngine
from tests.contract.documents import a_document

engine = EmbeddedEngine(Path(sys.argv[1]))
version = int(sys.argv[2])
while True:
    documents = [
        a_document(str(n), version, body={"fr": f"pompe lot{version}"}, vectors=[(1, n, version % 5, 0)])
        for n in range(20)
    ]
    engine.put(sys.argv[3], documents)
    print(version, flush=True)
    if version % 7 == 0:
        engine.delete(sys.argv[3], {"19": version})
    version += 1
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one empty build."""
    root = tmp_path / "index"
    engine = EmbeddedEngine(root)
    engine.create(NAME, a_definition())
    engine.close()
    return root


def _check_sound(root: Path) -> int:
    """Words, rows and vectors agree; returns the version that all documents have."""
    engine = EmbeddedEngine(root)
    held = engine.versions(NAME)
    everything = EngineQuery(vector=a_vector(1, 1, 1, 0), meaning_floor=-1.0, meaning_limit=1000)
    assert len(engine.search(NAME, everything).meaning_scores) == len(held)
    assert engine.search(NAME, a_query("pompe")).total == len(held)
    versions = set(held.values())
    assert len(versions) <= 1, "half of a write can be seen"
    version = versions.pop() if versions else 0
    if held:
        assert engine.search(NAME, a_query(f"lot{version}")).total == len(held)
    engine.close()
    return version


@pytest.mark.parametrize("pause", [0.0, 0.004, 0.011, 0.023])
def test_a_writer_killed_in_the_middle_leaves_a_sound_index_and_loses_nothing_acknowledged(
    root: Path, pause: float
) -> None:
    acknowledged = 0
    for turn in range(2):
        with running(WRITER, str(root), str(acknowledged + 1), NAME) as writer:
            assert writer.stdout is not None
            for _ in range(3 + turn):
                acknowledged = int(writer.stdout.readline())
            time.sleep(pause)
            writer.send_signal(signal.SIGKILL)
            writer.wait()
            rest = writer.stdout.read().split()
            acknowledged = int(rest[-1]) if rest else acknowledged

        assert acknowledged <= _check_sound(root) <= acknowledged + 1

    engine = EmbeddedEngine(root)
    engine.put(
        NAME, [a_document(str(n), 10_000, body={"fr": "pompe lot10000"}, vectors=[(1, 0, 0, 0)]) for n in range(20)]
    )
    assert _check_sound(root) == 10_000


def test_an_owner_killed_in_the_middle_is_replaced_and_the_write_goes_on(root: Path) -> None:
    with running_owner(root) as owner, running(WRITER, str(root), "1", NAME) as writer:
        assert writer.stdout is not None
        for _ in range(3):
            writer.stdout.readline()
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        with running_owner(root):
            for _ in range(4):
                acknowledged = int(writer.stdout.readline())
            writer.kill()
            writer.wait()

            assert _check_sound(root) >= acknowledged


def test_a_second_process_writes_through_the_owner(root: Path) -> None:
    with running_owner(root):
        engine = EmbeddedEngine(root)

        engine.put(NAME, [a_document("1", body={"fr": "pompe"})])

        assert engine.search(NAME, a_query("pompe")).total == 1
        with running(WRITER, str(root), "5", NAME) as other:
            assert other.stdout is not None
            assert int(other.stdout.readline()) == 5
            assert engine.search(NAME, a_query("pompe")).total == 20


def test_writers_of_several_processes_lose_nothing(root: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_put_numbered, args=(root, first)) for first in (0, 100, 200)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)

    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    engine = EmbeddedEngine(root)
    assert set(engine.versions(NAME)) == {str(first + n) for first in (0, 100, 200) for n in range(5)}
    assert engine.search(NAME, a_query("pompe")).total == 15


def _put_numbered(root: Path, first: int) -> None:
    engine = EmbeddedEngine(root)
    for n in range(5):
        engine.put(NAME, [a_document(str(first + n), body={"fr": "pompe"}, vectors=[(1, 0, 0, n)])])


def test_readers_see_whole_generations_while_a_process_writes(root: Path) -> None:
    engine = EmbeddedEngine(root)
    with running(WRITER, str(root), "1", NAME) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        faults: list[str] = []
        versions: set[int] = set()
        end = time.monotonic() + 2.0

        def read() -> None:
            question = a_query("pompe", vector=a_vector(1, 1, 1, 0), meaning_floor=-1.0, meaning_limit=1000)
            while time.monotonic() < end:
                try:
                    answer = engine.search(NAME, question)
                    held = set(engine.versions(NAME).values())
                except Exception as error:
                    faults.append(repr(error))
                    return
                versions.update(held)
                if set(answer.word_scores) != set(answer.meaning_scores) or len(held) != 1:
                    faults.append(
                        f"{len(answer.word_scores)} by words, {len(answer.meaning_scores)} by meaning, {held}"
                    )

        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()

    assert faults == []
    assert len(versions) > 3


def test_the_manifest_and_what_it_names_are_durable_before_it_is_replaced(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a power cut would leave: every name in the manifest was synced before the manifest took its place."""
    synced: list[str] = []
    sync, replace = os.fsync, Path.replace

    def noting_sync(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        sync(handle)

    at_replacement: list[list[str]] = []

    def noting_replace(self: Path, target: Path) -> Path:
        if Path(target) == root / "builds" / NAME / "manifest.json":
            at_replacement.append(list(synced))
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noting_sync)
    monkeypatch.setattr(Path, "replace", noting_replace)
    EmbeddedEngine(root).put(NAME, [a_document("1", body={"fr": "pompe"}, vectors=[(1, 0, 0, 0)])])

    manifest = read_json(root / "builds" / NAME / "manifest.json")
    (before,) = at_replacement
    build = root / "builds" / NAME
    for part in manifest["parts"]:
        assert str(build / f"{part}.rows") in before
    assert str(build / f"gen-{manifest['generation']}" / "meta.json") in before
    assert str(build) in before  # the new names in the folder
    assert any(path.startswith(str(build / "manifest.json")) for path in before)  # its own content
    assert str(build / f"gen-{manifest['generation']}") in before
    assert str(build) in synced[len(before) :]  # and its new place, before the write is acknowledged


def test_a_half_written_generation_is_forgotten(root: Path) -> None:
    """What a crash between the words and the manifest leaves."""
    engine = EmbeddedEngine(root)
    engine.put(NAME, [a_document("1", body={"fr": "pompe"})])
    build = root / "builds" / NAME
    number = read_json(build / "manifest.json")["generation"] + 1
    (build / f"gen-{number}").mkdir()
    (build / f"gen-{number}" / "meta.json").write_text("{ not json")
    (build / f"part-{number}-0.rows").write_bytes(b"half a part")
    (build / "manifest.json.999.new").write_text('{"generation":')

    assert EmbeddedEngine(root).versions(NAME) == {"1": 1}
    EmbeddedEngine(root).put(NAME, [a_document("2", body={"fr": "pompe"})])

    assert EmbeddedEngine(root).versions(NAME) == {"1": 1, "2": 1}
    assert EmbeddedEngine(root).search(NAME, a_query("pompe")).total == 2


def test_many_small_writes_leave_few_files(root: Path) -> None:
    engine = EmbeddedEngine(root)
    with running_owner(root):
        for version in range(1, 40):
            engine.put(NAME, [a_document(str(version % 10), version, body={"fr": "pompe"}, vectors=[(1, 0, 0, 0)])])

    files = [path for path in (root / "builds" / NAME).rglob("*") if path.is_file()]
    parts = [path for path in files if path.suffix == ".rows"]
    assert len(engine.versions(NAME)) == 10
    assert engine.search(NAME, a_query("pompe")).total == 10
    assert len(parts) < 30
    assert len(files) < 250


def test_a_search_sees_what_another_process_wrote_without_a_refresh(root: Path) -> None:
    reader = EmbeddedEngine(root)
    assert reader.search(NAME, a_query("pompe")).total == 0

    EmbeddedEngine(root).put(NAME, [a_document("1", body={"fr": "pompe"})])

    assert reader.search(NAME, a_query("pompe")).total == 1


def test_a_build_made_again_under_the_same_name_is_read_anew(tmp_path: Path) -> None:
    engine, definition = EmbeddedEngine(tmp_path), a_definition()
    name = definition.build_name(EARLY)
    for text in ("pompe", "capteur"):
        engine.create(name, definition)
        engine.put(name, [a_document("1", body={"fr": text})])
        assert engine.search(name, a_query(text)).total == 1
        engine.drop(name)
