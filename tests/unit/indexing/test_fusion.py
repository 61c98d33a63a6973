from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexing.fusion import fuse

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
