from __future__ import annotations

from indexing.alignment import align
from indexing.analysis import analyse
from indexing.lexicon import RULES, Lexicon, load_lexicon
from indexing.lexicon_entries import Entry, Term, pack_entries, read_entries, terms_of
from indexing.lexicon_learning import learn

ENTRIES = [
    Entry("chaleur", "heat", 20.0, 0.9, 0.4),
    Entry("pompe", "pump", 10.0, 0.9, 0.6),
    Entry("pompes", "pumps", 5.0, 0.8, 0.7),
    Entry("à", "to", 900.0, 0.6, 0.5),
    Entry("a", "has", 300.0, 0.7, 0.5),
    Entry("eau", "water", 100.0, 0.9, 0.9),
    Entry("potable", "drinking", 10.0, 0.6, 0.9),
    Entry("eau potable", "drinking water", 8.0, 0.9, 1.0),
]
SENTENCES = [
    ("la pompe bleue", "the blue pump"),
    ("la pompe rouge", "the red pump"),
    ("une maison bleue", "a blue house"),
    ("une maison rouge", "a red house"),
    ("la maison", "the house"),
    ("une pompe", "a pump"),
    ("pompe", "pump"),
    ("maison", "house"),
    ("bleue", "blue"),
    ("rouge", "red"),
]
PAIRS = [(french.split(), english.split()) for french, english in SENTENCES] * 4


def test_a_french_text_is_glossed_word_by_word_and_terms_as_a_whole() -> None:
    lexicon = Lexicon(ENTRIES, "x")

    assert lexicon.gloss("L'eau potable a la pompe") == "drinking water has la pump"


def test_names_numbers_and_words_of_english_pass_untouched() -> None:
    lexicon = Lexicon(ENTRIES, "x")

    assert lexicon.gloss("Kubernetes et machine learning, 2024") == "Kubernetes et machine learning , 2024"


def test_a_text_without_accents_gets_the_gloss_of_the_accented_word() -> None:
    lexicon = Lexicon([Entry("énergie", "energy", 50.0, 0.9, 0.9)], "x")

    assert lexicon.gloss("energie") == "energy"


def test_a_form_that_the_table_lacks_gets_the_gloss_of_its_stem() -> None:
    lexicon = Lexicon([Entry("capteur", "sensor", 50.0, 0.9, 0.9)], "x")

    assert lexicon.gloss("des capteurs") == "des sensor"


def test_labels_of_the_taxonomy_are_laid_over_the_table_and_acronyms_cross() -> None:
    entry = {
        "label_fr": "Intelligence artificielle",
        "label_en": "Artificial intelligence",
        "synonyms_fr": ["IA", "systèmes intelligents"],
        "synonyms_en": ["AI", "intelligent systems"],
    }
    lexicon = Lexicon(ENTRIES, "x", terms_of([entry]))

    assert lexicon.gloss("l’intelligence artificielle et l’IA") == "artificial intelligence et AI"
    assert dict(lexicon.translations("ia", "fr")) == {"ai": 1.0}
    assert dict(lexicon.translations("ai", "en")) == {"ia": 1.0}


def test_acronyms_with_a_small_letter_cross_and_keep_those_in_capitals_apart() -> None:
    entry = {
        "label_fr": "Internet des objets",
        "label_en": "Internet of things",
        "synonyms_fr": ["IdO", "RCSF"],
        "synonyms_en": ["WSN", "IoT"],
    }
    lexicon = Lexicon([], "x", terms_of([entry]))

    assert dict(lexicon.translations("ido", "fr")) == {"iot": 1.0}
    assert dict(lexicon.translations("wsn", "en")) == {"rcsf": 1.0}
    assert lexicon.gloss("capteurs IdO") == "capteurs iot"


def test_translations_are_analysed_tokens_with_their_probability() -> None:
    lexicon = Lexicon([*ENTRIES, Entry("chaleurs", "warmth", 5.0, 0.2, 0.9)], "x")

    assert lexicon.translations("chaleur", "fr") == (("heat", 0.8), ("warmth", 0.2))
    assert lexicon.translations("heat", "en") == (("chaleur", 1.0),)
    assert lexicon.translations("unheard", "en") == ()


def test_a_term_of_the_lexicon_changes_the_gloss_and_not_the_identity() -> None:
    plain, overlaid = Lexicon(ENTRIES, "x"), Lexicon(ENTRIES, "x", [Term("pompe à chaleur", "heat pump")])

    assert plain.gloss("pompe à chaleur") == "pump to heat"
    assert overlaid.gloss("pompe à chaleur") == "heat pump"
    assert plain.identity == overlaid.identity


def test_whoever_changes_how_a_gloss_is_made_is_told_to_raise_the_number_of_the_rules() -> None:
    """The identity has that number in it: without it an index made before would pass for one made now."""
    text = "À Nordet, l'EAU potable a des POMPES; l’eau chaleureuse, potables. Pompé à Potable. Eau, potable"
    text += "; pompe à chaleur"

    glosses = {RULES: Lexicon(ENTRIES, "x", [Term("pompe à chaleur", "heat pump")]).gloss(text)}

    assert glosses == {
        b"2": "to Nordet , drinking water has des pumps ; water heat , drinking . Pompé to drinking . water , drinking"
        " ; heat pump"
    }


def test_alignment_pairs_words_that_stand_for_each_other() -> None:
    aligned = align(PAIRS)

    counts = zip(*aligned.pairs, aligned.counts, strict=True)
    best = {aligned.first[one]: aligned.second[other] for one, other, count in counts if count > 4.0}
    assert best == {"pompe": "pump", "maison": "house", "bleue": "blue", "rouge": "red", "la": "the", "une": "a"}


def test_a_table_is_learned_from_sentences_with_the_order_of_terms_mended() -> None:
    entries = {entry.french: entry.english for entry in learn(PAIRS)}

    assert entries["pompe"] == "pump"
    assert entries["pompe bleue"] == "blue pump"


def test_a_written_table_reads_back_as_it_was() -> None:
    assert read_entries(pack_entries(ENTRIES)) == ENTRIES
    assert pack_entries(ENTRIES) == pack_entries(ENTRIES)


def test_the_shipped_table_knows_words_of_the_verticals() -> None:
    lexicon = load_lexicon()

    assert lexicon.gloss("déchets, santé et réseau") == "waste , health and network"
    (hospital,) = analyse("hospital", "en")
    assert lexicon.translations(hospital, "en")[0][0] == analyse("hôpital", "fr")[0]
