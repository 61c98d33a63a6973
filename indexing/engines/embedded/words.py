"""The tantivy side of a build: its schema, its working folder, and snapshots that readers open."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path

import tantivy

from indexing.definitions import IndexDefinition
from indexing.documents import Document
from indexing.engines.embedded.files import read_json, replace_json, sync_folder, write_synced

HEAP_BYTES = 30_000_000  # before a segment is written; tantivy takes no less than 15 MB
LINK_TRIES = 50
CLOSED = "closed.json"


def schema_of(definition: IndexDefinition) -> tantivy.Schema:
    """Pre-analysed text by white space, and the ordinal that links a hit to its row."""
    builder = tantivy.SchemaBuilder()
    for name in definition.text_fields:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_unsigned_field("ordinal", indexed=True, fast=True)
    return builder.build()


class WordWriter:
    """The words of one build, in a working folder that is nobody's truth: only snapshots are.

    Each opening has a working folder of its own, so that a merge that an abandoned writer still runs does no harm.
    """

    def __init__(self, folder: Path, definition: IndexDefinition, generation: int) -> None:
        """Go on from the snapshot of a generation (0: none); what a crash left half done is forgotten."""
        self._text_fields = definition.text_fields
        self._work = _closed_folder(folder, generation) or folder / f"work-{secrets.token_hex(6)}"
        for other in folder.glob("work-*"):
            if other != self._work:
                shutil.rmtree(other, ignore_errors=True)
        if generation == 0:
            self._work.mkdir(parents=True)
            index = tantivy.Index(schema_of(definition), path=str(self._work))
        else:
            if not self._work.exists():
                _link(folder / f"gen-{generation}", self._work)
                replace_json(self._work / ".managed.json", sorted(path.name for path in self._work.iterdir()))
            index = tantivy.Index.open(str(self._work))
        self._schema = index.schema
        self._writer = index.writer(heap_size=HEAP_BYTES, num_threads=1)

    def add(self, document: Document, ordinal: int) -> None:
        """Queue the words of a document."""
        entry = tantivy.Document()
        entry.add_unsigned("ordinal", ordinal)
        for name in self._text_fields:
            if document.fields.get(name):
                entry.add_text(name, document.fields[name])
        self._writer.add_document(entry)

    def remove(self, ordinal: int) -> None:
        """Queue the removal of a row's words."""
        # Not delete_documents_by_term: tantivy-py 0.27 makes a signed term of the number, which matches nothing.
        self._writer.delete_documents_by_query(tantivy.Query.term_query(self._schema, "ordinal", ordinal))

    def commit(self, snapshot: Path) -> None:
        """Make all that is queued a snapshot."""
        self._writer.commit()
        _link(self._work, snapshot)

    def close(self, generation: int) -> None:
        """Wait for merges and mark the working folder as good, so that they are not lost when it is opened again."""
        self._writer.wait_merging_threads()
        replace_json(self._work / CLOSED, generation)


def _closed_folder(folder: Path, generation: int) -> Path | None:
    """The working folder that was closed at this very generation; its mark is taken off before anything changes."""
    for mark in folder.glob(f"work-*/{CLOSED}"):
        if read_json(mark) == generation:
            mark.unlink()
            sync_folder(mark.parent)
            return mark.parent
    return None


def _link(source: Path, target: Path) -> None:
    """Hard-link the files of the last commit: tantivy never changes a segment file, and replaces its meta file whole.

    A merge in the background may remove a file between reading the meta file and linking: then try again.
    """
    for _ in range(LINK_TRIES):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        meta = (source / "meta.json").read_bytes()
        wanted = {segment["segment_id"].replace("-", "") for segment in json.loads(meta)["segments"]}
        try:
            for path in source.iterdir():
                if path.name.split(".")[0] in wanted:
                    _link_or_copy(path, target / path.name)
        except FileNotFoundError:
            continue
        if (source / "meta.json").read_bytes() == meta:
            write_synced(target / "meta.json", meta)
            sync_folder(target)
            return
    raise OSError(f"the files of {source} kept changing")


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # some shared folders know no hard links
        shutil.copyfile(source, target)
