from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.analysis import analyse
from indexing.query import (
    LONGEST_QUERY,
    MOST_EXCLUDED,
    MOST_PAIRS,
    MOST_PHRASES,
    MOST_TOKENS,
    ParsedQuery,
    minimum_words,
    pairs_of,
    parse,
    phrases_of,
    words_left_out,
    words_of,
)

TYPED = st.text(st.one_of(st.sampled_from("\"“”«»-' aébc"), st.characters()), max_size=200)


@pytest.mark.parametrize(
    ("typed", "parsed"),
    [
        ("pompe à chaleur", ParsedQuery("pompe à chaleur")),
        ('"temps réel" autobus', ParsedQuery("autobus", ("temps réel",))),
        ("« temps réel »", ParsedQuery("", ("temps réel",))),
        ("“real time”", ParsedQuery("", ("real time",))),
        ("autobus -train", ParsedQuery("autobus", (), ("train",))),
        ('autobus -"temps réel"', ParsedQuery("autobus", (), ("temps réel",))),
        ("Saint-Jean porte-à-porte", ParsedQuery("Saint-Jean porte-à-porte")),
        ("5 - 3", ParsedQuery("5 - 3")),
        ('"sans fin', ParsedQuery("sans fin")),
        ('""', ParsedQuery("")),
        ('"  "', ParsedQuery("")),
        ('"  x  "', ParsedQuery("", ("x",))),
        ("", ParsedQuery("")),
    ],
)
def test_what_is_typed_is_understood(typed: str, parsed: ParsedQuery) -> None:
    assert parse(typed) == parsed


@given(TYPED)
def test_every_text_is_a_query(typed: str) -> None:
    parsed = parse(typed)
    found = words_of(" ".join((parsed.free, *parsed.phrases)), "fr")

    assert all(phrase.strip() for phrase in (*parsed.phrases, *parsed.excluded))
    assert all(word.tokens for word in found)
    assert all(tokens for phrase in phrases_of(parsed.excluded) for _, tokens in phrase.alternatives)
    assert 0 <= minimum_words(len(found)) <= max(len(found), 3)


@pytest.mark.parametrize("typed", ['"' + " " * 20_000, '"x' + " " * 20_000, "«" * 20_000, "-" * 20_000, '"a ' * 7000])
def test_no_text_takes_long(typed: str) -> None:
    start = time.perf_counter()

    parse(typed)

    assert time.perf_counter() - start < 1


def test_a_query_of_thousands_of_words_stays_within_what_engines_take() -> None:
    long = " ".join(f"mot{n}" for n in range(4000))
    parsed = parse(" ".join((*(f'"a{n} b"' for n in range(90)), *(f"-c{n}" for n in range(90)))))

    assert sum(len(word.tokens) for word in words_of(long, "fr")) <= MOST_TOKENS
    assert (len(parsed.phrases), len(parsed.excluded)) == (MOST_PHRASES, MOST_EXCLUDED)
    assert len(parse("a" * 10**6).free) == LONGEST_QUERY


def test_a_long_text_keeps_its_most_frequent_words() -> None:
    text = " ".join(f"mot{n}" for n in range(4000)) + " capteur capteur"

    first = words_of(text, "fr")[0]

    assert {token.text for token in first.tokens} == {"capteur"}
    assert first.tokens[0].weight == 2


def test_a_word_is_looked_for_in_both_languages_with_its_translations() -> None:
    (word,) = words_of("capteurs", "fr", lambda token, _l: [("sensor", 0.7)] if token == "capteur" else [])

    assert {(token.language, token.text, token.weight) for token in word.tokens} == {
        ("fr", "capteur", 1.0),
        ("en", "capteur", 1.0),
        ("en", "sensor", 0.7),
    }


def test_a_phrase_of_stop_words_only_is_left_out() -> None:
    assert phrases_of(["de la"])[0:1] != ()  # words of the other language
    assert phrases_of(["", "!"]) == ()


@pytest.mark.parametrize(("count", "minimum"), [(0, 0), (1, 1), (2, 2), (3, 2), (5, 3), (6, 3), (60, 3)])
def test_all_of_two_words_most_of_a_few_and_some_of_many_are_needed(count: int, minimum: int) -> None:
    assert minimum_words(count) == minimum


def test_what_a_long_query_has_no_room_for_is_named_as_it_was_typed() -> None:
    parsed = parse(" ".join([f'"phrase {n}"' for n in range(22)] + [f"-mot{n}" for n in range(31)]))
    text = " ".join(f"Mot{n}" for n in range(500))

    left = words_left_out(text, "fr", words_of(text, "fr"))

    assert parsed.left_out == ("phrase 20", "phrase 21", "-mot30")
    assert left
    assert len(left) + len(words_of(text, "fr")) == 500
    assert set(left) <= set(text.split())
    assert words_left_out("deux mots", "fr", words_of("deux mots", "fr")) == ()


def test_pairs_are_the_words_that_follow_each_other_once_the_stop_words_are_gone() -> None:
    found = pairs_of("l'éclairage des rues, éclairage des rues la nuit", "fr")

    assert [(pair.first, pair.second) for pair in found] == [
        (analyse("éclairage", "fr")[0], analyse("rues", "fr")[0]),
        (analyse("rues", "fr")[0], analyse("éclairage", "fr")[0]),
        (analyse("rues", "fr")[0], analyse("nuit", "fr")[0]),
    ]
    assert pairs_of("bus bus", "en") == ()
    assert len(pairs_of(" ".join(f"mot{n}" for n in range(4000)), "fr")) == MOST_PAIRS
