from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from matching.features import calibrated, calibrated_cosines, meaning, need_strengths, needs, structured
from matching.model import Weights
from tests.unit.matching.sides import WEIGHTS, a_challenge, a_firm, a_passage, unit


@pytest.mark.parametrize(("value", "expected"), [(-1, 0), (0.2, 0), (0.4, 0.5), (0.6, 1), (3, 1)])
def test_calibration_is_a_straight_line_cut_at_both_ends(value: float, expected: float) -> None:
    assert calibrated(value, (0.2, 0.6)) == pytest.approx(expected)


def test_cosines_are_calibrated_by_the_languages_of_both_passages() -> None:
    weights = Weights("t", {}, {"meaning": {"default": [0.0, 1.0], "fr-fr": [0.2, 0.7], "fr-en": [0.0, 0.5]}})
    challenge = a_challenge(
        [(a_passage("problem", "a", "fr"), unit(1, 0, 0)), (a_passage("problem", "b", "en"), unit(1, 0, 0))]
    )
    firm = a_firm([(a_passage("offer", "c", "fr"), unit(1, 0, 0)), (a_passage("offer", "d", "en"), unit(1, 0, 0))])
    cosines = np.full((2, 2), 0.45, dtype=np.float32)

    scaled = calibrated_cosines(challenge, firm, weights, cosines)

    assert scaled == pytest.approx(np.array([[0.5, 0.9], [0.45, 0.45]]))


def test_meaning_is_the_mean_of_the_best_passages_the_title_weighing_more() -> None:
    challenge = a_challenge([(a_passage("title", "a"), unit(1, 0, 0)), (a_passage("problem", "b"), unit(1, 0, 0))])

    assert meaning(challenge, np.array([[0.2, 1.0], [0.5, 0.1]])) == pytest.approx((1.5 * 1.0 + 0.5) / 2.5)
    assert meaning(challenge, np.zeros((2, 0))) is None


def test_essential_needs_count_twice() -> None:
    challenge = a_challenge(
        [(a_passage("need", "a", item_id=1), unit(1, 0, 0)), (a_passage("need", "b", item_id=2), unit(1, 0, 0))],
        needs=[(1, True), (2, False)],
    )
    strengths = need_strengths(challenge, np.array([[0.9, 0.3], [0.0, 0.3]]))

    assert strengths == {1: 0.9, 2: 0.3}
    assert needs(challenge, strengths) == pytest.approx((2 * 0.9 + 0.3) / 3)
    assert needs(challenge, {}) is None


FIELDS: tuple[tuple[str, dict[str, Any], dict[str, Any], float | None], ...] = (
    ("technologies", {"technologies": {"a", "b"}}, {"technologies": {"b", "c"}}, 0.5),
    ("technologies", {"technologies": {"a"}}, {}, None),
    ("sector", {"sectors": {"a", "b"}}, {"sectors": {"b"}}, 1.0),
    ("sector", {"sectors": {"a"}}, {"sectors": {"b"}}, 0.0),
    ("maturity", {"trl": (4, 6)}, {"trls": (9, 5)}, 1.0),
    ("maturity", {"trl": (4, 6)}, {"trls": (8,)}, 0.5),
    ("maturity", {"trl": (7, 9)}, {"trls": (1,)}, 0.0),
    ("maturity", {"trl": (7, 9)}, {"trls": ()}, None),
    ("collaboration", {"collaboration": {"pilot"}}, {"collaboration": {"pilot", "licence"}}, 1.0),
    ("place", {"place": "Laval"}, {"place": "LAVAL"}, 1.0),
    ("place", {"place": "Laval"}, {"regions": {"laval"}}, 1.0),
    ("place", {"place": "Laval", "remote": True}, {"place": "Gaspé"}, 0.8),
    ("place", {"place": "Laval", "remote": False}, {"place": "Gaspé"}, 0.3),
    ("place", {"place": "Laval"}, {}, None),
    ("service_language", {"languages_of_service": {"fr", "en"}}, {"languages_of_service": {"en"}}, 0.5),
    ("budget", {"budget": (50, 100)}, {"budget": (80, 200)}, 1.0),
    ("budget", {"budget": (None, 100)}, {"budget": (200, None)}, 0.5),
    ("budget", {"budget": (400, None)}, {"budget": (None, 100)}, 0.25),
    ("budget", {"budget": None}, {"budget": (None, 100)}, None),
)


@pytest.mark.parametrize(("name", "wanted", "offered", "expected"), FIELDS)
def test_fields_that_are_filled_in(
    name: str, wanted: dict[str, Any], offered: dict[str, Any], expected: float | None
) -> None:
    challenge = replace(a_challenge([]), **_frozen(wanted))
    firm = replace(a_firm([]), **_frozen(offered))

    found = structured(challenge, firm)[name]

    assert found == (None if expected is None else pytest.approx(expected))


def test_nothing_filled_in_is_unknown_everywhere() -> None:
    assert set(structured(a_challenge([]), a_firm([])).values()) == {None}
    assert WEIGHTS.version == "test"


def _frozen(values: dict[str, Any]) -> dict[str, Any]:
    return {name: frozenset(value) if isinstance(value, set) else value for name, value in values.items()}
