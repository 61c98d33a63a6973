from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.analysis import LONGEST_TOKEN, analyse, fold, words
from matching.model import Language

LANGUAGES: tuple[Language, Language] = ("fr", "en")
ANY_TEXT = st.text(st.characters(), max_size=300)


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("hôpital", "HÔPITAUX", "fr"),
        ("énergétique", "energetiques", "fr"),
        ("l’efficacité", "efficacité", "fr"),
        ("qu'un capteur", "capteurs", "fr"),
        ("aujourd'hui les réseaux", "réseau", "fr"),
        ("cœur", "coeur", "fr"),
        ("enjeux", "enjeu", "fr"),
        ("emplois", "emploi", "fr"),
        ("matériaux", "matériau", "fr"),
        ("travaux", "travail", "fr"),
        ("contenus", "contenues", "fr"),
        ("inclus", "incluse", "fr"),
        ("québécois", "québécoises", "fr"),
        ("e\u0301nergie", "énergie", "fr"),
        ("in\u00adtelligent", "intelligent", "fr"),
        ("failures", "failure", "en"),
        ("the sensor's", "sensors", "en"),
        ("don't scan", "scanning", "en"),
        ("U.S.A.", "usa", "en"),
        ("ﬁnance", "finance", "en"),
    ],
)
def test_forms_of_one_word_have_one_token(one: str, other: str, language: Language) -> None:
    assert analyse(one, language) == analyse(other, language) != []


@pytest.mark.parametrize("text", ["le la les", "l'", "qu'il", "des", "", "  ", "!?", "\x00", "’"])
def test_french_stop_words_and_signs_leave_nothing(text: str) -> None:
    assert analyse(text, "fr") == []


def test_acronyms_that_look_like_stop_words_are_kept_in_capitals() -> None:
    assert analyse("IT is it", "en") == ["it"]
    assert analyse("l'AI a un SI", "fr") == ["ai", "si"]


def test_names_with_signs_stay_whole() -> None:
    assert analyse("C++ C# R&D AT&T 5G", "en") == ["c++", "c#", "r&d", "at&t", "5g"]


def test_words_that_differ_stay_apart() -> None:
    assert analyse("poste", "fr") != analyse("pompe", "fr")
    assert analyse("C", "en") != analyse("C++", "en")


@given(ANY_TEXT)
def test_every_text_has_tokens_that_engines_can_hold(text: str) -> None:
    for language in LANGUAGES:
        tokens = analyse(text, language)

        assert all(token and len(token) <= LONGEST_TOKEN and token.split() == [token] for token in tokens)
        assert all(token.isprintable() for token in tokens)
        "".join(tokens).encode()


@given(ANY_TEXT)
def test_words_stand_where_they_say_and_have_the_tokens_of_the_analysis(text: str) -> None:
    for language in LANGUAGES:
        spans = words(text, language)

        assert [span.token for span in spans if span.token] == analyse(text, language)
        assert all(0 <= span.start < span.end <= len(text) for span in spans)
        assert all(a.end <= b.start for a, b in itertools.pairwise(spans))


@given(ANY_TEXT)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_word_of_a_megabyte_is_cut() -> None:
    (token,) = analyse("a" * 1_000_000, "fr")

    assert len(token) <= LONGEST_TOKEN
