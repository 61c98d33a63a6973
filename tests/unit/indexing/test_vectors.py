"""Vectors, with the real packaged model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding

from indexing.encoders import SentenceEncoder
from indexing.loaded_model import LoadedModel, load_model, packaged_model
from indexing.passages import FieldText, passages_of
from indexing.recorded import record
from indexing.vectors import MemoryVectors, text_hash, vectors_of
from matching.errors import EncoderUnavailable
from matching.model import Floats

PASSAGES = passages_of(
    [
        FieldText("title", "fr", "Capteurs de quai"),
        FieldText("problem", "en", "Sensors on the platform"),
        FieldText("need", "fr", "Capteurs de quai", 3),
    ]
)


def test_vectors_have_length_one_and_meaning(encoder: SentenceEncoder) -> None:
    texts = ["capteur de température", "sonde de température", "paie des employés"]
    documents = encoder.encode_prepared(texts)
    query = encoder.encode_queries(["capteur de température"], "fr")[0]

    assert documents.shape == (3, encoder.dims)
    assert documents.dtype == np.float32
    assert np.linalg.norm(documents, axis=1) == pytest.approx(np.ones(3), abs=1e-3)
    assert query @ documents[0] > query @ documents[1] > query @ documents[2]
    assert encoder.encode_prepared([]).shape == (0, encoder.dims)


def test_a_text_has_one_vector_whatever_stands_beside_it(encoder: SentenceEncoder) -> None:
    long = "Un long texte sur les quais de gare et leurs capteurs. " * 20

    alone = encoder.encode_prepared(["capteur"])[0]
    among = encoder.encode_prepared([long, "capteur", long])[1]

    assert alone @ among > 0.999


def test_a_query_by_itself_has_the_vector_that_it_has_among_others(encoder: SentenceEncoder) -> None:
    texts = ["", "prêt", "Qui peut nous aider à améliorer le réseau d’eau ?", "snow clearing, " * 200]

    alone = np.concatenate([encoder.encode_queries([text], "en") for text in texts])
    together = encoder.encode_queries(texts, "en")

    assert alone.shape == together.shape
    assert np.abs(alone - together).max() < 1e-5


def test_a_recording_that_gives_other_vectors_is_not_used(encoder: SentenceEncoder) -> None:
    model = load_model(None, threads=1)

    assert record(model, lambda texts: encoder.encode_queries([*texts, "x"], "en")[:-1]) is not None
    assert record(model, lambda texts: encoder.encode_queries(["another text"] * len(texts), "en")) is None


def test_a_model_of_another_make_answers_queries(encoder: SentenceEncoder, tmp_path: Path) -> None:
    modules = [StaticEmbedding(load_model(None, threads=1).tokenizer, embedding_dim=8)]
    SentenceTransformer(modules=modules, device="cpu").save(str(tmp_path))

    other = SentenceEncoder(LoadedModel(str(tmp_path)))

    assert other.dims == 8
    assert other.encode_queries(["open data"], "en") == pytest.approx(other.encode_prepared(["open data"]), abs=1e-5)
    assert other.encode_queries(["data"], "en") != pytest.approx(other.encode_queries(["open data"], "en"), abs=1e-2)


def test_the_same_model_has_the_same_identity(encoder: SentenceEncoder) -> None:
    named = SentenceEncoder(LoadedModel(str(packaged_model())))

    assert named.identity == encoder.identity
    assert encoder.identity.isalnum()
    assert encoder.identity == encoder.identity.lower()  # it is part of an index name


def test_a_model_that_is_not_there_is_told_as_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EncoderUnavailable):
        SentenceEncoder(LoadedModel("/no/such/folder"))


def test_each_text_is_encoded_once_and_a_changed_preparation_is_noticed(encoder: SentenceEncoder) -> None:
    store = MemoryVectors()
    encoded: list[str] = []

    def encode(texts: Sequence[str]) -> Floats:
        encoded.extend(texts)
        return encoder.encode_prepared(texts)

    first = vectors_of(PASSAGES, encoder, store, encode)
    again = vectors_of(PASSAGES, encoder, store, encode)

    assert sorted(encoded) == sorted({encoder.prepare(p.text, p.language) for p in PASSAGES})
    assert np.array_equal(first, again)
    assert np.array_equal(first[0], first[2])
    assert vectors_of([], encoder, store).shape == (0, encoder.dims)


def test_vectors_are_kept_while_a_long_encoding_goes_on(encoder: SentenceEncoder) -> None:
    store = MemoryVectors()
    many = passages_of([FieldText("need", "fr", f"Besoin numéro {n}", n) for n in range(300)])
    told: list[tuple[int, int]] = []

    def failing(texts: Sequence[str]) -> Floats:
        if told:
            raise EncoderUnavailable("killed in the middle")
        return np.ones((len(texts), encoder.dims), dtype=np.float32)

    with pytest.raises(EncoderUnavailable):
        vectors_of(many, encoder, store, failing, lambda done, total: told.append((done, total)))

    hashes = [text_hash(encoder.prepare(p.text, p.language)) for p in many]
    assert len(store.load(encoder.identity, hashes)) == told[-1][0] > 0


def test_the_key_of_a_vector_is_the_hash_of_the_exact_text() -> None:
    assert text_hash("é") == hashlib.sha256("é".encode()).digest()
    assert text_hash("\ud800") != text_hash("\ud801")
