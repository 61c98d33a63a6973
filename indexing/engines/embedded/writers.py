"""The writing operations on all builds under one root. Used by whoever holds the writer lock."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from indexing.definitions import IndexDefinition
from indexing.documents import Document
from indexing.engines.embedded.build import BuildWriter, read_definition
from indexing.engines.embedded.files import read_json, replace_json
from matching.errors import SearchUnavailable

TRASH = ".dropped"


class Writers:
    """Every operation may be repeated without harm: a caller that got no answer just asks again."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._open: dict[str, BuildWriter] = {}

    def create(self, name: str, definition: IndexDefinition) -> None:
        """An empty build; nothing where it exists with the same definition."""
        folder = self._folder(name)
        existing = read_definition(folder)
        if existing is None:
            shutil.rmtree(folder, ignore_errors=True)  # a crash during its making left it without a generation
            self._open[name] = BuildWriter.create(folder, definition)
        elif existing != definition:
            raise SearchUnavailable(f"{name} exists with another definition")

    def put(self, name: str, documents: list[Document]) -> dict[str, str]:
        """Write one generation; the causes of what was refused."""
        name, writer = self._writer(name)
        try:
            return writer.put(documents)
        except BaseException:
            self._open.pop(name)  # half a generation in memory: go on from the last whole one
            raise

    def delete(self, name: str, versions: Mapping[str, int]) -> None:
        """Remove rows that are not newer."""
        name, writer = self._writer(name)
        try:
            writer.delete(versions)
        except BaseException:
            self._open.pop(name)
            raise

    def swap(self, alias: str, to: str) -> None:
        """Point an alias at a build."""
        if read_definition(self._folder(to)) is None:
            raise SearchUnavailable(f"there is no index {to}")
        replace_json(self._root / "aliases.json", {**self._aliases(), alias: to})

    def drop(self, name: str) -> None:
        """Delete a build and the aliases that point at it."""
        self._open.pop(name, None)
        aliases = self._aliases()
        if name in aliases.values():
            kept = {alias: to for alias, to in aliases.items() if to != name}
            replace_json(self._root / "aliases.json", kept)
        trash = self._root / TRASH
        shutil.rmtree(trash, ignore_errors=True)
        if self._folder(name).exists():
            self._folder(name).rename(trash)  # gone in one step; its files follow
            shutil.rmtree(trash, ignore_errors=True)

    def close(self) -> None:
        """Close every build."""
        for writer in self._open.values():
            writer.close()
        self._open.clear()

    def _writer(self, name: str) -> tuple[str, BuildWriter]:
        name = self._aliases().get(name, name)
        if name not in self._open:
            definition = read_definition(self._folder(name))
            if definition is None:
                raise SearchUnavailable(f"there is no index {name}")
            self._open[name] = BuildWriter(self._folder(name), definition)
        return name, self._open[name]

    def _aliases(self) -> dict[str, str]:
        return read_json(self._root / "aliases.json") or {}

    def _folder(self, name: str) -> Path:
        if not name or "/" in name or name.startswith("."):  # never a folder that is not ours
            raise SearchUnavailable(f"{name!r} is no name for an index")
        return self._root / "builds" / name
