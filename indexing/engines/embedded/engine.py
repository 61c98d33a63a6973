"""`SearchEngine` on files under one folder."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from indexing.definitions import IndexDefinition
from indexing.documents import Document
from indexing.engine import EngineAnswer, EngineQuery
from indexing.engines.embedded.build import MANIFEST, read_definition
from indexing.engines.embedded.files import Stamp, read_json, stamp_of
from indexing.engines.embedded.generation import Generation, UnsoundGeneration
from indexing.engines.embedded.owner import call
from indexing.engines.embedded.search import nearest, search
from matching.errors import RejectedDocuments, SearchUnavailable
from matching.model import Floats

DOCUMENTS_A_GENERATION = 1000  # a longer write becomes several generations, so that memory stays bounded
OPEN_TRIES = 20
OPEN_PAUSE_S = 0.01


@dataclass(frozen=True, slots=True)
class _Held:
    stamp: Stamp
    generation: Generation


class EmbeddedEngine:
    """Reads the files itself, by any number of threads and processes; writes through the one owner.

    Every search looks whether the manifest was replaced (2 µs), so whatever a finished write wrote is found.
    """

    kind = "embedded"

    def __init__(self, root: Path) -> None:
        self._root = root
        self._held: dict[Path, _Held] = {}
        self._aliases: tuple[Stamp | None, dict[str, str]] = (None, {})
        self._lock = threading.Lock()

    def create(self, name: str, definition: IndexDefinition) -> None:
        """As the protocol says."""
        call(self._root, "create", name, definition)

    def put(self, name: str, documents: Iterable[Document]) -> None:
        """As the protocol says; visible to every reader when it returns."""
        waiting = iter(documents)
        causes: dict[str, str] = {}
        while batch := list(islice(waiting, DOCUMENTS_A_GENERATION)):
            causes |= call(self._root, "put", name, batch)
        if causes:
            raise RejectedDocuments(list(causes), causes)

    def delete(self, name: str, versions: Mapping[str, int]) -> None:
        """As the protocol says."""
        if versions:
            call(self._root, "delete", name, dict(versions))

    def refresh(self, name: str) -> None:
        """Nothing to do: every finished write is visible."""

    def swap(self, alias: str, to: str) -> None:
        """As the protocol says: one file replaced."""
        call(self._root, "swap", alias, to)

    def resolve(self, alias: str) -> str | None:
        """As the protocol says."""
        path = self._root / "aliases.json"
        stamp = stamp_of(path)
        if stamp != self._aliases[0]:
            self._aliases = (stamp, read_json(path) or {})
        return self._aliases[1].get(alias)

    def names(self, alias: str) -> list[str]:
        """As the protocol says; the moment of its making ends each name."""
        found = [path.parent.name for path in (self._root / "builds").glob(f"{alias}-s*/{MANIFEST}")]
        return sorted(found, key=lambda name: (name.rpartition("-")[2], name))

    def drop(self, name: str) -> None:
        """As the protocol says."""
        call(self._root, "drop", name)

    def versions(self, name: str) -> dict[str, int]:
        """As the protocol says."""
        generation = self._generation(name)
        return {key: int(generation.versions[row]) for key, row in generation.row_of.items()}

    def search(self, name: str, query: EngineQuery) -> EngineAnswer:
        """As the protocol says. Raises DimensionMismatch for a vector of another length."""
        return search(self._generation(name), query)

    def vocabulary(self, name: str, without_ids: Collection[str] = ()) -> Mapping[str, int]:
        """As the protocol says."""
        return self._generation(name).surfaces(frozenset(without_ids))

    def nearest(
        self, name: str, vectors: Floats, limit: int, *, among: Collection[str] | None = None
    ) -> list[dict[str, float]]:
        """As the protocol says. Raises DimensionMismatch for vectors of another length."""
        return nearest(self._generation(name), np.asarray(vectors, dtype=np.float32), limit, among)

    def wholes(self, name: str, ids: Collection[str]) -> dict[str, Floats]:
        """As the protocol says."""
        generation = self._generation(name)
        return generation.passages.wholes({key: row for key in ids if (row := generation.row_of.get(key)) is not None})

    def close(self) -> None:
        """As the protocol says."""
        self._held.clear()

    def _generation(self, name: str) -> Generation:
        """The newest generation of a build or alias."""
        held = self._held.get(self._folder(name))
        if held is not None and held.stamp == stamp_of(self._folder(name) / MANIFEST):
            return held.generation
        with self._lock:
            return self._newest(name)

    def _newest(self, name: str) -> Generation:
        problem: Exception | None = None
        for _ in range(OPEN_TRIES):
            folder = self._folder(name)
            held = self._held.get(folder)
            stamp = stamp_of(folder / MANIFEST)
            if stamp is None:
                raise SearchUnavailable(f"there is no index {name}")
            if held is not None and held.stamp == stamp:
                return held.generation  # another thread opened it meanwhile
            try:
                self._held[folder] = opened = _open(folder, stamp, held)
            except (OSError, ValueError, TypeError, UnsoundGeneration) as error:
                problem = error
                time.sleep(OPEN_PAUSE_S)  # the writer went on meanwhile: look at the manifest again
                continue
            for other in [path for path in self._held if not (path / MANIFEST).exists()]:
                del self._held[other]  # dropped builds
            return opened.generation
        raise SearchUnavailable(f"the files of {name} cannot be opened: {problem}; rebuild the index") from problem

    def _folder(self, name: str) -> Path:
        return self._root / "builds" / (self.resolve(name) or name)


def _open(folder: Path, stamp: Stamp, held: _Held | None) -> _Held:
    definition, manifest = read_definition(folder), read_json(folder / MANIFEST)
    if definition is None:
        raise FileNotFoundError(folder)
    before = held.generation if held is not None else None
    return _Held(stamp, Generation(folder, manifest, definition, before))
