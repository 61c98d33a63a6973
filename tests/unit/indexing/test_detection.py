from __future__ import annotations

import pytest

from indexing.detection import detect, query_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Réduire les temps d'attente des autobus en hiver", "fr"),
        ("Reducing the waiting time of buses in winter", "en"),
        ("surveillance de la qualite de l'eau", "fr"),
        ("water quality monitoring for small towns", "en"),
    ],
)
def test_a_sentence_shows_its_language_whatever_the_page(text: str, language: str) -> None:
    assert query_language(text, "fr") == query_language(text, "en") == language


@pytest.mark.parametrize("text", ["IoT", "", "42", "!!", "\ud800", "\x00"])
def test_what_belongs_to_no_language_keeps_that_of_the_page(text: str) -> None:
    assert query_language(text, "fr") == "fr"
    assert query_language(text, "en") == "en"


def test_nothing_to_go_by_is_told() -> None:
    assert detect("12 345 $") == (None, 0.0)
    assert detect("a" * 10_000_000)[0] in ("fr", "en")
