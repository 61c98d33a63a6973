"""One process holds the model for the others of its machine: portal and workers ask it over a Unix socket.

A process that holds it itself takes 370 MB for torch alone, and shares its interpreter with it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from multiprocessing import AuthenticationError
from pathlib import Path
from typing import Any

from indexing.channel import Channel
from indexing.loaded_model import LoadedModel, in_batches
from matching.errors import EncoderUnavailable
from matching.model import Floats

QUERY_S = 10.0  # a page waits for it; on a busy core a query takes 0.1 s
DOCUMENTS_S = 60.0  # for one batch, which takes a slow core 2 s; others may wait in front
PER_REQUEST = {"about": QUERY_S, "queries": QUERY_S, "documents": DOCUMENTS_S}


def model_channel(folder: Path) -> Channel:
    """The line to the process that holds the model."""
    return Channel(folder, "encoder", EncoderUnavailable)


def serve_model(folder: Path, model: str | None, threads: int) -> None:
    """Load the model, then answer until the process ends. Waits for another server of the folder to end."""
    channel = model_channel(folder)
    with channel.alone():
        loaded = LoadedModel(model, threads)
        loaded.queries(["prêt"])  # the first one takes seconds
        answers: dict[str, Callable[[Sequence[str]], Floats]]
        answers = {"queries": loaded.queries, "documents": loaded.documents}

        def perform(method: str, arguments: tuple[Any, ...]) -> Any:
            if method == "about":
                return loaded.identity, loaded.dims
            identity, texts = arguments
            if identity != loaded.identity:  # vectors of two models are never mixed
                raise EncoderUnavailable("the model was changed: restart the processes that use it")
            return answers[method](texts)

        channel.serve(perform)


class SharedModel:
    """The model of that process, as `indexing.encoders.Model`. Raises EncoderUnavailable where it does not answer."""

    def __init__(self, folder: Path) -> None:
        self._channel = model_channel(folder)
        self._own = threading.local()  # one line a thread: none waits for another's answer
        self.identity: str
        self.dims: int
        self.identity, self.dims = self._ask("about")

    def queries(self, texts: Sequence[str]) -> Floats:
        """Vectors of prepared queries."""
        vectors: Floats = self._ask("queries", self.identity, list(texts))
        return vectors

    def documents(self, texts: Sequence[str]) -> Floats:
        """Vectors of documents' prepared texts, asked for in batches, so that no answer takes long."""
        return in_batches(texts, self.dims, lambda batch: self._ask("documents", self.identity, list(batch)))

    def _ask(self, method: str, *arguments: Any) -> Any:
        """Once more where the line was cut: the server was started again. To encode twice does no harm."""
        for _ in range(2):
            try:
                if (line := getattr(self._own, "line", None)) is None:
                    line = self._own.line = self._channel.connect()
                if line is None:
                    break
                return self._channel.ask(line, method, arguments, PER_REQUEST[method])
            except EncoderUnavailable:
                self._hang_up()  # an answer that comes late is not for the next question
                raise
            except (EOFError, OSError, AuthenticationError):
                self._hang_up()
        raise EncoderUnavailable("the process that holds the model does not run")

    def _hang_up(self) -> None:
        line, self._own.line = getattr(self._own, "line", None), None
        if line is not None:
            line.close()
