from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import DamerauLevenshtein

from indexing.analysis import fold
from indexing.spelling import TWO_EDITS_FROM, Vocabulary, correct
from matching.model import Language

VOCABULARY = Vocabulary(
    {
        "énergie": 9,
        "énergétique": 3,
        "capteurs": 5,
        "capteur": 3,
        "capture": 2,
        "hôpital": 4,
        "sensors": 6,
        "network": 3,
        "cyber": 1,
        "gaz": 8,
    }
)


@pytest.mark.parametrize(
    ("typed", "language", "corrected"),
    [
        ("enregie", "fr", "énergie"),
        ("capteru", "fr", "capteur"),
        ("netwrok sensors", "en", "network sensors"),
        ("hopitl de Laval", "fr", "hôpital de Laval"),
        ("énergies", "fr", None),  # another form of a known word
        ("HOPITAL", "fr", None),
        ("gas", "fr", None),  # too short to be sure
        ("zzzzzzzz", "fr", None),
        ("", "fr", None),
        ("42 x7y9z", "fr", None),
    ],
)
def test_unknown_words_are_corrected_to_the_nearest_known_one(
    typed: str, language: Language, corrected: str | None
) -> None:
    assert correct(typed, language, VOCABULARY) == corrected


def test_completions_come_most_frequent_first_whatever_the_accents() -> None:
    assert VOCABULARY.completions("ener", 5) == ["énergie", "énergétique"]
    assert VOCABULARY.completions("CAP", 1) == ["capteurs"]
    assert VOCABULARY.completions("", 5) == []
    assert VOCABULARY.completions("xyz", 5) == []


def test_a_text_of_thousands_of_unknown_words_does_not_take_long() -> None:
    many = Vocabulary(
        {f"{a}{b}{c}{d}erie": 1 for a in "abcdefghij" for b in "klmnopqrst" for c in "uvwxyzabcd" for d in "efghijklmn"}
    )
    text = " ".join(f"zz{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}kkkk" for n in range(2500))
    start = time.perf_counter()

    correct(text, "fr", many)

    assert time.perf_counter() - start < 5


@given(st.sets(st.text("abcdeéz", min_size=1, max_size=9), max_size=60), st.text("abcdeéz", min_size=4, max_size=9))
@settings(max_examples=200, deadline=None)
def test_the_nearest_word_is_the_one_that_comparing_all_words_finds(known: set[str], typed: str) -> None:
    vocabulary = Vocabulary(dict.fromkeys(known, 1))
    edits = 2 if len(fold(typed)) >= TWO_EDITS_FROM else 1
    distances = {word: DamerauLevenshtein.distance(fold(word), fold(typed)) for word in known}
    near = sorted((distance, fold(word)) for word, distance in distances.items() if distance <= edits)

    found = vocabulary.correction(typed)

    assert (fold(found) if found else None) == (near[0][1] if near else None)


def test_a_vocabulary_that_follows_another_is_the_same_as_one_made_anew() -> None:
    before = Vocabulary({"capteur": 3, "Réseau": 1, "drone": 2})
    counts = {"capteurs": 1, "Réseau": 4, "drone": 2}

    after, anew = Vocabulary(counts, before), Vocabulary(counts)

    for word in ("capteur", "capteurs", "reseau", "dronne", "drones"):
        assert after.knows(word, "fr") == anew.knows(word, "fr")
        assert after.correction(word) == anew.correction(word)
    assert after.completions("r", 5) == ["Réseau"]


def test_a_word_that_has_a_translation_is_not_corrected_though_no_text_holds_it() -> None:
    vocabulary = Vocabulary({"reseat": 1})

    assert correct("réseau", "fr", vocabulary) == "reseat"
    assert correct("réseau", "fr", vocabulary, lambda token, _: [("network", 0.9)] if token == "reseau" else []) is None


def test_a_typing_error_with_the_stem_of_another_language_is_corrected() -> None:
    vocabulary = Vocabulary({"déneigement": 4, "pistes": 2})

    assert correct("deneigment des pistes", "fr", vocabulary) == "déneigement des pistes"
