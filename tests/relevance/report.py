"""The document that `make evaluate` writes: every line, what was to be reached, and how far the engines differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean

from app.services.evaluation.evaluate_collection import Evaluated

COLUMNS = [
    "collection",
    "queries",
    "engine",
    "ranker",
    "ndcg@10",
    "95 %",
    "mrr",
    "acc@1",
    "recall@10",
    "recall@100",
    "p",
]

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Target:
    """The least value of a measure of one collection and ranker."""

    collection: str
    ranker: str
    measure: str
    least: float


TARGETS = (
    Target("scifact", "hybrid", "ndcg@10", 0.74),
    Target("cranfield", "hybrid", "ndcg@10", 0.455),
    Target("cacm", "hybrid", "ndcg@10", 0.539 * 1.08),  # words before pairs of words counted gave 0.539
    Target("sbir-dev", "matching", "ndcg@10", 0.27),
    Target("sbir-dev", "matching", "recall@100", 0.82),
    Target("gc-services-en-fr", "hybrid", "ndcg@10", 0.95),
    Target("gc-services-fr-en", "hybrid", "ndcg@10", 0.94),
    Target("parallel-heldout-laws", "hybrid", "acc@1", 0.93),
    Target("parallel-heldout-rest", "hybrid", "acc@1", 0.93),
)
FRENCH_BEHIND_ENGLISH = 0.02  # gc-services: French names on French texts against English on English
ENGINES_APART = 0.01
PARTS_ABOVE_HYBRID = 0.005
DEMO_TARGETS = {"same language": 0.9, "across languages": 0.85, "twins": 0.7}


def apart(found: Sequence[Evaluated]) -> list[tuple[str, float]]:
    """How far the engines' nDCG@10 are apart on the queries that both answered, by collection and ranker."""
    own = {(one.collection, one.ranker, one.engine): one.values["ndcg@10"] for one in found}
    differences = []
    for (collection, ranker, engine), values in own.items():
        others = own.get((collection, ranker, "elasticsearch"), {}) if engine == "embedded" else {}
        shared = values.keys() & others.keys()
        if shared:
            difference = abs(fmean(values[key] for key in shared) - fmean(others[key] for key in shared))
            differences.append((f"{collection}, {ranker}", difference))
    return differences


def document(
    rows: Sequence[Row],
    demo: Mapping[str, float],
    collections: Sequence[str],
    engines: Sequence[tuple[str, float]],
    seconds: float,
) -> str:
    """Markdown, as docs/relevance.md."""
    lines = [
        "# Relevance",
        "",
        f"Made by `make evaluate` on {datetime.now(UTC):%Y-%m-%d} in {seconds / 60:.0f} minutes;"
        f" measured: {', '.join(collections)}.",
        "95 %: bootstrap over the queries. p: paired t-test of nDCG@10 against words alone. How a collection is made",
        "of the bilingual data: `tests/relevance/collections.py`. Decisions and what did not help:",
        "[0007](decisions/0007-two-languages.md), [0008](decisions/0008-tuned-model.md),",
        "[0009](decisions/0009-fitted-weights.md).",
        "",
        *_table(COLUMNS, [[str(row.get(name, "")) for name in COLUMNS] for row in rows]),
    ]
    reached = [*_reached(rows), *_compared(rows), *_engines_apart(engines), *_of_demo(demo)]
    if reached:
        lines += ["", "## Targets", "", *_table(["what", "reached", "wanted", ""], reached)]
    return "\n".join(lines) + "\n"


def _reached(rows: Sequence[Row]) -> list[list[str]]:
    found = []
    for target in TARGETS:
        for row in rows:
            own = (row["collection"], row["ranker"], row["engine"])
            if own == (target.collection, target.ranker, "embedded"):
                what = f"{target.collection}, {target.ranker}, {target.measure}"
                value = _value(row, target.measure)
                found.append([what, f"{value:.4f}", f"at least {target.least:.3f}", _met(value >= target.least)])
    return found


def _compared(rows: Sequence[Row]) -> list[list[str]]:
    """French against English, and hybrid against its parts, on the embedded engine, which answers every query."""
    own = [row for row in rows if row["engine"] == "embedded"]
    values = {(str(row["collection"]), str(row["ranker"])): _value(row, "ndcg@10") for row in own}
    found = []
    french, english = (values.get((f"gc-services-{pair}", "hybrid")) for pair in ("fr-fr", "en-en"))
    if french is not None and english is not None:
        behind = english - french
        wanted = f"at most {FRENCH_BEHIND_ENGLISH}"
        what = "gc-services, French on French behind English on English"
        found.append([what, f"{behind:.4f}", wanted, _met(behind <= FRENCH_BEHIND_ENGLISH)])
    above = [
        values[collection, part] - value
        for (collection, ranker), value in values.items()
        for part in ("words", "meaning")
        if ranker == "hybrid" and (collection, part) in values
    ]
    if above:
        wanted = f"at most {PARTS_ABOVE_HYBRID}"
        met = _met(max(above) <= PARTS_ABOVE_HYBRID)
        found.append(["words or meaning above hybrid, the most", f"{max(above):.4f}", wanted, met])
    return found


def _engines_apart(differences: Sequence[tuple[str, float]]) -> list[list[str]]:
    if not differences:
        return []
    where, most = max(differences, key=lambda one: one[1])
    wanted = f"at most {ENGINES_APART}"
    return [
        [
            f"the engines apart on the same queries, the most ({where})",
            f"{most:.4f}",
            wanted,
            _met(most <= ENGINES_APART),
        ]
    ]


def _of_demo(demo: Mapping[str, float]) -> list[list[str]]:
    found = []
    for what, value in demo.items():
        least = next((least for name, least in DEMO_TARGETS.items() if name in what), None)
        wanted, met = (f"at least {least}", _met(value >= least)) if least is not None else ("", "")
        found.append([f"the demo: {what}", f"{value:.3f}", wanted, met])
    return found


def _value(row: Row, measure: str) -> float:
    return float(str(row[measure]))


def _met(good: bool) -> str:
    return "met" if good else "missed"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(heads)} |", "|" + " --- |" * len(heads), *(f"| {' | '.join(row)} |" for row in rows)]
