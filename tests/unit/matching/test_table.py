from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from indexing.weights import load_weights
from matching.errors import DimensionMismatch
from matching.model import ChallengeSide, FirmSide, Language
from matching.scoring import score_firms, scores_of
from matching.table import MARGIN, FirmTable
from matching.words import Statistics, bags_of
from tests.unit.matching.sides import WEIGHTS, a_challenge, a_firm, a_passage, unit

WORDS = tuple(f"{letter}{number}" for letter in "abcdefgh" for number in range(12))
CODES = ("gis", "payroll", "iot", "vision", "cloud")


def test_totals_are_the_scores_within_the_margin() -> None:
    dice = random.Random(7)
    firms = [_firm(dice, number) for number in range(60)]
    statistics = _statistics(firms)
    table = FirmTable(firms)

    for number in range(40):
        challenge = _challenge(dice, number)
        totals = table.totals(challenge, statistics, load_weights())
        scores = [one.score for one in score_firms(challenge, firms, statistics, load_weights())]
        np.testing.assert_allclose(totals, scores, atol=MARGIN)
        assert scores_of(challenge, firms, statistics, load_weights()) == scores


def test_totals_count_translations_as_scores_do() -> None:
    dice = random.Random(3)
    firms = [_firm(dice, number) for number in range(30)]
    statistics = _statistics(firms)

    def translate(token: str, language: Language) -> Sequence[tuple[str, float]]:
        return [(WORDS[(WORDS.index(token) + step) % len(WORDS)], 0.5 / step) for step in (1, 2)]

    for number in range(20):
        challenge = _challenge(dice, number)
        totals = FirmTable(firms).totals(challenge, statistics, WEIGHTS, translate)
        scores = [one.score for one in score_firms(challenge, firms, statistics, WEIGHTS, translate)]
        np.testing.assert_allclose(totals, scores, atol=MARGIN)


def test_a_table_without_firms_and_a_challenge_without_texts_have_totals_too() -> None:
    empty = a_challenge([])
    firm = a_firm([])

    assert FirmTable([]).totals(_challenge(random.Random(1), 1), Statistics.of("1", []), WEIGHTS).shape == (0,)
    assert FirmTable([firm]).totals(empty, Statistics.of("1", []), WEIGHTS).tolist() == [0.0]


def test_vectors_of_two_encoders_are_refused() -> None:
    challenge = a_challenge([(a_passage("title", "a1"), unit(1, 0))])
    table = FirmTable([a_firm([(a_passage("offer", "a1"), unit(1, 0, 0))])])

    with pytest.raises(DimensionMismatch):
        table.totals(challenge, Statistics.of("1", []), WEIGHTS)


def _challenge(dice: random.Random, number: int) -> ChallengeSide:
    fields = ["title", "teaser", "problem", "background"]
    passages = [_passage(dice, field) for field in fields[: dice.randint(0, 4)]]
    needs = [(11, True), (12, False)][: dice.randint(0, 2)]
    passages += [_passage(dice, "need", item_id=key) for key, _ in needs]
    return a_challenge(passages, needs, id=number, **_common(dice) | _of_challenge(dice))


def _of_challenge(dice: random.Random) -> dict[str, Any]:
    low = dice.randint(1, 9)
    return {
        "trl": dice.choice([None, (low, min(9, low + 2))]),
        "remote": dice.choice([None, True, False]),
        "budget": dice.choice([None, (None, 50_000), (20_000, 80_000)]),
    }


def _firm(dice: random.Random, number: int) -> FirmSide:
    passages = [_passage(dice, dice.choice(["summary", "offer"])) for _ in range(dice.randint(0, 4))]
    own: dict[str, Any] = {
        "trls": tuple(dice.sample(range(1, 10), dice.randint(0, 3))),
        "regions": frozenset(dice.sample(["Montréal", "laval", "Québec"], dice.randint(0, 2))),
        "budget": dice.choice([None, (60_000, None), (1_000, 30_000)]),
    }
    return a_firm(passages, id=number, **_common(dice) | own)


def _common(dice: random.Random) -> dict[str, Any]:
    sets = {
        name: frozenset(dice.sample(CODES, dice.randint(0, 3)))
        for name in ("technologies", "sectors", "collaboration", "languages_of_service")
    }
    return {"place": dice.choice([None, "montréal", "Laval"]), **sets}


def _passage(dice: random.Random, field: str, **more: Any) -> tuple[Any, Sequence[float]]:
    text = " ".join(dice.choices(WORDS, k=dice.randint(0, 25)))
    language = dice.choice(["fr", "en"])
    return a_passage(field, text, language, **more), unit(*(dice.gauss(0.4, 1) for _ in range(8)))


def _statistics(firms: Sequence[FirmSide]) -> Statistics:
    return Statistics.of("1", (bags_of(firm.passages, firm.tokens) for firm in firms))
