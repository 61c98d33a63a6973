from __future__ import annotations

import time

import pytest

from indexing.spelling import Vocabulary, correct
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
