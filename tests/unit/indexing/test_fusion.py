from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexing.fusion import (
    LONG_QUERY,
    MEANING_SHARE_OF_LONG,
    MEANING_SHARES,
    NEARBY,
    Fused,
    fuse,
    share_of_meaning,
    with_neighbours,
)
from matching.model import Floats

SCORES = st.dictionaries(st.integers(0, 30).map(str), st.floats(-1, 50), max_size=12)


@given(SCORES, SCORES)
def test_every_hit_is_there_once_best_first_between_nothing_and_one(
    words: dict[str, float], meaning: dict[str, float]
) -> None:
    fused = fuse(words, meaning)

    assert sorted(one.id for one in fused) == sorted(words.keys() | meaning.keys())
    assert [one.score for one in fused] == sorted((one.score for one in fused), reverse=True)
    assert all(-1e-9 <= one.score <= 1 + 1e-9 for one in fused)


def test_what_both_find_comes_before_what_one_finds() -> None:
    fused = fuse({"1": 9.0, "2": 8.9, "9": 1.0}, {"2": 0.9, "3": 0.91, "9": 0.1})

    assert fused[0].id == "2"
    assert (fused[0].words, fused[0].meaning) == (8.9, 0.9)


def test_one_side_alone_keeps_its_order_and_equals_come_by_number() -> None:
    assert [one.id for one in fuse({"10": 1.0, "9": 1.0, "2": 5.0}, {})] == ["2", "9", "10"]
    assert [one.id for one in fuse({}, {"b": 0.2, "a": 0.9})] == ["a", "b"]
    assert fuse({}, {}) == []


def test_meaning_decides_where_its_best_hit_stands_out_and_words_where_all_are_alike() -> None:
    words = {"by words": 9.0, "by meaning": 1.0}

    alike = fuse(words, {"by meaning": 0.70, "by words": 0.60})
    apart = fuse(words, {"by meaning": 0.70, "by words": 0.01})

    assert [one.id for one in alike] == ["by words", "by meaning"]
    assert [one.id for one in apart] == ["by meaning", "by words"]


@given(SCORES, st.integers(0, 500))
def test_meaning_counts_within_its_bounds_and_little_in_a_long_query(meaning: dict[str, float], words: int) -> None:
    low, high = MEANING_SHARES

    assert MEANING_SHARE_OF_LONG - 1e-9 <= share_of_meaning(meaning, words) <= high
    assert low <= share_of_meaning(meaning, 0)
    assert abs(share_of_meaning(meaning, LONG_QUERY) - MEANING_SHARE_OF_LONG) < 1e-9


def test_of_two_equals_the_one_that_is_like_the_best_comes_first() -> None:
    fused = [_hit("1", 0.9), _hit("2", 0.5), _hit("3", 0.5)]
    vectors = {"1": _at(0), "2": _at(80), "3": _at(10)}

    assert [one.id for one in with_neighbours(fused, vectors)] == ["1", "3", "2"]


def test_a_result_that_is_sure_by_itself_stays_whatever_stands_around_it() -> None:
    fused = [_hit("1", 1.0), *(_hit(str(n), 0.8) for n in range(2, 9))]
    vectors = {"1": _at(0)} | {str(n): _at(80 + n) for n in range(2, 9)}

    assert with_neighbours(fused, vectors)[0] == fused[0]


def test_results_without_a_vector_and_those_far_down_keep_their_score_and_nothing_is_lost() -> None:
    fused = [_hit(str(n), 1.0 - n / 200) for n in range(NEARBY + 20)]
    vectors = {str(n): _at(n) for n in range(NEARBY + 20) if n != 7}
    moved = with_neighbours(fused, vectors)

    assert sorted(one.id for one in moved) == sorted(one.id for one in fused)
    assert moved[NEARBY:] == fused[NEARBY:]
    assert {one.id: one for one in moved}["7"] == fused[7]
    assert with_neighbours(fused, {}) == fused
    assert with_neighbours([], vectors) == []


def _hit(key: str, score: float) -> Fused:
    return Fused(key, score, score, score)


def _at(degrees: float) -> Floats:
    """A vector of length 1 in this direction."""
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], dtype=np.float32)
