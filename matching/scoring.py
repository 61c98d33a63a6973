"""The score of a pair: a sum of named features, 0 to 100, the same from either side."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import numpy as np

from matching import features
from matching.errors import DimensionMismatch
from matching.model import ChallengeSide, FirmSide, Floats, Language, Part, Suggestion, Weights
from matching.reasons import reasons_of, strongest_languages, unmet_needs
from matching.words import Statistics, Translate, query_terms


def score_pair(
    challenge: ChallengeSide,
    firm: FirmSide,
    statistics: Statistics,
    weights: Weights,
    translate: Translate | None = None,
) -> Suggestion:
    """Score one pair exactly. Raises DimensionMismatch where the vectors come from two encoders."""
    return score_firms(challenge, [firm], statistics, weights, translate)[0]


def score_firms(
    challenge: ChallengeSide,
    firms: Sequence[FirmSide],
    statistics: Statistics,
    weights: Weights,
    translate: Translate | None = None,
) -> list[Suggestion]:
    """Score one challenge with many firms, in their order; each score is what `score_pair` gives."""
    terms = query_terms(challenge, statistics)
    return [
        _suggest(challenge, firm, _cosines(challenge, firm), terms, statistics, weights, translate) for firm in firms
    ]


def scores_of(
    challenge: ChallengeSide,
    firms: Sequence[FirmSide],
    statistics: Statistics,
    weights: Weights,
    translate: Translate | None = None,
) -> list[float]:
    """The scores alone that `score_firms` gives: what is not to be shown needs no reasons."""
    terms = query_terms(challenge, statistics)
    found = []
    for firm in firms:
        scaled = features.calibrated_cosines(challenge, firm, weights, _cosines(challenge, firm))
        strengths = features.need_strengths(challenge, scaled)
        values = _values(challenge, firm, scaled, strengths, terms, statistics, weights, translate)
        found.append(_score(parts_of(values, weights)))
    return found


def rank(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """Best first; equal scores come in id order, so two runs agree."""
    return sorted(suggestions, key=lambda one: (-one.score, one.challenge_id, one.firm_id))


def parts_of(values: Mapping[str, float | None], weights: Weights) -> tuple[Part, ...]:
    """The weight of what is unknown is shared among the known features in proportion to their own.

    Points are cut, not rounded, to one decimal: rounded ones could add up to more than 100.
    """
    known = sum(weights.features[name] for name, value in values.items() if value is not None)
    parts = []
    for name in features.FEATURES:
        value = values.get(name)
        if value is None or known == 0.0:
            parts.append(Part(name, None, 0.0, 0.0))
        else:
            share = weights.features[name] / known
            parts.append(Part(name, round(value, 4), round(share, 4), math.floor(1000.0 * share * value + 1e-6) / 10))
    return tuple(parts)


def _cosines(challenge: ChallengeSide, firm: FirmSide) -> Floats:
    if len(challenge.passages) and len(firm.passages) and challenge.vectors.shape[1] != firm.vectors.shape[1]:
        raise DimensionMismatch(f"{challenge.vectors.shape[1]} and {firm.vectors.shape[1]} dims")
    if not len(challenge.passages) or not len(firm.passages):
        return np.zeros((len(challenge.passages), len(firm.passages)), dtype=np.float32)
    product: Floats = challenge.vectors @ firm.vectors.T
    return product


def _suggest(
    challenge: ChallengeSide,
    firm: FirmSide,
    cosines: Floats,
    terms: Mapping[str, Mapping[str, float]],
    statistics: Statistics,
    weights: Weights,
    translate: Translate | None,
) -> Suggestion:
    scaled = features.calibrated_cosines(challenge, firm, weights, cosines)
    strengths = features.need_strengths(challenge, scaled)
    parts = parts_of(_values(challenge, firm, scaled, strengths, terms, statistics, weights, translate), weights)
    languages = strongest_languages(challenge, firm, scaled)
    return Suggestion(
        challenge_id=challenge.id,
        firm_id=firm.id,
        challenge_version=challenge.version,
        firm_version=firm.version,
        score=_score(parts),
        parts=parts,
        reasons=reasons_of(challenge, firm, scaled),
        unmet=unmet_needs(challenge, strengths),
        languages=cast("tuple[Language, Language]", languages),
    )


def _values(
    challenge: ChallengeSide,
    firm: FirmSide,
    scaled: Floats,
    strengths: Mapping[int, float],
    terms: Mapping[str, Mapping[str, float]],
    statistics: Statistics,
    weights: Weights,
    translate: Translate | None,
) -> dict[str, float | None]:
    return {
        "meaning": features.meaning(challenge, scaled),
        "words": features.words(terms, firm, statistics, weights, translate),
        "needs": features.needs(challenge, strengths),
        **features.structured(challenge, firm),
    }


def _score(parts: Sequence[Part]) -> float:
    return round(sum(part.points for part in parts), 1)
