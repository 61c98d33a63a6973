"""Relevance does not fall: the demo's intended matches, measured with the code that search and matching use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.evaluation.evaluate_collection import EVERY_RANKER, Prepared, Tools, indexed, measure
from app.services.taxonomy.taxonomy import shipped_terms
from indexing.encoders import SentenceEncoder
from indexing.engines.embedded import EmbeddedEngine
from indexing.lexicon import load_lexicon
from indexing.vectors import MemoryVectors
from indexing.weights import load_weights
from tests.relevance.demo_collection import demo_collection

BASELINE = Path(__file__).parents[1] / "relevance" / "baseline.json"
SLACK = 0.01


@pytest.fixture(scope="module")
def tools() -> Tools:
    lexicon = load_lexicon(shipped_terms())
    return Tools(SentenceEncoder(lexicon=lexicon), MemoryVectors(), load_weights(), lexicon.translations)


@pytest.fixture(scope="module")
def measured(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, float]]:
    """nDCG@10 of words over all blocks, and of every ranker over one (encoding all takes minutes)."""
    engine = EmbeddedEngine(tmp_path_factory.mktemp("index"))
    found = {}
    for block, rankers in (("*", ("words",)), ("transport", EVERY_RANKER)):
        prepared = Prepared(demo_collection(block), tools, rankers)
        with indexed(prepared, engine) as name:
            for ranker in rankers:
                row = measure(prepared, engine, name, ranker).row()
                found[f"{row['collection']} {ranker}"] = float(row["ndcg@10"])
    yield found


def test_no_ranker_falls_by_more_than_a_hundredth(measured: dict[str, float]) -> None:
    baseline: dict[str, float] = json.loads(BASELINE.read_text(encoding="utf-8"))

    fallen = {name: (value, measured[name]) for name, value in baseline.items() if measured[name] < value - SLACK}

    assert set(measured) == set(baseline)
    assert not fallen, f"then and now: {fallen}; where that is meant, write the new values to {BASELINE.name}"


def test_words_and_meaning_together_are_not_below_the_better_of_the_two(measured: dict[str, float]) -> None:
    parts = [measured[f"demo-transport {ranker}"] for ranker in ("words", "meaning")]

    assert measured["demo-transport hybrid"] >= max(parts) - 0.005
