"""One process owns the writer: it holds a file lock and serves a Unix socket; every other process writes through it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import AuthenticationError
from pathlib import Path
from typing import Any

from indexing.channel import Channel
from indexing.engines.embedded.writers import Writers
from matching.errors import SearchUnavailable

REPLY_S = 60.0  # 1,000 documents are written in about 1 s; others may wait in front
WAIT_S = 30.0  # for an owner that starts, or for another short owner
PAUSE_S = 0.02
LAST_WRITE_S = 10.0  # what an owner that is told to end gives to the write in hand


def writer_channel(root: Path) -> Channel:
    """The line to the owner of the writer of a folder."""
    return Channel(root, "writer", SearchUnavailable)


def serve_writer(root: Path) -> None:
    """Own the writer until the process ends. Waits for another owner to let go."""
    channel = writer_channel(root)
    with channel.alone():
        writers, turn = Writers(root), threading.Lock()

        def perform(method: str, arguments: tuple[Any, ...]) -> Any:
            with turn:
                return getattr(writers, method)(*arguments)

        try:
            channel.serve(perform)
        finally:
            if turn.acquire(timeout=LAST_WRITE_S):  # kept: no further write begins
                writers.close()


def call(root: Path, method: str, *arguments: Any) -> Any:
    """Run one operation of `Writers`: through the owner where there is one, else as a short owner oneself.

    An owner that dies meanwhile is asked again: no operation does harm twice. Raises SearchUnavailable where neither
    works within a bounded wait.
    """
    root.mkdir(parents=True, exist_ok=True)
    channel = writer_channel(root)
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        try:
            line = channel.connect()
            if line is not None:
                with line:
                    return channel.ask(line, method, arguments, REPLY_S)
        except (EOFError, ConnectionError, AuthenticationError):
            pass
        try:
            with _short_ownership(root) as writers:
                return getattr(writers, method)(*arguments)
        except BlockingIOError:
            time.sleep(PAUSE_S)  # somebody else owns the writer: ask again, by the socket if it serves one
        except OSError as error:
            raise SearchUnavailable(f"the index cannot be written: {error}") from error
    raise SearchUnavailable("the index writer is taken and does not answer")


@contextmanager
def _short_ownership(root: Path) -> Iterator[Writers]:
    """Hold the writer lock for one operation. Raises BlockingIOError where it is taken."""
    with writer_channel(root).alone(wait=False):
        writers = Writers(root)
        yield writers
        writers.close()
