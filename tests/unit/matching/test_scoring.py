from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.weights import load_weights
from matching.errors import DimensionMismatch
from matching.features import FEATURES
from matching.scoring import parts_of, rank, score_firms, score_pair
from tests.unit.matching.sides import WEIGHTS, a_challenge, a_firm, a_passage, statistics_of, unit

STATISTICS = statistics_of(
    {"fr": {"capteur": 1, "quai": 2}}, {"fr": {"paie": 1}}, {"fr": {"carte": 1}, "en": {"map": 1}}
)
NEED_ONE = (a_passage("need", "carte des quais", item_id=11), unit(1, 0, 0))
NEED_TWO = (a_passage("need", "paie des équipes", item_id=12), unit(0, 1, 0))
CHALLENGE = a_challenge(
    [NEED_ONE, NEED_TWO],
    needs=[(11, True), (12, True)],
    technologies=frozenset({"gis", "payroll"}),
    sectors=frozenset({"transportation"}),
    owner_organisation_id=5,
)
WHOLE = a_firm(
    [(a_passage("offer", "carte des quais"), unit(1, 0.1, 0)), (a_passage("offer", "paie"), unit(0.1, 1, 0))], id=9
)
HALF = a_firm([(a_passage("offer", "carte des quais"), unit(1, 0.1, 0))], id=3)

values = st.one_of(st.none(), st.floats(0, 1))


def test_a_firm_that_meets_every_need_ranks_above_one_that_meets_half() -> None:
    ranked = rank(score_firms(CHALLENGE, [HALF, WHOLE], STATISTICS, WEIGHTS))

    assert [one.firm_id for one in ranked] == [WHOLE.id, HALF.id]
    assert ranked[0].score > ranked[1].score + 5


def test_unmet_needs_are_told_essential_ones_first() -> None:
    challenge = replace(CHALLENGE, needs=(replace(CHALLENGE.needs[0], essential=False), CHALLENGE.needs[1]))
    stranger = a_firm([(a_passage("offer", "vin"), unit(0, 0, 1))])

    assert score_pair(CHALLENGE, WHOLE, STATISTICS, WEIGHTS).unmet == ()
    assert score_pair(CHALLENGE, HALF, STATISTICS, WEIGHTS).unmet == (12,)
    assert score_pair(challenge, stranger, STATISTICS, WEIGHTS).unmet == (12, 11)
    assert score_pair(challenge, a_firm([]), STATISTICS, WEIGHTS).unmet == (12, 11)


@given(st.fixed_dictionaries(dict.fromkeys(FEATURES, values)))
@settings(max_examples=300)
def test_the_shown_parts_add_up_to_the_shown_score_and_never_beyond_a_hundred(found: dict[str, float | None]) -> None:
    parts = parts_of(found, load_weights())
    score = round(sum(part.points for part in parts), 1)

    assert sum(round(part.points * 10) for part in parts) == round(score * 10)
    assert all(part.points == round(part.points, 1) for part in parts)
    assert 0 <= score <= 100
    assert [part.feature for part in parts] == list(FEATURES)


@given(st.fixed_dictionaries(dict.fromkeys(FEATURES, values)))
def test_what_is_unknown_shares_its_weight_among_the_known(found: dict[str, float | None]) -> None:
    parts = {part.feature: part for part in parts_of(found, WEIGHTS)}
    known = [name for name, value in found.items() if value is not None]

    assert all(parts[name].value is None and parts[name].points == 0 for name in FEATURES if name not in known)
    if known:
        assert sum(part.weight for part in parts.values()) == pytest.approx(1, abs=0.001)
        heaviest = max(known, key=lambda name: WEIGHTS.features[name])
        assert parts[heaviest].weight >= WEIGHTS.features[heaviest] - 0.0001


def test_an_unknown_field_costs_nothing_and_a_bad_one_does() -> None:
    said = replace(CHALLENGE, trl=(7, 9), budget=(50_000, 80_000), place="Laval")
    fitting = replace(WHOLE, trls=(8,), budget=(10_000, 60_000), regions=frozenset({"laval"}))
    clashing = replace(fitting, trls=(2,), budget=(500_000, None), regions=frozenset({"Gaspé"}))

    unknown = score_pair(said, WHOLE, STATISTICS, WEIGHTS)
    assert {part.feature for part in unknown.parts if part.value is None} >= {"maturity", "budget", "place"}
    assert unknown.score == score_pair(CHALLENGE, WHOLE, STATISTICS, WEIGHTS).score
    assert (
        score_pair(said, clashing, STATISTICS, WEIGHTS).score
        < unknown.score
        < score_pair(said, fitting, STATISTICS, WEIGHTS).score
    )


def test_a_perfect_pair_has_a_hundred_points_and_nothing_known_none() -> None:
    assert sum(part.points for part in parts_of(dict.fromkeys(FEATURES, 1.0), WEIGHTS)) == pytest.approx(100, abs=0.5)
    assert sum(part.points for part in parts_of(dict.fromkeys(FEATURES), WEIGHTS)) == 0


def test_a_pair_has_one_score_whoever_stands_beside_it() -> None:
    alone = score_pair(CHALLENGE, HALF, STATISTICS, WEIGHTS)
    among = score_firms(CHALLENGE, [WHOLE, HALF, a_firm([], id=50)], STATISTICS, WEIGHTS)[1]
    from_the_firm = [score_pair(one, HALF, STATISTICS, WEIGHTS) for one in (replace(CHALLENGE, id=2), CHALLENGE)][1]

    assert alone == among == from_the_firm


def test_equal_scores_come_in_id_order() -> None:
    twins = [replace(HALF, id=key) for key in (8, 3, 5)]

    assert [one.firm_id for one in rank(score_firms(CHALLENGE, twins, STATISTICS, WEIGHTS))] == [3, 5, 8]


def test_vectors_of_two_encoders_are_never_compared() -> None:
    stranger = replace(HALF, vectors=np.ones((1, 5), dtype=np.float32))

    with pytest.raises(DimensionMismatch):
        score_pair(CHALLENGE, stranger, STATISTICS, WEIGHTS)


@pytest.mark.parametrize("sides", [(a_challenge([]), HALF), (CHALLENGE, a_firm([])), (a_challenge([]), a_firm([]))])
def test_sides_without_a_text_get_a_score_and_no_cited_reason(sides: Any) -> None:
    found = score_pair(*sides, STATISTICS, WEIGHTS)

    assert 0 <= found.score <= 100
    assert all(reason.challenge is None for reason in found.reasons)


def test_the_weights_in_force_name_every_feature_and_sum_to_one() -> None:
    weights = load_weights()

    assert set(weights.features) >= set(FEATURES)
    assert sum(weights.features[name] for name in FEATURES) == pytest.approx(1)
