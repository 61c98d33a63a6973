from __future__ import annotations

import pytest

from indexing.families import MOST_RELATIVES, relatives
from indexing.lexicon import load_lexicon
from indexing.query import words_of
from matching.model import Language

TABLE: dict[tuple[str, Language], list[tuple[str, float]]] = {
    ("certif", "fr"): [("certif", 0.9)],
    ("certif", "en"): [("certificat", 0.3), ("certif", 0.3), ("attest", 0.4)],
    ("attendr", "fr"): [("wait", 0.1)],
    ("wait", "en"): [("attent", 0.2)],
}


def translate(token: str, language: Language) -> list[tuple[str, float]]:
    return TABLE.get((token, language), [])


def test_a_relative_shares_a_translation_and_begins_alike() -> None:
    (found,) = relatives("certif", translate)

    assert found == ("certificat", pytest.approx(0.54))  # attest means the same and begins otherwise


def test_what_hardly_ever_comes_back_is_no_relative() -> None:
    assert relatives("attendr", translate) == []


def test_a_french_word_is_looked_for_by_its_family_too_and_an_english_one_is_not() -> None:
    (french,) = words_of("certification", "fr", translate)
    (english,) = words_of("certification", "en", translate)

    weights = {(token.language, token.text): token.weight for token in french.tokens}
    assert weights["fr", "certif"] == 1.0 > weights["fr", "certificat"] > 0.0
    assert ("en", "certifi") not in {(token.language, token.text) for token in english.tokens}


def test_the_shipped_lexicon_knows_families() -> None:
    translations = load_lexicon().translations
    found = {token: [relative for relative, _ in relatives(token, translations)] for token in ("certif", "etiquet")}

    assert found["certif"][0] == "certificat"
    assert "etiquetag" in found["etiquet"]
    assert all(len(own) <= MOST_RELATIVES for own in found.values())
