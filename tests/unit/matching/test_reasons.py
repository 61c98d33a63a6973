from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexing.passages import FieldText, passages_of
from matching.reasons import MOST_PASSAGE_REASONS, cite, reasons_of
from matching.scoring import score_pair
from tests.unit.matching.sides import WEIGHTS, a_challenge, a_firm, a_passage, statistics_of, unit

STATISTICS = statistics_of({"fr": {"quai": 1}})
SENTENCES = "Les quais sont bondés. " * 60


@given(st.text(alphabet=st.sampled_from("ab é.!?…\n\t«»-'"), max_size=1500))
def test_a_citation_stands_where_it_says_and_has_at_most_four_hundred_characters(text: str) -> None:
    for passage in passages_of([FieldText("problem", "fr", text)]):
        cited = cite(passage)

        assert text[cited.start : cited.end] == cited.text
        assert 0 < len(cited.text) <= 400
        assert cited.text == cited.text.strip()


def test_a_long_passage_is_cited_by_its_first_whole_sentences() -> None:
    cited = cite(a_passage("problem", SENTENCES.strip()))

    assert cited.text.endswith("bondés.")
    assert 350 < len(cited.text) <= 400


def test_a_sentence_that_is_too_long_is_cut_at_a_word() -> None:
    cited = cite(a_passage("problem", "quai " * 200))

    assert cited.text.split() == ["quai"] * len(cited.text.split())
    assert len(cited.text) > 300


def test_each_passage_is_cited_once_and_the_strongest_pair_first() -> None:
    challenge = a_challenge([(a_passage("problem", f"texte {n}"), unit(1, n, 0)) for n in range(6)])
    firm = a_firm([(a_passage("offer", f"offre {n}"), unit(1, n, 0.1)) for n in range(6)])

    reasons = [one for one in score_pair(challenge, firm, STATISTICS, WEIGHTS).reasons if one.challenge]

    assert len(reasons) == MOST_PASSAGE_REASONS
    assert [one.strength for one in reasons] == sorted((one.strength for one in reasons), reverse=True)
    for side in ("challenge", "firm"):
        cited = [getattr(one, side).text for one in reasons]
        assert len(set(cited)) == len(cited)


def test_a_need_that_is_answered_is_named_by_its_reason() -> None:
    challenge = a_challenge([(a_passage("need", "carte des quais", item_id=11), unit(1, 0, 0))], needs=[(11, True)])
    firm = a_firm([(a_passage("solution_description", "des cartes", item_id=4), unit(1, 0.1, 0))])

    (reason,) = score_pair(challenge, firm, STATISTICS, WEIGHTS).reasons

    assert (reason.feature, reason.need_id) == ("needs", 11)
    assert reason.firm is not None
    assert (reason.firm.field, reason.firm.item_id) == ("solution_description", 4)


def test_weak_pairs_and_passages_that_are_not_public_explain_nothing() -> None:
    challenge = a_challenge([(a_passage("problem", "quais"), unit(1, 0, 0))])
    secret = a_firm([(replace(a_passage("offer", "secret"), tier="confidential"), unit(1, 0, 0))])
    weak = a_firm([(a_passage("offer", "vin"), unit(0.1, 1, 0))])

    assert score_pair(challenge, secret, STATISTICS, WEIGHTS).reasons == ()
    assert score_pair(challenge, weak, STATISTICS, WEIGHTS).reasons == ()


def test_shared_technologies_and_sectors_are_reasons() -> None:
    challenge = a_challenge([], technologies=frozenset({"gis", "iot"}), sectors=frozenset({"health"}))
    firm = a_firm([], technologies=frozenset({"iot", "ai"}), sectors=frozenset({"health", "energy"}))

    found = reasons_of(challenge, firm, np.zeros((0, 0), dtype=np.float32))

    assert [(one.feature, one.codes, one.strength) for one in found] == [
        ("technologies", ("iot",), 0.5),
        ("sector", ("health",), 1.0),
    ]
