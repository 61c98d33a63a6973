from __future__ import annotations

import pytest

from matching.measures import by_query, means, ranked

JUDGED = {"q1": {"a": 1, "b": 0}, "q2": {"c": 2, "d": 1}}


def test_a_perfect_order_measures_one() -> None:
    run = {"q1": ranked(["a", "b"]), "q2": ranked(["c", "d"])}

    assert means(by_query(JUDGED, run)) == {"ndcg@10": 1.0, "mrr": 1.0, "recall@10": 1.0, "recall@100": 1.0}


def test_a_query_that_found_nothing_counts_as_zero() -> None:
    found = by_query(JUDGED, {"q1": ranked(["x", "a"])})

    assert found["mrr"] == {"q1": 0.5, "q2": 0.0}
    assert means(found)["mrr"] == 0.25


def test_equal_scores_keep_the_order_of_the_ranking() -> None:
    run = {"q1": ranked(["b", "a"]), "q2": ranked(["d", "c"])}

    assert by_query(JUDGED, run)["mrr"]["q1"] == 0.5


def test_the_measures_are_those_of_the_literature() -> None:
    found = by_query({"q": {"a": 1}}, {"q": ranked(["x", "y", "a"])})

    assert found["ndcg@10"]["q"] == pytest.approx(0.5)
