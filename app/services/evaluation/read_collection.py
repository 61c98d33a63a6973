"""A folder with corpus.jsonl, queries.jsonl and qrels.tsv → a collection to measure on; every fault names its line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from indexing.detection import detect, query_language
from indexing.query import LANGUAGES
from matching.errors import MatchmakingError
from matching.measures import Judgements
from matching.model import Language


class BadCollection(MatchmakingError):
    """A file is missing, or a line of it cannot be read; the text names file, line, field and cause."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One document or query."""

    id: str
    title: str
    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Collection:
    """What is searched, what is asked, and what answers it. `judgements` holds only queries that are there."""

    name: str
    documents: tuple[Entry, ...]
    queries: tuple[Entry, ...]
    judgements: Judgements


def read_collection(folder: Path) -> Collection:
    """Raises BadCollection."""
    if not folder.is_dir():
        raise BadCollection(f"{folder}: there is no such folder")
    missing = [name for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv") if not (folder / name).is_file()]
    if missing:
        raise BadCollection(f"{folder}: {', '.join(missing)} is missing")
    documents = tuple(_entries(folder / "corpus.jsonl", None))
    usual = Counter(entry.language for entry in documents).most_common(1)[0][0]
    queries = tuple(_entries(folder / "queries.jsonl", usual))
    asked = {query.id for query in queries}
    judgements = {key: own for key, own in _judgements(folder / "qrels.tsv").items() if key in asked}
    if not any(relevance > 0 for own in judgements.values() for relevance in own.values()):
        raise BadCollection(f"{folder / 'qrels.tsv'}: no query of queries.jsonl has a relevant document")
    return Collection(folder.resolve().name, documents, queries, judgements)


def _entries(path: Path, usual: Language | None) -> Iterator[Entry]:
    """`usual`: the language of the documents, for queries too short to tell; None for documents."""
    seen: dict[str, int] = {}
    for number, line in _lines(path):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadCollection(f"{path} line {number}: no JSON ({error})") from error
        if not isinstance(row, dict):
            raise BadCollection(f"{path} line {number}: an object is needed")
        entry = _entry(row, f"{path} line {number}", usual)
        if entry.id in seen:
            raise BadCollection(f"{path} line {number}: id: {entry.id!r} stands in line {seen[entry.id]} already")
        seen[entry.id] = number
        yield entry
    if not seen:
        raise BadCollection(f"{path}: empty")


def _entry(row: dict[str, Any], place: str, usual: Language | None) -> Entry:
    key = row.get("id", row.get("_id"))
    if not isinstance(key, str | int) or isinstance(key, bool) or not 0 < len(str(key).encode()) <= 512:
        raise BadCollection(f"{place}: id: a text or number of 1 to 512 bytes is needed")
    if any(char.isspace() for char in str(key)):
        raise BadCollection(f"{place}: id: no white space is allowed, {key!r}")
    if not isinstance(row.get("text"), str):
        raise BadCollection(f"{place}: text: a text is needed")
    title = row.get("title") or ""
    if not isinstance(title, str):
        raise BadCollection(f"{place}: title: a text is needed")
    language = row.get("language")
    if language is None:
        language = _language(f"{title} {row['text']}", usual)
    elif language not in LANGUAGES:
        raise BadCollection(f"{place}: language: {language!r} is neither fr nor en")
    return Entry(str(key), title, row["text"], cast("Language", language))


def _language(text: str, usual: Language | None) -> Language:
    return query_language(text, usual) if usual is not None else detect(text)[0] or "en"


def _judgements(path: Path) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != 3:
            raise BadCollection(f"{path} line {number}: 3 columns with tabs between are needed, not {len(cells)}")
        try:
            relevance = int(cells[2])
        except ValueError:
            if number == 1:
                continue  # the header
            raise BadCollection(f"{path} line {number}: relevance: {cells[2]!r} is no whole number") from None
        if not cells[0] or not cells[1]:
            raise BadCollection(f"{path} line {number}: {'query_id' if cells[1] else 'doc_id'}: empty")
        found.setdefault(cells[0], {})[cells[1]] = relevance
    return found


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered from 1; empty lines are passed over."""
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise BadCollection(f"{path}: no UTF-8 ({error})") from error
