"""One process holds the model, others ask it."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from app.cli.supervisor import Child
from indexing.loaded_model import BATCH
from indexing.model_server import SharedModel, model_channel
from matching.errors import EncoderUnavailable
from tests.integration.processes import environment, until

if TYPE_CHECKING:
    from indexing.encoders import SentenceEncoder

TEXTS = ["a temperature sensor for drinking water", "", "snow removal, street by street " * 40, "a drone"]


@contextmanager
def serving(var: Path) -> Iterator[Child]:
    """`passerelle process encoder`, ready to be asked; killed at the end."""
    child = Child("encoder", [sys.executable, "-m", "app.cli", "process", "encoder"], var / "log" / "encoder.log")
    child.start({**os.environ, **environment(var)})
    try:
        until(lambda: answers(var), "the model answers", told=child.last_line)
        yield child
    finally:
        child.end_by(0.0)


def answers(var: Path) -> bool:
    line = model_channel(var).connect()
    if line is not None:
        line.close()
    return line is not None


def test_a_shared_model_has_the_vectors_of_a_loaded_one_and_outlives_its_server(
    short_folder: Path, encoder: SentenceEncoder
) -> None:
    with serving(short_folder) as server:
        shared = SharedModel(short_folder)
        assert (shared.identity, shared.dims) == (encoder.identity, encoder.dims)
        for own, asked in (
            (encoder.encode_prepared(TEXTS * BATCH), shared.documents(TEXTS * BATCH)),
            (encoder.encode_queries(["a drone"], "en"), shared.queries(["a drone"])),
            (encoder.encode_queries(TEXTS, "en"), shared.queries(TEXTS)),
        ):
            np.testing.assert_allclose(asked, own, atol=5e-3)  # bfloat16 rounds by what else is in a batch
        assert shared.documents([]).shape == (0, shared.dims)
        assert shared.queries([]).shape == (0, shared.dims)

        other = SharedModel(short_folder)
        other.identity = "another"
        with pytest.raises(EncoderUnavailable, match="the model was changed"):
            other.queries(["a drone"])

        server.end_by(0.0)
        started = time.monotonic()
        with pytest.raises(EncoderUnavailable, match="does not run"):
            shared.queries(["a drone"])
        assert time.monotonic() - started < 5
    with serving(short_folder):
        assert shared.queries(["a drone"]).shape == (1, shared.dims)


def test_nobody_serves_and_whoever_asks_is_told(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="does not run"):
        SharedModel(tmp_path)


def test_a_query_does_not_wait_for_the_documents_of_others(encoder: SentenceEncoder) -> None:
    encoder.encode_queries(["prêt"], "fr")
    many = threading.Thread(target=encoder.encode_prepared, args=([TEXTS[2]] * 20 * BATCH,))
    many.start()
    time.sleep(0.05)
    encoder.encode_queries(["a drone"], "en")
    answered_first = many.is_alive()
    many.join()
    assert answered_first
