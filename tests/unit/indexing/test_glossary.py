from __future__ import annotations

from importlib.resources import files

import pytest

from indexing.analysis import analyse, surfaces
from indexing.glossary import laid_over, read_glossary
from indexing.lexicon import GLOSSARY, LONGEST_PHRASE, Lexicon, load_lexicon
from indexing.lexicon_entries import Entry, Term
from matching.model import Language

LEARNED = [
    Entry("hausse", "quarterly", 1.0, 0.9, 0.1),
    Entry("prêt", "loan", 400.0, 0.9, 0.9),
    Entry("terre", "land", 90.0, 0.7, 0.6),
    Entry("petites", "small", 500.0, 0.9, 0.9),
    Entry("pétition", "petition", 5.0, 0.9, 0.9),
]


def test_a_word_that_the_table_hardly_knows_is_glossed_by_hand_and_one_that_it_knows_well_is_not() -> None:
    lexicon = _lexicon("hausse\trise; increase\nprêt\tready\n")

    assert lexicon.gloss("une hausse du prêt") == "une rise du loan"


def test_a_form_that_is_not_known_takes_the_gloss_of_the_form_it_is_most_like() -> None:
    assert _lexicon("").gloss("pétitions") == "petition"


def test_a_line_that_says_so_counts_even_where_the_table_knows_the_word_well() -> None:
    assert _lexicon("prêt\tready\t!\n").gloss("prêt") == "ready"


def test_a_term_is_glossed_as_a_whole() -> None:
    lexicon = _lexicon("tremblement de terre\tearthquake\n")

    assert lexicon.gloss("tremblement de terre, terre") == "earthquake , land"


def test_every_sense_is_searched_for_the_first_one_most_and_what_was_learned_of_a_word_known_well() -> None:
    lexicon = _lexicon("hausse\trise; increase\nprêt\tready\n")

    assert dict(lexicon.translations(*_token("hausse"))) == {"rise": 0.667, "increas": 0.333}
    assert dict(lexicon.translations(*_token("prêt"))) == {"loan": 0.5, "readi": 0.5}


def test_a_synonym_that_can_be_translated_keeps_its_own_gloss_and_another_one_takes_the_label_it_stands_under() -> None:
    near = [Term("tremblement de terre", "Civil security", near=True), Term("plan rouge", "Civil security", near=True)]
    lexicon = _lexicon("tremblement de terre\tearthquake\n", *near)

    assert lexicon.gloss("tremblement de terre") == "earthquake"
    assert lexicon.gloss("plan rouge") == "civil security"


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("l’itinérance en hausse", "homelessness in increase"),
        ("tremblements de terre", "earthquakes"),
        ("Déneigement des trottoirs", "snow removal of sidewalks"),
        ("changements climatiques", "climate change"),
        ("bâtiments", "buildings"),
        ("la recherche des gestionnaires", "the research of managers"),
    ],
)
def test_everyday_words_that_laws_and_manuals_lack_are_glossed(french: str, english: str) -> None:
    assert load_lexicon().gloss(french) == english


def test_every_line_that_is_shipped_can_be_found_and_stands_there_once_in_order() -> None:
    lines = files("config").joinpath(GLOSSARY).read_text(encoding="utf-8").splitlines()
    french = [line.split("\t")[0] for line in lines]

    assert french == sorted(set(french))
    assert [key for key in french if " ".join(surfaces(key, "fr")) != key or len(key.split()) > LONGEST_PHRASE] == []
    assert [line for line in lines if not all(sense.strip() for sense in line.split("\t")[1].split("; "))] == []
    assert {tuple(line.split("\t")[2:]) for line in lines} == {(), ("!",)}


def _lexicon(glossary: str, *terms: Term) -> Lexicon:
    return Lexicon(laid_over(LEARNED, read_glossary(glossary)), "x", terms)


def _token(word: str) -> tuple[str, Language]:
    (token,) = analyse(word, "fr")
    return token, "fr"
