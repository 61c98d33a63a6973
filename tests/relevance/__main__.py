"""`make evaluate`: collections x rankers x engines with intervals and significance, and the demo's own truth.

Collections that are absent are left out by name; what is asked for with --only is measured alone. Vectors are kept
under var/evaluate, so a second run encodes nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from app.cli.common import opened_parts, progress_bar, read_settings, table
from app.cli.evaluate import build_tools
from app.services.evaluation.evaluate_collection import EVERY_RANKER, RANKERS, Evaluated, Prepared, indexed, measure
from app.services.evaluation.read_collection import read_collection
from indexing.bulk import BulkEncoder
from indexing.engine import SearchEngine
from indexing.engines.elastic import ElasticEngine
from indexing.engines.embedded import EmbeddedEngine
from tests.bench.site import ROOT
from tests.relevance.collections import all_collections, evenly
from tests.relevance.demo import measure_demo
from tests.relevance.report import COLUMNS, apart, document
from tests.relevance.significance import difference, interval
from tests.services.elastic import elasticsearch

SAMPLE = 100  # queries of a collection that Elasticsearch answers too: it takes ten times as long, and must only agree


def main() -> None:
    """Measure, print, write."""
    given = _arguments()
    settings = read_settings()
    shared = settings.shared.resolve()
    folders = all_collections(shared, settings.var / "evaluate" / "collections")
    chosen = [folder for folder in folders if folder.is_dir() and (not given.only or folder.name in given.only)]
    rows: list[dict[str, object]] = []
    all_found: list[Evaluated] = []
    started = time.monotonic()
    with ExitStack() as stack:
        pool = None
        if given.processes > 1:
            pool = stack.enter_context(BulkEncoder(settings.embedding_model, given.processes))
        tools = build_tools(settings, pool)
        engines = list(stack.enter_context(_engines(given.engine, settings.var, shared)))
        for folder in chosen:
            collection = read_collection(folder)
            with progress_bar(f"encode {collection.name}") as progress:
                prepared = Prepared(collection, tools, given.ranker, progress)
            for engine in engines:
                print(f"{collection.name} on {engine.kind} ...", file=sys.stderr, flush=True)
                asked = (
                    evenly(collection.queries, SAMPLE) if engine.kind == "elasticsearch" and len(engines) > 1 else None
                )
                with indexed(prepared, engine) as name:
                    found = [measure(prepared, engine, name, ranker, queries=asked) for ranker in given.ranker]
                rows += _lines(found)
                all_found += found
                print(table(rows[-len(found) :], COLUMNS), flush=True)
    demo = _demo() if given.demo else {}
    text = document(rows, demo, [folder.name for folder in chosen], apart(all_found), time.monotonic() - started)
    print(text)
    if given.out:
        given.out.write_text(text, encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.relevance", description=__doc__)
    parser.add_argument("--engine", choices=["embedded", "elasticsearch", "both"], default="both")
    parser.add_argument("--ranker", choices=EVERY_RANKER, nargs="*", default=list(RANKERS))
    parser.add_argument("--only", nargs="*", help="names of collections")
    parser.add_argument("--no-demo", dest="demo", action="store_false", help="leave the demo of PASSERELLE_VAR out")
    parser.add_argument("--processes", type=int, default=2, help="processes that encode (%(default)s)")
    parser.add_argument("--out", type=Path, help="write the table to this file")
    return parser.parse_args()


@contextmanager
def _engines(wanted: str, var: Path, shared: Path) -> Iterator[Sequence[SearchEngine]]:
    with ExitStack() as stack:
        found: list[SearchEngine] = []
        if wanted != "elasticsearch":
            found.append(EmbeddedEngine(var / "evaluate" / "index"))
        if wanted != "embedded":
            given = os.environ.get("ELASTICSEARCH_URL")
            try:
                url = given or stack.enter_context(elasticsearch(shared, (var / "evaluate" / "elastic").resolve()))
                found.append(ElasticEngine(url))
            except pytest.skip.Exception as absent:
                print(f"without Elasticsearch: {absent}", file=sys.stderr)
        for engine in found:
            stack.callback(engine.close)
        yield found


def _lines(found: Sequence[Evaluated]) -> list[dict[str, object]]:
    """One line a ranker; p compares its nDCG@10 with that of words, query by query."""
    words = next((one for one in found if one.ranker == "words"), None)
    lines = []
    for one in found:
        own = one.values["ndcg@10"]
        low, high = interval(own)
        chance = difference(own, words.values["ndcg@10"]) if words is not None and one is not words else None
        first = [float(value >= 1.0) for value in one.values["mrr"].values()]
        lines.append(
            {
                **one.row(),
                "95 %": f"{low:.3f}-{high:.3f}",
                "acc@1": round(sum(first) / len(first), 4),
                "p": "" if chance is None else f"{chance:.3f}",
            }
        )
    return lines


def _demo() -> dict[str, float]:
    with opened_parts() as parts:
        return measure_demo(parts)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
