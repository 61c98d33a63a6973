"""Collections in the corpus / queries / qrels form, made of the bilingual data of PASSERELLE_SHARED."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

PLAIN = ("scifact", "cranfield", "cacm", "sbir-dev")  # they have that form already
MOST_SENTENCES = 1000  # of the 2,981 of laws and the 1,717 others that are asked for; all 4,698 are looked through

Row = Mapping[str, Any]
One = TypeVar("One")


def all_collections(shared: Path, target: Path) -> list[Path]:
    """Folders of all that can be measured, the bilingual ones written under `target`; some may be absent."""
    return [shared / "data" / name for name in PLAIN] + _bilingual(shared, target)


def _bilingual(shared: Path, target: Path) -> list[Path]:
    """Write them under `target`; returns their folders."""
    services = list(_rows(shared / "data" / "gc-services-dev" / "pairs.jsonl"))
    pairs = list(_rows(shared / "data" / "parallel-en-fr" / "heldout.jsonl"))
    found = []
    for query, document in (("en", "fr"), ("fr", "en"), ("fr", "fr"), ("en", "en")):
        found.append(_services(services, query, document, target / f"gc-services-{query}-{document}"))
    for name, belongs in (("laws", _is_law), ("rest", lambda row: not _is_law(row))):
        found.append(_sentences(pairs, belongs, target / f"parallel-heldout-{name}"))
    return found


def _services(rows: list[Row], query: str, document: str, folder: Path) -> Path:
    """A name finds its record in the other language, or its description in its own (the name itself left out)."""
    same = query == document
    corpus = [
        {
            "id": row["id"],
            "title": "" if same else row[f"name_{document}"],
            "text": row[f"desc_{document}"],
            "language": document,
        }
        for row in rows
    ]
    queries = [{"id": row["id"], "text": row[f"name_{query}"], "language": query} for row in rows]
    return _write(folder, corpus, queries, [row["id"] for row in rows])


def _sentences(rows: list[Row], belongs: Callable[[Row], bool], folder: Path) -> Path:
    """A French sentence finds its English one among all; only the queries are chosen."""
    corpus = [{"id": str(i), "title": "", "text": row["en"], "language": "en"} for i, row in enumerate(rows)]
    asked = evenly([(str(i), row) for i, row in enumerate(rows) if belongs(row)], MOST_SENTENCES)
    queries = [{"id": key, "text": row["fr"], "language": "fr"} for key, row in asked]
    return _write(folder, corpus, queries, [key for key, _ in asked])


def evenly(items: Sequence[One], most: int) -> list[One]:
    """At most so many of them, spread evenly over all."""
    count = min(most, len(items))
    return [items[place * len(items) // count] for place in range(count)]


def _is_law(row: Row) -> bool:
    return str(row["src"]).startswith("justice-laws")


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _write(folder: Path, corpus: Iterable[Row], queries: Iterable[Row], judged: Iterable[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "qrels.tsv").write_text("".join(f"{key}\t{key}\t1\n" for key in judged), encoding="utf-8")
    return folder
