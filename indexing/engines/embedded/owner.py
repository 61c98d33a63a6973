"""One process owns the writer: it holds a file lock and serves a Unix socket; every other process writes through it."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Any

from indexing.engines.embedded.channel import accept, ask, connect, socket_path
from indexing.engines.embedded.writers import Writers
from matching.errors import MatchmakingError, SearchUnavailable

WAIT_S = 30.0  # for an owner that starts, or for another short owner
PAUSE_S = 0.02
LAST_WRITE_S = 10.0  # what an owner that is told to end gives to the write in hand


def serve_writer(root: Path) -> None:
    """Own the writer until the process ends. Waits for another owner to let go."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / "writer.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        path = socket_path(root)
        path.unlink(missing_ok=True)  # of an owner that was killed
        writers, turn = Writers(root), threading.Lock()
        old_mask = os.umask(0o177)
        try:
            listener = Listener(str(path), "AF_UNIX", backlog=64)
        finally:
            os.umask(old_mask)
        try:
            with listener:
                while True:
                    connection = listener.accept()
                    threading.Thread(target=_answer, args=(root, connection, writers, turn), daemon=True).start()
        finally:
            if turn.acquire(timeout=LAST_WRITE_S):  # kept: no further write begins
                writers.close()


def call(root: Path, method: str, *arguments: Any) -> Any:
    """Run one operation of `Writers`: through the owner where there is one, else as a short owner oneself.

    An owner that dies meanwhile is asked again: no operation does harm twice. Raises SearchUnavailable where neither
    works within a bounded wait.
    """
    root.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        try:
            connection = connect(root)
            if connection is not None:
                with connection:
                    return ask(connection, method, arguments)
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
    """Hold the writer lock for one operation; the kernel lets go of it when the process ends, however it ends.

    Raises BlockingIOError where it is taken.
    """
    with (root / "writer.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        writers = Writers(root)
        yield writers
        writers.close()


def _answer(root: Path, connection: Connection[Any, Any], writers: Writers, turn: threading.Lock) -> None:
    """Serve one caller: requests are (method, arguments), replies (whether it worked, value or cause)."""
    with connection:
        try:
            accept(connection, root)
            while True:
                method, arguments = connection.recv()
                with turn:
                    connection.send(_perform(writers, method, arguments))
        except (EOFError, OSError, AuthenticationError):
            return  # the caller went away, or is a stranger


def _perform(writers: Writers, method: str, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, getattr(writers, method)(*arguments)
    except MatchmakingError as error:
        return False, str(error)
    except BaseException as error:  # the caller is told, a panic of tantivy too; the owner goes on for the others
        return False, f"the index cannot be written: {type(error).__name__}: {error}"
