"""`make bench`: search over HTTP on the real set, memory of all processes, encoding, freshness of the demo.

See docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.cli.common import progress_bar, read_settings, table
from tests.bench import encoding
from tests.bench.freshness import measure
from tests.bench.queries import Query, make_queries
from tests.bench.readers import Answers, read
from tests.bench.site import ROOT, Site, passerelle, running
from tests.services.elastic import elasticsearch

QUERIES = 500
WARMING = 20  # queries before the measured ones; different from all of them
EDITS = 30
TARGETS = {  # the largest value that is good
    "p95 of 1 reader, ms": 60.0,
    "p95 of 8 readers, ms": 250.0,
    "memory, MB": 2500.0,
    "freshness p95, s": 5.0,
    "French by English passage": 1.1,
    "p95 of encoding a query, ms": 15.0,
}
NO_TARGET_FOR = ("elasticsearch",)  # its figures are reported, the targets are for the default engine

Rows = list[dict[str, Any]]


def main() -> None:
    """Measure what is asked for, print a table, and write the figures where a file is named."""
    given = _arguments()
    shared = Path(os.environ.get("PASSERELLE_SHARED") or ROOT.parent / "shared").resolve()
    rows: Rows = []
    print(_machine())
    if given.only in (None, "search"):
        _prepare_real(given.real)
        engines = ("embedded", "elasticsearch") if given.engine == "both" else (given.engine,)
        for engine in engines:
            with _engine(engine, given.real, shared) as environ:
                rows += _search(engine, given.real, shared / "data", given.queries, environ)
    if given.only in (None, "encoding"):
        queries = make_queries(shared / "data", given.queries)
        rows += [
            _row("", what, value, 3)
            for what, value in encoding.measure(read_settings(), shared / "data", queries).items()
        ]
    if given.only in (None, "freshness"):
        rows += _freshness(given.demo, given.edits)
    print("\n" + table(rows, ["engine", "what", "value", "target", "good"]))
    if given.json:
        given.json.write_text(json.dumps({"machine": _machine(), "figures": rows}, indent=2), encoding="utf-8")
    if given.strict and any(row["good"] == "no" for row in rows):
        sys.exit(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--engine", choices=["embedded", "elasticsearch", "both"], default="both")
    parser.add_argument("--only", choices=["search", "encoding", "freshness"], help="measure only this")
    parser.add_argument("--queries", type=int, default=QUERIES, help="different queries a run of readers (%(default)s)")
    parser.add_argument("--edits", type=int, default=EDITS, help="edits until seen (%(default)s)")
    parser.add_argument("--real", type=Path, default=ROOT / "var/real", help="folder with the real set; made if absent")
    parser.add_argument("--demo", type=Path, default=ROOT / "var/bench-demo", help="folder with a demo; made if absent")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--strict", action="store_true", help="exit code 1 where a target is missed")
    return parser.parse_args()


def _prepare_real(var: Path) -> None:
    if not (var / "index" / "aliases.json").exists():
        print(f"the real set is not in {var} yet: it is made now (about ten minutes)", flush=True)
        passerelle("real", var=var)


@contextmanager
def _engine(name: str, var: Path, shared: Path) -> Iterator[dict[str, str]]:
    """What the site is told of its engine. Elasticsearch is started, and filled from the same database."""
    if name == "embedded":
        yield {}
        return
    with ExitStack() as stack:
        try:
            url = stack.enter_context(elasticsearch(shared, var / "elasticsearch"))
        except pytest.skip.Exception as absent:
            sys.exit(f"{absent} (--engine embedded measures without it)")
        passerelle("index", "rebuild", var=var, ELASTICSEARCH_URL=url)
        yield {"ELASTICSEARCH_URL": url}


def _search(engine: str, var: Path, data: Path, count: int, environ: dict[str, str]) -> Rows:
    """One reader, then eight, each with queries of their own, then the memory of what answered them."""
    queries = make_queries(data, WARMING + 2 * count)
    with running(var, **environ) as site:
        rows = [_row(engine, "first page, s", site.first_page_s), _row(engine, "quiet after, s", site.quiet_s)]
        _ask(engine, site, queries[:WARMING], 1, "warm")
        rows += _shown(engine, 1, _ask(engine, site, queries[WARMING : WARMING + count], 1, "1 reader"))
        rows += _shown(engine, 8, _ask(engine, site, queries[WARMING + count :], 8, "8 readers"))
        memory = site.memory()
    print("\n".join(f"  {megabytes:7.0f} MB  {name}" for name, megabytes in memory.items()))
    return [*rows, _row(engine, "memory, MB", sum(memory.values()))]


def _ask(engine: str, site: Site, queries: Sequence[Query], readers: int, what: str) -> Answers:
    print(f"{engine}: {len(queries)} queries, {what} ...", flush=True)
    answers = read(site.host, site.port, queries, readers)
    if answers.failed:
        examples = "\n  ".join(answers.failed[:5])
        sys.exit(f"{len(answers.failed)} of {len(queries)} queries had no page of results:\n  {examples}")
    return answers


def _shown(engine: str, readers: int, answers: Answers) -> Rows:
    who = f"{readers} reader{'s' if readers > 1 else ''}"
    rows = [_row(engine, f"p{share} of {who}, ms", answers.percentile(share)) for share in (50, 95, 99)]
    return [*rows, _row(engine, f"queries a second, {who}", len(answers.milliseconds) / answers.seconds)]


def _freshness(var: Path, edits: int) -> Rows:
    passerelle("demo", "--load-only", var=var)
    with running(var) as site, progress_bar("edits") as progress:
        seen = measure(f"http://{site.host}:{site.port}", edits, progress)
    rows = []
    for what, seconds in (
        ("freshness", [edit.seen for edit in seen]),
        ("in search", [edit.in_search for edit in seen]),
        ("in suggestions", [edit.in_suggestions for edit in seen]),
    ):
        answers = Answers(seconds, sum(seconds), ())
        rows += [_row("embedded", f"{what} p{share}, s", answers.percentile(share)) for share in (50, 95)]
    return rows


def _row(engine: str, what: str, value: float, digits: int = 1) -> dict[str, Any]:
    target = None if engine in NO_TARGET_FOR else TARGETS.get(what)
    good = "" if target is None else "yes" if value <= target else "no"
    return {
        "engine": engine,
        "what": what,
        "value": round(value, digits),
        "target": "" if target is None else target,
        "good": good,
    }


def _machine() -> str:
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}, load before the run {load:.1f}"


if __name__ == "__main__":
    main()
