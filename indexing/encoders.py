"""The `Encoder` port: a text is prepared by its language, and a sentence-transformers model gets what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from indexing.lexicon import Lexicon
from indexing.loaded_model import LoadedModel
from matching.model import Floats, Language

TUNED = "passerelle.json"  # marks the folder of a model that `passerelle lexicon tune` made from the packaged one


class Model(Protocol):
    """What turns prepared texts into vectors: in this process (`loaded_model`) or in another (`model_server`)."""

    @property
    def identity(self) -> str:
        """Hash of the weights."""

    @property
    def dims(self) -> int:
        """Length of a vector."""

    def queries(self, texts: Sequence[str]) -> Floats:
        """Shape (len(texts), dims), rows of length 1. Raises EncoderUnavailable."""

    def documents(self, texts: Sequence[str]) -> Floats:
        """As for queries."""


def reads_glosses(model: str | None) -> bool:
    """The packaged model and those tuned from it read English; any other is trusted with both languages."""
    return model is None or (Path(model) / TUNED).is_file()


class SentenceEncoder:
    """With a lexicon the model reads English only: French texts are glossed word by word before it gets them."""

    def __init__(self, model: Model | None = None, lexicon: Lexicon | None = None) -> None:
        """The packaged model where none is given, loaded here and now."""
        self._model = model if model is not None else LoadedModel()
        self._lexicon = lexicon
        self.identity = self._model.identity + (f".{lexicon.identity}" if lexicon is not None else "")
        self.dims = self._model.dims

    def prepare(self, text: str, language: Language) -> str:
        """The text as the model gets it; half a character (a lone surrogate) is no text for a tokenizer."""
        text = text.encode("utf-8", "ignore").decode()
        if self._lexicon is not None and language == "fr":
            return self._lexicon.gloss(text)
        return " ".join(text.split())

    def encode_queries(self, texts: Sequence[str], language: Language) -> Floats:
        """Vectors of short queries, shape (len(texts), dims), rows of length 1. Raises EncoderUnavailable."""
        return self._model.queries([self.prepare(text, language) for text in texts])

    def encode_prepared(self, texts: Sequence[str]) -> Floats:
        """Vectors of documents' prepared texts, shape as above."""
        return self._model.documents(texts)
