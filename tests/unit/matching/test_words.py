from __future__ import annotations

import json

import pytest

from matching.words import MOST_TERMS, Statistics, bags_of, coverage, query_terms
from tests.unit.matching.sides import a_challenge, a_firm, a_passage, statistics_of, unit

X = unit(1, 0, 0)
STATISTICS = statistics_of(
    {"fr": {"quai": 2, "train": 1}, "en": {"platform": 1}},
    {"fr": {"train": 3}},
    {"fr": {"train": 1, "paie": 1}},
    {"en": {"payroll": 2, "iot": 1}},
)


def test_statistics_count_documents_by_language() -> None:
    assert STATISTICS.documents == {"fr": 3, "en": 2}
    assert STATISTICS.frequencies["fr"] == {"quai": 1, "train": 3, "paie": 1}
    assert STATISTICS.lengths["fr"] == pytest.approx(8 / 3)


def test_a_rare_word_weighs_more_and_no_weight_is_negative() -> None:
    assert STATISTICS.idf("quai", "fr") > STATISTICS.idf("train", "fr") > 0
    assert STATISTICS.idf("never-seen", "fr") > STATISTICS.idf("quai", "fr")
    assert STATISTICS.idf("quai", "de") >= 0
    assert Statistics("1", {"fr": 1}, {"fr": {"x": 5}}, {}).idf("x", "fr") == 0  # counted at two moments


def test_statistics_survive_the_database() -> None:
    assert Statistics.from_json(json.loads(json.dumps(STATISTICS.as_json()))) == STATISTICS


def test_statistics_of_nothing_are_empty_and_usable() -> None:
    empty = Statistics.of("0", [])
    challenge = a_challenge([(a_passage("title", "quai"), X)])

    assert coverage(query_terms(challenge, empty), a_firm([(a_passage("offer", "quai"), X)]), empty) is not None


def test_more_of_the_challenges_words_cover_more() -> None:
    terms = query_terms(a_challenge([(a_passage("problem", "quai paie train"), X)]), STATISTICS)
    shares = [
        coverage(terms, a_firm([(a_passage("offer", text), X)]), STATISTICS)
        for text in ("vin", "train", "train quai", "train quai paie")
    ]

    assert shares == sorted(shares, key=lambda share: share or 0)
    assert shares[0] == 0
    assert all(share is not None and 0 <= share <= 1 for share in shares)


def test_sides_without_words_are_unknown() -> None:
    terms = query_terms(a_challenge([(a_passage("problem", "quai"), X)]), STATISTICS)

    assert coverage(terms, a_firm([]), STATISTICS) is None
    assert coverage({}, a_firm([(a_passage("offer", "quai"), X)]), STATISTICS) is None


def test_across_languages_names_and_translations_count() -> None:
    terms = query_terms(a_challenge([(a_passage("problem", "paie iot"), X)]), STATISTICS)
    firm = a_firm([(a_passage("offer", "payroll iot", "en"), X)])

    by_name = coverage(terms, firm, STATISTICS)
    translated = coverage(terms, firm, STATISTICS, lambda token, _l: [("payroll", 0.8)] if token == "paie" else [])

    assert by_name is not None
    assert translated is not None
    assert 0 < by_name < translated


def test_only_the_heaviest_terms_of_a_long_text_count_and_a_title_weighs_more() -> None:
    long = " ".join(f"mot{n}" for n in range(300))
    terms = query_terms(
        a_challenge([(a_passage("title", "quai"), X), (a_passage("background", long + " paie"), X)]), STATISTICS
    )

    assert len(terms["fr"]) == MOST_TERMS
    two = query_terms(a_challenge([(a_passage("title", "quai"), X), (a_passage("background", "paie"), X)]), STATISTICS)
    assert two["fr"]["quai"] > two["fr"]["paie"]


def test_a_bag_a_language() -> None:
    passages = [a_passage("offer", "a a b"), a_passage("offer", "c", "en")]

    assert bags_of(passages, [["a", "a", "b"], ["c"]]) == {"fr": {"a": 2, "b": 1}, "en": {"c": 1}}
