"""An optional cross-encoder orders the first page anew. The one here is real, tiny and untrained: any order is its."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.factory import create_app
from app.services.index.index_records import index_many
from app.services.parts import Parts
from app.services.search.search_records import search_records
from indexing.loaded_model import packaged_model
from indexing.reranker import CrossEncoderReranker
from indexing.searcher import SearchRequest
from tests.facilitation.world import World
from tests.web.conftest import KEY
from tests.web.portal import Visitor

if TYPE_CHECKING:
    from indexing.encoders import SentenceEncoder

NAMES = ("Déneigement Nord", "Déneigement Sud", "Déneigement Est", "Déneigement Ouest", "Déneigement Centre")


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a model with the packaged one's words."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("cross-encoder")
    tokenizer = AutoTokenizer.from_pretrained(packaged_model())
    torch.manual_seed(7)
    shape = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        num_labels=1,
        initializer_range=0.5,
    )
    BertForSequenceClassification(shape).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.fixture
def found(parts: Parts, world: World, encoder: SentenceEncoder) -> Parts:
    """Five firms in the index, all found by one word."""
    parts._encoder = encoder
    index_many(parts, "firm", [world.firm(name) for name in NAMES])
    return parts


def test_the_first_page_stands_in_the_order_of_the_reranker_with_the_same_results(
    found: Parts, cross_encoder: str
) -> None:
    request = SearchRequest(text="déneigement", exact=True)
    before = search_records(found, "firm", request)
    found.settings = replace(found.settings, reranker_model=cross_encoder)

    after = search_records(found, "firm", request)

    model = CrossEncoderReranker(cross_encoder)
    texts = {one.row.id: f"{one.row.organisation.name}. {one.text}" for one in before.results}  # type: ignore[union-attr]
    scores = dict(zip(texts, model.scores("déneigement", list(texts.values())), strict=True))
    assert [one.row.id for one in after.results] == sorted(texts, key=lambda key: -scores[key])
    assert {one.row.id for one in after.results} == {one.row.id for one in before.results}
    assert after.degraded is None
    assert len(set(scores.values())) == len(NAMES), "the model tells the texts apart"


def test_another_order_that_was_asked_for_stays(found: Parts, cross_encoder: str) -> None:
    request = SearchRequest(text="déneigement", exact=True, sort="newest")
    before = search_records(found, "firm", request)
    found.settings = replace(found.settings, reranker_model=cross_encoder)

    assert [one.row.id for one in search_records(found, "firm", request).results] == [
        one.row.id for one in before.results
    ]


def test_a_reranker_that_is_not_there_is_said_and_costs_no_result(found: Parts) -> None:
    found.settings = replace(found.settings, reranker_model="/there/is/no/model")
    visitor = Visitor(create_app(found, KEY, "memory://").test_client())

    page = visitor.text("/fr/firms?q=déneigement")

    assert page.count('<li class="card">') == len(NAMES)
    assert "classement plus fin" in page
