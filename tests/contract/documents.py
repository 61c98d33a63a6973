"""Small documents and queries for the contract suites, analysed by the code that the product uses."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from indexing import definitions
from indexing.analysis import analyse
from indexing.definitions import IndexDefinition
from indexing.documents import Document, PassageVector
from indexing.engine import EngineQuery
from indexing.query import minimum_words, parse, phrases_of, words_of
from matching.model import Floats, Language

DIMS = 4


def a_definition(dims: int = DIMS, encoder: str = "test4") -> IndexDefinition:
    """Challenges under an alias of its own, so that tests do not meet in one server."""
    return replace(definitions.challenges(encoder, dims), alias=f"test{uuid.uuid4().hex[:10]}")


def a_document(
    key: str,
    version: int = 1,
    *,
    title: Mapping[str, str] | None = None,
    body: Mapping[str, str] | None = None,
    vectors: Sequence[Sequence[float]] = (),
    **fields: Any,
) -> Document:
    """`title` and `body` by language, as people write them; keyword and integer fields by their names."""
    analysed = {f"title_{language}": _tokens(text, language) for language, text in (title or {}).items()}
    analysed |= {f"body_{language}": _tokens(text, language) for language, text in (body or {}).items()}
    passages = tuple(PassageVector(f"p{number}", a_vector(*row)) for number, row in enumerate(vectors))
    return Document(key, version, analysed | fields, passages)


def a_vector(*numbers: float) -> Floats:
    """Those numbers as the engines take them."""
    return np.array(numbers, dtype=np.float32)


def a_query(text: str, language: Language = "fr", **more: Any) -> EngineQuery:
    """What somebody typed, parsed as the searcher does it."""
    parsed = parse(text)
    words = words_of(" ".join((parsed.free, *parsed.phrases)), language)
    return EngineQuery(
        words=words,
        minimum_words=minimum_words(len(words)),
        phrases=phrases_of(parsed.phrases),
        excluded=phrases_of(parsed.excluded),
        **more,
    )


def _tokens(text: str, language: str) -> str:
    return " ".join(analyse(text, "fr" if language == "fr" else "en"))
