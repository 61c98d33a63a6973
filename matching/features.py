"""The features of a pair: each 0 to 1, or None where one side does not say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from matching.errors import DimensionMismatch
from matching.model import ChallengeSide, FirmSide, Floats, Weights
from matching.words import Statistics, Translate, coverage

FEATURES = (
    "meaning",
    "words",
    "needs",
    "technologies",
    "sector",
    "maturity",
    "collaboration",
    "place",
    "service_language",
    "budget",
)
PASSAGE_WEIGHTS: Mapping[str, float] = {"title": 1.5, "need": 1.5, "teaser": 1.2, "background": 0.6}


def calibrated(value: float, bounds: tuple[float, float]) -> float:
    """A straight line from the lower bound (0) to the upper one (1), cut at both."""
    low, high = bounds
    return min(1.0, max(0.0, (value - low) / (high - low)))


def bounds_of(calibration: Mapping[str, Any], name: str, languages: str) -> tuple[float, float]:
    """The bounds in force for a pair of languages: cosines within a language are higher than across."""
    entry = calibration[name]
    low, high = entry.get(languages, entry["default"])
    return float(low), float(high)


def calibrated_cosines(challenge: ChallengeSide, firm: FirmSide, weights: Weights, cosines: Floats) -> Floats:
    """Cosines of all passage pairs on the scale 0 to 1 of their languages; shape as `cosines`."""
    if cosines.shape != (len(challenge.passages), len(firm.passages)):
        raise DimensionMismatch(
            f"{cosines.shape} cosines for {len(challenge.passages)} x {len(firm.passages)} passages"
        )
    low = np.empty_like(cosines)
    span = np.empty_like(cosines)
    sides = {p.language for p in challenge.passages}, {p.language for p in firm.passages}
    for ours in sides[0]:
        rows = np.array([p.language == ours for p in challenge.passages])
        for theirs in sides[1]:
            columns = np.array([p.language == theirs for p in firm.passages])
            bottom, top = bounds_of(weights.calibration, "meaning", f"{ours}-{theirs}")
            low[np.ix_(rows, columns)] = bottom
            span[np.ix_(rows, columns)] = top - bottom
    scaled: Floats = np.clip((cosines - low) / span, 0.0, 1.0)
    return scaled


def meaning(challenge: ChallengeSide, scaled: Floats) -> float | None:
    """Mean over the challenge's passages of the best passage of the firm (the best of what was tried, DESIGN)."""
    if scaled.size == 0:
        return None
    importance = np.array([PASSAGE_WEIGHTS.get(p.field, 1.0) for p in challenge.passages])
    return float(np.average(scaled.max(axis=1), weights=importance))


def need_strengths(challenge: ChallengeSide, scaled: Floats) -> dict[int, float]:
    """For each need that has a text: how well the best passage of the firm answers it."""
    if scaled.size == 0:
        return {}
    return {
        need.need_id: float(max(scaled[place].max() for place in need.passages))
        for need in challenge.needs
        if need.passages
    }


def needs(challenge: ChallengeSide, strengths: Mapping[int, float]) -> float | None:
    """Mean strength over the needs, essential ones twice."""
    weighted = [
        (2.0 if need.essential else 1.0, strengths[need.need_id])
        for need in challenge.needs
        if need.need_id in strengths
    ]
    if not weighted:
        return None
    return sum(weight * value for weight, value in weighted) / sum(weight for weight, _ in weighted)


def words(
    challenge_terms: Mapping[str, Mapping[str, float]],
    firm: FirmSide,
    statistics: Statistics,
    weights: Weights,
    translate: Translate | None,
) -> float | None:
    """Calibrated share of the challenge's words that the firm's texts hold."""
    share = coverage(challenge_terms, firm, statistics, translate)
    return None if share is None else calibrated(share, bounds_of(weights.calibration, "words", "default"))


def structured(challenge: ChallengeSide, firm: FirmSide) -> dict[str, float | None]:
    """What the filled-in fields say; None where one side left its field empty."""
    return {
        "technologies": _overlap(challenge.technologies, firm.technologies),
        "sector": _any(challenge.sectors, firm.sectors),
        "maturity": _maturity(challenge, firm),
        "collaboration": _any(challenge.collaboration, firm.collaboration),
        "place": _place(challenge, firm),
        "service_language": _overlap(challenge.languages_of_service, firm.languages_of_service),
        "budget": _budget(challenge.budget, firm.budget),
    }


def _overlap(wanted: frozenset[str], offered: frozenset[str]) -> float | None:
    """Share of what is wanted that is offered."""
    return len(wanted & offered) / len(wanted) if wanted and offered else None


def _any(wanted: frozenset[str], offered: frozenset[str]) -> float | None:
    return float(bool(wanted & offered)) if wanted and offered else None


def _maturity(challenge: ChallengeSide, firm: FirmSide) -> float | None:
    """1 where a solution's readiness level lies in the range sought; a quarter less for each level beside it."""
    if challenge.trl is None or not firm.trls:
        return None
    low, high = challenge.trl
    distance = min(max(low - trl, trl - high, 0) for trl in firm.trls)
    return max(0.0, 1.0 - 0.25 * distance)


def _place(challenge: ChallengeSide, firm: FirmSide) -> float | None:
    """1 in the same place or a region served; remote work makes up for most of a distance."""
    if challenge.place is None or (firm.place is None and not firm.regions):
        return None
    here = challenge.place.casefold()
    near = {place.casefold() for place in (*firm.regions, *([firm.place] if firm.place else []))}
    if here in near:
        return 1.0
    return 0.8 if challenge.remote else 0.3


def _budget(
    offered: tuple[int | None, int | None] | None, wanted: tuple[int | None, int | None] | None
) -> float | None:
    """1 where the ranges meet; else the ratio of the nearest ends."""
    if offered is None or wanted is None:
        return None
    low, high = max(offered[0] or 0, wanted[0] or 0), min(offered[1] or 10**12, wanted[1] or 10**12)
    return 1.0 if low <= high else high / low
