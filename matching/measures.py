"""Measures of a ranking against judgements, by ir-measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ir_measures
from ir_measures import RR, R, nDCG

Judgements = Mapping[str, Mapping[str, int]]  # query -> document -> relevance
Run = Mapping[str, Mapping[str, float]]  # query -> document -> score

MEASURES: Mapping[str, Any] = {"ndcg@10": nDCG @ 10, "mrr": RR, "recall@10": R @ 10, "recall@100": R @ 100}


def by_query(judgements: Judgements, run: Run) -> dict[str, dict[str, float]]:
    """For each measure the value of each judged query; one that the run lacks has 0."""
    names = {measure: name for name, measure in MEASURES.items()}
    found = {name: dict.fromkeys(judgements, 0.0) for name in MEASURES}
    plain = {query: dict(documents) for query, documents in judgements.items()}
    scores = {query: {key: float(score) for key, score in documents.items()} for query, documents in run.items()}
    for value in ir_measures.iter_calc(list(MEASURES.values()), plain, scores):
        found[names[value.measure]][value.query_id] = float(value.value)
    return found


def means(values: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The mean of each measure over its queries."""
    return {name: sum(own.values()) / len(own) if own else 0.0 for name, own in values.items()}


def ranked(keys: list[str]) -> dict[str, float]:
    """Scores that keep exactly this order: measures break equal scores by the id, a ranking by its own rule."""
    return {key: float(len(keys) - place) for place, key in enumerate(keys)}
