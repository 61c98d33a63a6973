from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from app.services.parts import Parts
from app.services.suggestions.statistics import refresh_statistics
from tests.facilitation.world import World
from tests.web.portal import Visitor

if TYPE_CHECKING:
    from indexing.encoders import SentenceEncoder


@pytest.fixture
def encoding(parts: Parts, encoder: SentenceEncoder) -> Parts:
    """The portal's parts with the packaged model loaded."""
    parts._encoder = encoder
    refresh_statistics(parts)
    return parts


def test_a_pair_named_by_words_shows_its_score_and_what_excludes_it(
    world: World, facilitator: Visitor, encoding: Parts
) -> None:
    world.challenge("Déneiger les pistes", status="closed")
    world.firm("Nordet Numérique")

    page = facilitator.text("/en/facilitation/why?challenge=deneiger&firm=nordet+NUMERIQUE")

    assert "the challenge is not open." in page
    assert re.search(r'class="score">\d', page)
    assert "Meaning of the texts" in page


def test_several_that_fit_are_offered_as_a_choice(world: World, facilitator: Visitor) -> None:
    first, second = world.firm("Nord Un"), world.firm("Nord Deux")
    challenge_id = world.challenge("Déneiger")

    page = facilitator.text(f"/fr/facilitation/why?challenge={challenge_id}&firm=nord")

    for firm_id in (first, second):
        assert re.search(rf'href="/fr/facilitation/why\?[^"]*firm={firm_id}\b', page)
    assert 'class="score"' not in page


@pytest.mark.parametrize(
    "query",
    ["", "challenge=&firm=", "challenge=999999&firm=1", "challenge=%00&firm=%3Cscript%3E", "firm=" + "x" * 5000],
)
def test_any_question_is_answered(world: World, facilitator: Visitor, query: str) -> None:
    world.challenge("Déneiger")

    page = facilitator.text(f"/fr/facilitation/why?{query}")

    assert "<script>" not in page
