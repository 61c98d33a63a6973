"""`python -m tests.relevance.passage_sizes`: how long passages are to be, and whether they overlap.

Each size (characters at which a passage is closed) with no overlap and with one sentence of the passage before, on a
part of each collection: queries spread evenly, the documents that answer them, and others. All are encoded anew for
each size and kept under var/evaluate. What was found stands in docs/decisions/0007-two-languages.md, "Passages".
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from statistics import fmean

from app.cli.common import progress_bar, read_settings, table
from app.cli.evaluate import build_tools
from app.services.evaluation.evaluate_collection import Prepared, Tools, indexed, measure
from app.services.evaluation.read_collection import Collection, read_collection
from indexing.engine import SearchEngine
from indexing.engines.embedded import EmbeddedEngine
from indexing.passages import MAXIMUM_CHARACTERS, FieldText, sentences
from matching.measures import means
from matching.model import Passage
from tests.bench.site import ROOT
from tests.relevance.collections import PLAIN, all_collections, evenly

SIZES = (200, 350, 700)
OVERLAPS = (0, 1)  # sentences
RANKERS = ("meaning", "hybrid")
Cut = Callable[[Iterable[FieldText]], tuple[Passage, ...]]


def main() -> None:
    """Print nDCG@10 of meaning and hybrid, one size and overlap a line."""
    given = _arguments()
    settings = read_settings()
    folders = all_collections(settings.shared.resolve(), settings.var / "evaluate" / "collections")
    known = {folder.name: folder for folder in folders}
    if unknown := set(given.only) - set(known):
        raise SystemExit(f"no such collection: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    tools = build_tools(settings)
    engine = EmbeddedEngine(settings.var / "evaluate" / "index")
    collections = [part_of(read_collection(known[name]), given.queries, given.documents) for name in given.only]
    rows = []
    for size, overlap in product(given.sizes, OVERLAPS):
        rows.append({"size": size, "overlap": overlap} | _measured(collections, tools, engine, cutting(size, overlap)))
        print(table(rows, list(rows[-1])), flush=True)
    engine.close()


def _measured(
    collections: Sequence[Collection], tools: Tools, engine: SearchEngine, cut: Cut
) -> dict[str, str | int | float]:
    """nDCG@10 of each ranker on each collection, the mean of each ranker, and how many passages there are."""
    row: dict[str, str | int | float] = {"passages": 0}
    found: dict[str, list[float]] = {ranker: [] for ranker in RANKERS}
    for collection in collections:
        with progress_bar(f"encode {collection.name}") as progress:
            prepared = Prepared(collection, tools, RANKERS, progress, cut)
        row["passages"] = int(row["passages"]) + sum(len(own) for own in prepared.passages)
        with indexed(prepared, engine) as name:
            for ranker in RANKERS:
                value = means(measure(prepared, engine, name, ranker).values)["ndcg@10"]
                row[f"{collection.name}, {ranker}"] = round(value, 4)
                found[ranker].append(value)
    return row | {ranker: round(fmean(values), 4) for ranker, values in found.items()}


def part_of(collection: Collection, queries: int, documents: int) -> Collection:
    """Judged queries spread evenly, what answers them, and other documents up to so many in all."""
    asked = evenly([query for query in collection.queries if query.id in collection.judgements], queries)
    judged = {query.id: collection.judgements[query.id] for query in asked}
    right = {key for own in judged.values() for key, grade in own.items() if grade > 0}
    others = [entry for entry in collection.documents if entry.id not in right]
    kept = right | {entry.id for entry in evenly(others, max(documents - len(right), 0))}
    found = tuple(entry for entry in collection.documents if entry.id in kept)
    return Collection(collection.name, found, tuple(asked), judged)


def cutting(size: int, overlap: int) -> Cut:
    """A way to cut texts into passages of `size` characters that share `overlap` sentences."""
    return lambda sources: tuple(passage for source in sources for passage in _cut(source, size, overlap))


def _cut(source: FieldText, size: int, overlap: int) -> Iterator[Passage]:
    for number, (start, end) in enumerate(_groups(list(sentences(source.text)), size, overlap)):
        key, text = f"{source.key}.{number}", source.text[start:end]
        yield Passage(key=key, field=source.field, language=source.language, text=text, start=start, end=end)


def _groups(spans: Sequence[tuple[int, int]], size: int, overlap: int) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(spans):
        start, end = spans[first]
        after = first + 1
        while after < len(spans) and end - start < size and spans[after][1] - start <= MAXIMUM_CHARACTERS:
            end = spans[after][1]
            after += 1
        yield start, end
        if after == len(spans):
            return
        first = max(after - overlap, first + 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.relevance.passage_sizes", description=__doc__)
    parser.add_argument("--only", nargs="*", default=list(PLAIN), help="names of collections")
    parser.add_argument("--sizes", nargs="*", type=int, default=list(SIZES), help="characters")
    parser.add_argument("--queries", type=int, default=300, help="queries of each collection (%(default)s)")
    parser.add_argument("--documents", type=int, default=1500, help="documents of each collection (%(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
