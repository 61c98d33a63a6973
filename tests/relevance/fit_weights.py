"""`python -m tests.relevance.fit_weights`: the prior weights of matching, fitted by cross-validation.

Truth: the demo's intended matches (`passerelle demo --load-only` before) and sbir-dev of PASSERELLE_SHARED. The score
stays what it is, a sum of features each with a weight of at least `LEAST`, so the reasons keep adding up and no
feature ever lowers a score. What is minimised, by L-BFGS-B (scipy), is how improbable the right firms are among a
challenge's candidates (softmax over the scores, as in Cao et al. 2007, Learning to rank: from pairwise approach to
listwise approach), plus `strength` times the squared distance to the weights in force, which keeps what a small
truth says nothing about. Each strength is judged on folds (scikit-learn) that were not fitted on.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from statistics import fmean

import numpy as np
from scipy.optimize import minimize
from sklearn.model_selection import GroupKFold

from app.cli.common import opened_parts, read_settings, table
from app.cli.evaluate import build_tools
from indexing.bulk import BulkEncoder
from indexing.engines.embedded import EmbeddedEngine
from matching.features import FEATURES
from matching.measures import by_query, means, ranked
from matching.model import Floats
from tests.bench.site import ROOT
from tests.relevance.pairs import Query, collection_queries, demo_queries

STRENGTHS = (0.0, 0.3, 1.0, 3.0, 10.0, 100.0)
FOLDS = 5
LEAST = 0.01  # what is shown as a part of the score counts at least so much
HIGHEST_SHARPNESS = 6.0  # natural logarithm; of the softmax, fitted with the weights
DEPTH = 10  # of the lists of twins


def main() -> None:
    """Judge each strength out of fold, print a table, and print the weights of one fitted on all."""
    given = _arguments()
    with opened_parts() as parts:
        queries = list(demo_queries(parts))
        prior = np.array([parts.weights.features[name] for name in FEATURES])
    queries += _sbir()
    rows = [_row("in force", prior, [(queries, prior)])]
    for strength in STRENGTHS:
        folds = [(held, fit(train, prior, strength)) for train, held in split(queries)]
        rows.append(_row(str(strength), fit(queries, prior, strength), folds))
    print(table(rows, list(rows[0])))
    fitted = fit(queries, prior, given.strength)
    rounded = {name: round(float(weight), 3) for name, weight in zip(FEATURES, fitted, strict=True)}
    print(json.dumps({"strength": given.strength, "features": rounded}, indent=1))


def fit(queries: Sequence[Query], prior: Floats, strength: float) -> Floats:
    """Weights that sum to 1, shape (features,)."""

    arrays = [(query.collection, *_filled(query.values), list(query.right)) for query in queries]

    def loss(parameters: Floats) -> float:
        weights, sharpness = _weights(parameters[:-1]), np.exp(parameters[-1])
        costs: dict[str, list[float]] = {}
        for collection, values, known, right in arrays:
            scores = sharpness * _scores(values, known, weights)
            highest = scores.max()
            chance = highest + np.log(np.exp(scores - highest).sum())
            costs.setdefault(collection, []).append(float((chance - scores[right]).mean()))
        distance = float(((weights - prior) ** 2).sum())
        return fmean(fmean(own) for own in costs.values()) + strength * distance

    bounds = [(0.0, None)] * len(prior) + [(0.0, HIGHEST_SHARPNESS)]
    found = minimize(loss, np.append(prior, 3.0), method="L-BFGS-B", bounds=bounds)
    return _weights(found.x[:-1])


def _weights(shares: Floats) -> Floats:
    """Each at least `LEAST`, summing to 1."""
    weights: Floats = LEAST + (1.0 - LEAST * len(shares)) * shares / max(float(shares.sum()), 1e-9)
    return weights


def scores_of(values: Floats, weights: Floats) -> Floats:
    """The scores of a query's firms, 0 to 1: the weight of what is unknown is shared among the known features."""
    return _scores(*_filled(values), weights)


def _scores(filled: Floats, known: Floats, weights: Floats) -> Floats:
    scores: Floats = (filled @ weights) / np.maximum(known @ weights, 1e-9)
    return scores


def _filled(values: Floats) -> tuple[Floats, Floats]:
    """The values with 0 for what is unknown, and 1 or 0 for what is known or not."""
    return np.nan_to_num(values), (~np.isnan(values)).astype(np.float32)


def split(queries: Sequence[Query]) -> list[tuple[list[Query], list[Query]]]:
    """(fitted on, held out) for each fold; what belongs together is in one fold."""
    folds = GroupKFold(FOLDS).split(queries, groups=[query.group for query in queries])
    return [([queries[i] for i in train], [queries[i] for i in held]) for train, held in folds]


def _row(name: str, weights: Floats, folds: Sequence[tuple[Sequence[Query], Floats]]) -> dict[str, str]:
    """Measures of what each fold holds out, under the weights of that fold, and the weights of the whole."""
    lists: dict[str, dict[str, list[str]]] = {}
    judged: dict[str, dict[str, dict[str, int]]] = {}
    twins: dict[str, list[set[str]]] = {}
    for held, own in folds:
        for number, query in enumerate(held):
            key = f"{query.group} {number}"
            order = np.argsort(-scores_of(query.values, own), kind="stable")
            keys = [str(query.firms[place]) for place in order]
            lists.setdefault(query.collection, {})[key] = keys[:100]
            missing = {f"missing {i}": 1 for i in range(query.of - len(query.right))}
            judged.setdefault(query.collection, {})[key] = {str(query.firms[p]): 1 for p in query.right} | missing
            if query.twin:
                twins.setdefault(query.twin, []).append(set(keys[:DEPTH]))
    row = {"strength": name}
    for collection, own_lists in lists.items():
        found = means(by_query(judged[collection], {key: ranked(keys) for key, keys in own_lists.items()}))
        row |= {f"{collection} {measure}": f"{found[measure]:.4f}" for measure in ("ndcg@10", "recall@10")}
    row["twins"] = f"{fmean(len(first & second) / DEPTH for first, second in twins.values()):.3f}"
    return row | {feature: f"{weight:.3f}" for feature, weight in zip(FEATURES, weights, strict=True)}


def _sbir() -> list[Query]:
    settings = read_settings()
    engine = EmbeddedEngine(settings.var / "evaluate" / "index")
    try:
        with BulkEncoder(settings.embedding_model, 2) as pool:
            folder = settings.shared.resolve() / "data" / "sbir-dev"
            return list(collection_queries(folder, build_tools(settings, pool), engine))
    finally:
        engine.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.relevance.fit_weights", description=__doc__)
    parser.add_argument("--strength", type=float, default=3.0, help="of the weights that are printed (%(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
