"""How sure a mean over queries is, and a difference of two."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import stats

SAMPLES = 2000
SEED = 11


def interval(values: Mapping[str, float]) -> tuple[float, float]:
    """95 % confidence interval of the mean, by bootstrap over the queries."""
    found = np.array(list(values.values()))
    chance = np.random.default_rng(SEED)
    means = found[chance.integers(0, len(found), (SAMPLES, len(found)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def difference(ours: Mapping[str, float], theirs: Mapping[str, float]) -> float | None:
    """p-value of a paired t-test over the same queries; None where nothing differs."""
    pairs = [(ours[key], theirs[key]) for key in ours]
    if len(pairs) < 2 or all(one == other for one, other in pairs):
        return None
    return float(stats.ttest_rel(*zip(*pairs, strict=True)).pvalue)
