"""What matching and search need from outside, as protocols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from matching.model import Floats, Language


class Encoder(Protocol):
    """Turns texts into vectors of length 1."""

    @property
    def identity(self) -> str:
        """Hash of the model's weights and of the preparation of the text: part of index names and vector keys."""

    @property
    def dims(self) -> int:
        """Length of a vector."""

    def prepare(self, text: str, language: Language) -> str:
        """The exact text that the model gets for this text; its hash is the vector's key."""

    def encode_queries(self, texts: Sequence[str], language: Language) -> Floats:
        """Shape (len(texts), dims), rows of length 1. Raises EncoderUnavailable."""

    def encode_prepared(self, texts: Sequence[str]) -> Floats:
        """Encode documents' texts that went through `prepare`. Shape as above. Raises EncoderUnavailable."""


class Reranker(Protocol):
    """Reads a query and a text together, which is slower and surer than to compare their vectors."""

    def scores(self, query: str, texts: Sequence[str]) -> Floats:
        """Shape (len(texts),): the higher, the better the text answers. Raises RerankerUnavailable."""
