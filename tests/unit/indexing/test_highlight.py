from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexing.analysis import analyse
from indexing.highlight import LENGTH, highlight, snippet

TEXT = st.text(st.sampled_from("pompe àé'’.-<>&\n chaleur"), max_size=800)
TOKENS = {"fr": analyse("pompes chaleur", "fr")}


def test_every_form_of_a_word_is_marked() -> None:
    pieces = highlight("Les pompes à chaleur d’une Pompe.", "fr", TOKENS)

    assert [piece.text for piece in pieces if piece.marked] == ["pompes", "chaleur", "Pompe"]


def test_the_elided_article_is_not_marked() -> None:
    pieces = highlight("l’énergie", "fr", {"fr": analyse("énergie", "fr")})

    assert [(piece.text, piece.marked) for piece in pieces] == [("l’", False), ("énergie", True)]


def test_tokens_of_the_other_language_mark_nothing() -> None:
    assert not any(piece.marked for piece in highlight("pompe", "en", {"fr": ["pomp"]}))


@given(TEXT)
def test_the_pieces_are_the_whole_text(text: str) -> None:
    assert "".join(piece.text for piece in highlight(text, "fr", TOKENS)) == text


@given(TEXT)
def test_a_snippet_is_a_stretch_of_the_text_and_not_too_long(text: str) -> None:
    shown = "".join(piece.text for piece in snippet(text, "fr", TOKENS))

    assert shown.removeprefix("… ").removesuffix(" …") in text
    assert len(shown) <= LENGTH + 4


def test_a_snippet_shows_the_words_however_far_they_stand() -> None:
    text = "Rien ici. " * 100 + "Une pompe à chaleur. " + "Rien non plus. " * 100

    pieces = snippet(text, "fr", TOKENS)

    assert {piece.text for piece in pieces if piece.marked} == {"pompe", "chaleur"}
    assert pieces[0].text.startswith("… ")
    assert pieces[-1].text.endswith(" …")


def test_a_snippet_without_a_word_is_the_beginning() -> None:
    assert snippet("Rien ici. " * 100, "fr", {})[0].text.startswith("Rien ici.")
