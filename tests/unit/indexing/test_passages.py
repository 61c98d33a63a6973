from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from indexing.definitions import SCHEMA
from indexing.passages import MAXIMUM_CHARACTERS, FieldText, passages_of, sentences, split_text
from indexing.query import LANGUAGES

TEXT = st.text(st.sampled_from("abÉé .!?…\n\t«»\"'-•1"), max_size=3000)


@given(TEXT)
def test_the_text_of_a_passage_is_what_stands_at_its_place(text: str) -> None:
    for passage in split_text(FieldText("problem", "fr", text)):
        assert text[passage.start : passage.end] == passage.text
        assert 0 < len(passage.text) <= MAXIMUM_CHARACTERS
        assert passage.text == passage.text.strip()


@given(TEXT)
def test_passages_cover_every_letter_in_order_without_overlap(text: str) -> None:
    passages = split_text(FieldText("problem", "fr", text))

    assert all(a.end <= b.start for a, b in itertools.pairwise(passages))
    covered = {place for passage in passages for place in range(passage.start, passage.end)}
    assert all(text[place].isspace() for place in range(len(text)) if place not in covered)


def test_sentences_end_at_signs_and_line_breaks() -> None:
    text = "Un essai. « Deux » ! Trois ?\nquatre 3.5 m\n\n- cinq"

    assert [text[a:b] for a, b in sentences(text)] == ["Un essai.", "« Deux » !", "Trois ?", "quatre 3.5 m", "- cinq"]


def test_short_sentences_share_a_passage_and_long_ones_do_not() -> None:
    short, long = "Un court essai. " * 5, "Un essai " + "très " * 60 + "long. "

    assert len(split_text(FieldText("problem", "fr", short))) == 1
    assert len(split_text(FieldText("problem", "fr", long * 6))) == 3


def test_a_french_passage_holds_more_characters_because_french_needs_more_for_the_same() -> None:
    sentence = "Une phrase de cinquante lettres et de huit mots. "

    french, english = (split_text(FieldText("problem", language, sentence * 30)) for language in ("fr", "en"))

    assert len(french) < len(english)
    assert all(len(passage.text) >= 500 for passage in french[:-1])
    assert all(350 <= len(passage.text) < 500 for passage in english[:-1])


def test_keys_name_field_item_language_and_number_and_are_unique() -> None:
    sources = [
        FieldText("need", "fr", "Un besoin.", 12),
        FieldText("need", "en", "A need.", 12),
        FieldText("problem", "fr", "Phrase assez longue pour remplir un passage entier. " * 20),
    ]

    keys = [passage.key for passage in passages_of(sources)]

    assert keys[:2] == ["need.12.fr.0", "need.12.en.0"]
    assert keys[2:4] == ["problem.fr.0", "problem.fr.1"]
    assert len(set(keys)) == len(keys)


def test_a_text_that_comes_to_be_cut_otherwise_asks_for_another_schema() -> None:
    """Indexes are told apart by the schema: whoever mends the numbers here raises `SCHEMA` too."""
    text = "".join(f"Phrase {'très ' * (number % 7)}numéro {number}. " for number in range(60)) + "mot " * 400

    cut = {
        language: [len(one.text) for one in split_text(FieldText("problem", language, text))] for language in LANGUAGES
    }

    lengths = {"fr": [520, 532, 504, 347, 896, 735], "en": [360, 362, 372, 380, 359, 68, 896, 735]}
    assert (SCHEMA, cut) == (4, lengths)


def test_what_is_not_public_gives_no_passage() -> None:
    assert passages_of([FieldText("problem", "fr", "Secret.", tier="confidential")]) == ()


def test_ten_megabytes_of_text_are_split_in_reasonable_time() -> None:
    assert len(split_text(FieldText("problem", "fr", "mot " * 250_000))) > 1000
    assert len(split_text(FieldText("problem", "fr", "a" * 1_000_000))) > 1000
    assert len(split_text(FieldText("problem", "fr", " \n" * 200_000))) == 0
