from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from app.factory import create_app
from app.records.queries import challenges_by_id, firms_by_id, taxonomy_labels
from app.services.index.documents import challenge_document, firm_document
from app.services.index.index_records import index_many
from app.services.parts import Parts
from app.services.search.search_records import search_records
from indexing.definitions import challenges, firms
from indexing.searcher import SearchRequest
from tests.facilitation.world import World
from tests.web.conftest import KEY
from tests.web.portal import Visitor

if TYPE_CHECKING:
    from indexing.encoders import SentenceEncoder

DIMS = 3
NO_VECTORS = np.zeros((0, DIMS), dtype=np.float32)


@pytest.fixture
def reader(parts: Parts, world: World) -> Visitor:
    """Somebody who searches by words over a challenge and a firm that name a technology, but do not write of it."""
    parts.settings = replace(parts.settings, embedding_model="/there/is/no/model")
    codes = ["machine-learning", "explainable-ai", "computer-vision"]
    challenge, firm = world.challenge(sectors=["health"], technologies=codes), world.firm(technologies=codes)
    with parts.store.read() as work:
        labels = taxonomy_labels(work)
        row, profile = challenges_by_id(work, [challenge])[challenge], firms_by_id(work, [firm])[firm]
    documents = {
        challenges("none", DIMS): challenge_document(row, [], NO_VECTORS, labels),
        firms("none", DIMS): firm_document(profile, [], NO_VECTORS, labels),
    }
    for definition, document in documents.items():
        parts.engine.create(f"{definition.alias}-x", definition)
        parts.engine.put(f"{definition.alias}-x", [document])
        parts.engine.swap(definition.alias, f"{definition.alias}-x")
    return Visitor(create_app(parts, KEY, "memory://").test_client())


def tags(page: str) -> list[str]:
    """The tags of the only result."""
    card = page.split('<li class="card">')[1]
    return [part.split(">", 1)[1].split("</li>")[0] for part in card.split('<li class="tag')[1:]]


@pytest.mark.parametrize("listing", ["challenges", "firms"])
@pytest.mark.parametrize(
    ("lang", "query", "shown"),
    [
        (
            "fr",
            "intelligence artificielle",
            ["<mark>Intelligence</mark> <mark>artificielle</mark> explicable"],
        ),
        ("en", "explainable", ["<mark>Explainable</mark> artificial intelligence"]),
        ("fr", "machine", ["<mark>Apprentissage automatique</mark>"]),
    ],
)
def test_a_result_shows_the_technologies_that_it_was_found_by(
    reader: Visitor, listing: str, lang: str, query: str, shown: list[str]
) -> None:
    page = reader.get(f"/{lang}/{listing}", query_string={"q": query, "exact": "1"}).get_data(as_text=True)

    assert [tag for tag in tags(page) if "<mark>" in tag] == shown


def test_what_is_found_by_the_meaning_of_its_title_shows_its_text_below(
    parts: Parts, world: World, encoder: SentenceEncoder
) -> None:
    parts._encoder = encoder
    problem = "Nothing here says what it is about."
    index_many(parts, "challenge", [world.challenge("Ploughing snow", language="en", problem=problem, needs=())])

    found = search_records(parts, "challenge", SearchRequest(text="snowplowing streets", language="en", exact=True))

    (only,) = found.results
    assert only.by_meaning
    assert "".join(piece.text for piece in only.snippet) == problem


def test_technologies_that_no_word_of_the_query_names_are_not_shown(reader: Visitor) -> None:
    assert len(tags(reader.text("/fr/challenges?q=neige"))) == 1
    assert len(tags(reader.text("/fr/challenges"))) == 1


def test_a_sector_that_the_query_names_is_marked(reader: Visitor) -> None:
    assert tags(reader.text("/fr/challenges?q=sante")) == ["<mark>Santé</mark>"]


@pytest.mark.parametrize("query", ["sector=", "sector=&sector=&technology=", "status=&q=neige"])
def test_an_empty_value_in_the_address_narrows_nothing(reader: Visitor, query: str) -> None:
    page = reader.text(f"/fr/challenges?{query}")

    assert page.count('<li class="card">') == 1
    assert 'class="tag accent" href=' not in page


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_without_the_engine_no_filter_and_no_order_is_shown_that_does_not_hold(
    visitor: Visitor, world: World, lang: str
) -> None:
    world.challenge(sectors=["health"])

    page = visitor.text(f"/{lang}/challenges?sector=energy&sort=deadline")

    assert page.count('<li class="card">') == 1
    assert not [name for name in ('class="facets"', 'id="sort"', 'class="tag accent" href') if name in page]


def test_without_the_engine_a_firm_is_found_by_its_name(visitor: Visitor, world: World) -> None:
    world.firm("Nordet Navigation")
    world.firm("Autre Maison")

    page = visitor.text("/fr/firms?q=nordet")

    assert page.count('<li class="card">') == 1
    assert "Nordet Navigation" in page
