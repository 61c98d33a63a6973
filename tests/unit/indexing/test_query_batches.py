from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest

from indexing.loaded_model import LoadedModel
from indexing.query_batches import ALIKE, MOST, QueryBatches
from matching.model import Floats

LONG = "x" * (ALIKE + 20)


class Crowd:
    """Asks for all texts at once while somebody else has the turn; notes what was encoded together."""

    def __init__(self, refused: str = "") -> None:
        self.together: list[list[str]] = []
        self._refused = refused
        self._free = threading.Lock()
        self._arrived = threading.Semaphore(0)
        self._batches = QueryBatches(self._turn, self._encode)

    def ask(self, texts: Sequence[str]) -> list[Future[Floats]]:
        with ThreadPoolExecutor(len(texts)) as pool:
            with self._free:
                answers = [pool.submit(self._batches, text) for text in texts]
                for _text in texts:
                    assert self._arrived.acquire(timeout=10)
            return answers

    @contextmanager
    def _turn(self) -> Iterator[None]:
        self._arrived.release()
        with self._free:
            yield

    def _encode(self, texts: Sequence[str]) -> Floats:
        self.together.append(list(texts))
        if self._refused in texts:
            raise ValueError(self._refused)
        return np.array([[len(text)] for text in texts], dtype=np.float32)


def test_queries_that_wait_are_encoded_together_and_each_gets_its_own_vector() -> None:
    crowd, texts = Crowd(), ["a", "bb", "ccc"]

    answers = crowd.ask(texts)

    assert [answer.result().tolist() for answer in answers] == [[[1]], [[2]], [[3]]]
    assert [sorted(some) for some in crowd.together] == [texts]


def test_no_more_than_so_many_are_encoded_together() -> None:
    crowd = Crowd()

    crowd.ask(["a"] * (MOST + 3))

    assert [len(some) for some in crowd.together] == [MOST, 3]


def test_a_long_query_keeps_no_short_one_waiting_for_its_words() -> None:
    crowd = Crowd()

    answers = crowd.ask(["a", LONG, "bb"])

    assert [answer.result().item() for answer in answers] == [1, len(LONG), 2]
    assert sorted(len(some) for some in crowd.together) == [1, 2]
    assert [LONG] in crowd.together


def test_a_query_that_cannot_be_encoded_takes_no_other_with_it() -> None:
    crowd = Crowd(refused="bad")

    one, bad, two = crowd.ask(["a", "bad", "bb"])

    assert (one.result().item(), two.result().item()) == (1, 2)
    with pytest.raises(ValueError, match="bad"):
        bad.result()


def test_the_model_gives_a_query_the_same_vector_in_any_company() -> None:
    model, texts = LoadedModel(), ["open data", "capteur", "a sensor for the drinking water network", "", "autobus"]
    alone = np.concatenate([model.queries([text]) for text in texts])

    with ThreadPoolExecutor(len(texts)) as pool:
        at_once = list(pool.map(lambda text: model.queries([text]), texts * 8))

    assert np.concatenate(at_once) == pytest.approx(np.concatenate([alone] * 8), abs=1e-5)
