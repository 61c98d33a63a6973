"""Writing one build: words, vectors and columns become visible together, as one generation.

A generation is what `manifest.json` names: the folder `gen-N` with a snapshot of the words, the part files with rows
and vectors, and the ordinals of dead rows. All of it is durable before the manifest is replaced in one step, so after
a crash at any moment readers and the next writer find the generation before or the one after.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from indexing.definitions import IndexDefinition
from indexing.documents import Document
from indexing.engines.embedded.files import read_json, replace_json, sync_folder
from indexing.engines.embedded.parts import Mask, Part, merge_of, write_documents, write_merged
from indexing.engines.embedded.words import WordWriter
from indexing.validation import fault_of

MANIFEST = "manifest.json"
GENERATIONS_KEPT = 3  # a reader that is slow to open still finds the files that its manifest names
TOMBSTONES_KEPT = 10_000  # a late write older than the deletion of one of these is kept out
EMPTY: Mapping[str, Any] = {
    "generation": 0,
    "made": None,
    "parts": [],
    "dead": [],
    "next_ordinal": 0,
    "tombstones": None,
}


def read_definition(folder: Path) -> IndexDefinition | None:
    """The definition that a build was made with; None where there is no such build."""
    kept = read_json(folder / "definition.json")
    if kept is None or not (folder / MANIFEST).exists():
        return None
    for name in ("text_fields", "keyword_fields", "integer_fields"):
        kept[name] = tuple(kept[name])
    return IndexDefinition(**kept)


class BuildWriter:
    """Used by the owner of the writer lock only. After an exception it is to be thrown away and opened again."""

    def __init__(self, folder: Path, definition: IndexDefinition) -> None:
        self._folder = folder
        self._definition = definition
        manifest = read_json(folder / MANIFEST) or EMPTY
        self.generation: int = manifest["generation"]
        self._made: str = manifest["made"] or secrets.token_hex(8)  # tells a build from a later one of the same name
        self._next_ordinal: int = manifest["next_ordinal"]
        self._dead: set[int] = set(manifest["dead"])
        self._tombstone_file: str | None = manifest["tombstones"]
        self._tombstones: dict[str, int] = read_json(folder / self._tombstone_file) if self._tombstone_file else {}
        self._tombstones_changed = False
        self._parts = {name: Part.open(folder, name) for name in manifest["parts"]}
        self._live: dict[str, tuple[int, int]] = {}  # id -> (version, ordinal)
        for part in self._parts.values():
            for key, version, ordinal in zip(part.ids, part.versions.tolist(), part.ordinals.tolist(), strict=True):
                if ordinal not in self._dead:
                    self._live[key] = (version, ordinal)
        self._words = WordWriter(folder, definition, self.generation)

    @classmethod
    def create(cls, folder: Path, definition: IndexDefinition) -> BuildWriter:
        """A new, empty build with its first generation."""
        folder.mkdir(parents=True, exist_ok=True)
        replace_json(folder / "definition.json", asdict(definition))
        writer = cls(folder, definition)
        writer._publish([])
        return writer

    def put(self, documents: Iterable[Document]) -> dict[str, str]:
        """Write one generation; returns the cause of each refused document."""
        causes: dict[str, str] = {}
        newest: dict[str, Document] = {}
        for document in documents:
            fault = fault_of(document, self._definition)
            if fault is not None:
                causes[str(document.id)] = fault
            elif document.version >= self._known_version(document.id, newest):
                newest[document.id] = document
        if newest:
            self._publish(list(newest.values()))
        return causes

    def delete(self, versions: Mapping[str, int]) -> None:
        """Remove rows that are not newer than the version given; remember the deletion."""
        for key, version in versions.items():
            held = self._live.get(key)
            if held is not None and held[0] > version:
                continue
            known = self._tombstones.pop(key, version)  # taken out and put in again: the last deletions come last
            self._tombstones[key] = max(version, known)
            self._tombstones_changed = True
            if held is not None:
                del self._live[key]
                self._bury(held[1])
        if self._tombstones_changed:
            self._publish([])

    def close(self) -> None:
        """Let merges end and release tantivy's own lock."""
        self._words.close(self.generation)

    def _known_version(self, key: str, newest: Mapping[str, Document]) -> int:
        if key in newest:
            return newest[key].version
        held = self._live.get(key)
        return held[0] if held is not None else self._tombstones.get(key, -1)

    def _bury(self, ordinal: int) -> None:
        self._words.remove(ordinal)
        self._dead.add(ordinal)

    def _publish(self, documents: list[Document]) -> None:
        number = self.generation + 1
        names = (f"part-{number}-{place}" for place in count())
        if documents:
            self._add(next(names), documents)
        self._merge(names)
        if self._tombstones_changed:
            self._write_tombstones(number)
        self._words.commit(self._folder / f"gen-{number}")
        manifest = {
            "generation": number,
            "made": self._made,
            "documents": len(self._live),
            "parts": list(self._parts),
            "dead": sorted(self._dead),
            "next_ordinal": self._next_ordinal,
            "tombstones": self._tombstone_file,
        }
        replace_json(self._folder / f"gen-{number}" / MANIFEST, manifest)
        sync_folder(self._folder)
        replace_json(self._folder / MANIFEST, manifest)
        self.generation = number
        self._clean()

    def _add(self, name: str, documents: list[Document]) -> None:
        ordinals = range(self._next_ordinal, self._next_ordinal + len(documents))
        self._next_ordinal += len(documents)
        for document, ordinal in zip(documents, ordinals, strict=True):
            held = self._live.get(document.id)
            if held is not None:
                self._bury(held[1])
            if self._tombstones.pop(document.id, None) is not None:
                self._tombstones_changed = True
            self._live[document.id] = (document.version, ordinal)
            self._words.add(document, ordinal)
        self._parts[name] = write_documents(self._folder, name, documents, ordinals, self._definition)

    def _merge(self, names: Iterable[str]) -> None:
        """Merge parts until none is due; dead rows of merged parts are forgotten."""
        alive = {name: self._alive(part) for name, part in self._parts.items()}
        while True:
            for name in [name for name, mask in alive.items() if not mask.any()]:
                self._forget(name, alive)
            due = merge_of((name, int(mask.sum()), len(mask)) for name, mask in alive.items())
            if due is None:
                return
            new = next(iter(names))
            merged = [self._parts[name] for name in due], [alive[name] for name in due]
            part = write_merged(self._folder, new, *merged, self._definition)
            for name in due:
                self._forget(name, alive)
            self._parts[new] = part
            alive[new] = np.ones(len(part), dtype=bool)

    def _alive(self, part: Part) -> Mask:
        return ~np.isin(part.ordinals, np.fromiter(self._dead, dtype=np.int64, count=len(self._dead)))

    def _forget(self, name: str, alive: dict[str, Mask]) -> None:
        part = self._parts.pop(name)
        self._dead.difference_update(part.ordinals[~alive.pop(name)].tolist())

    def _write_tombstones(self, number: int) -> None:
        self._tombstones = dict(list(self._tombstones.items())[-TOMBSTONES_KEPT:])
        self._tombstone_file = f"tombstones-{number}.json"
        replace_json(self._folder / self._tombstone_file, self._tombstones)
        self._tombstones_changed = False

    def _clean(self) -> None:
        """Remove generations that no reader can be about to open, and files that none of the kept ones names."""
        named: set[str] = set()
        for folder in self._folder.glob("gen-*"):
            number = int(folder.name.removeprefix("gen-"))
            manifest = read_json(folder / MANIFEST)
            if manifest is None or not self.generation - GENERATIONS_KEPT < number <= self.generation:
                shutil.rmtree(folder, ignore_errors=True)
            else:
                named |= {f"{name}.rows" for name in manifest["parts"]} | {manifest["tombstones"]}
        for pattern in ("part-*", "tombstones-*"):
            for path in self._folder.glob(pattern):
                if path.name not in named:
                    path.unlink(missing_ok=True)
