"""Readers that search over HTTP, each waiting for its answer before it asks again."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from queue import Empty, SimpleQueue

from tests.bench.queries import Query

TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Answers:
    """Milliseconds of each answer, the whole time in seconds, and what was not answered with a page of results."""

    milliseconds: Sequence[float]
    seconds: float
    failed: Sequence[str]

    def percentile(self, share: float) -> float:
        """The nearest-rank percentile."""
        ordered = sorted(self.milliseconds)
        return ordered[max(0, -(-len(ordered) * int(share) // 100) - 1)]


def read(host: str, port: int, queries: Sequence[Query], readers: int) -> Answers:
    """Ask every query once, `readers` at the same time."""
    waiting: SimpleQueue[Query] = SimpleQueue()
    for query in queries:
        waiting.put(query)
    times: list[float] = []
    failed: list[str] = []
    threads = [threading.Thread(target=_reader, args=(host, port, waiting, times, failed)) for _ in range(readers)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Answers(times, time.perf_counter() - started, failed)


def _reader(host: str, port: int, waiting: SimpleQueue[Query], times: list[float], failed: list[str]) -> None:
    connection = HTTPConnection(host, port, timeout=TIMEOUT_S)
    while True:
        try:
            query = waiting.get_nowait()
        except Empty:
            connection.close()
            return
        started = time.perf_counter()
        try:
            connection.request("GET", query.path)
            answer = connection.getresponse()
            body = answer.read()
        except (HTTPException, OSError) as error:
            connection.close()
            failed.append(f"{query.text}: {error!r}")
            continue
        times.append(1000 * (time.perf_counter() - started))
        # A page that lists from the database, or without meaning, says so: it would be fast and no search.
        if answer.status != 200 or b'id="results"' not in body or b'class="flash warning"' in body:
            failed.append(f"{query.text}: {answer.status}")
