"""A Unix socket between one process that serves and its callers. Both sides prove that they know the key."""

from __future__ import annotations

import fcntl
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener, answer_challenge, deliver_challenge
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.sockets import socket_path
from matching.errors import MatchmakingError, Unavailable

GREETING_S = 5.0

if TYPE_CHECKING:
    Line = Connection[Any, Any]  # generic for type checkers only

Perform = Callable[[str, tuple[Any, ...]], Any]


@dataclass(frozen=True)
class Channel:
    """What both sides know: the folder with socket and key, the name, and what callers raise without an answer."""

    root: Path
    name: str
    unavailable: type[Unavailable]

    def connect(self) -> Line | None:
        """A line to whoever serves; None where nobody does. Raises AuthenticationError or EOFError."""
        try:
            line: Line = Client(str(socket_path(self.root, self.name)), "AF_UNIX")
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        try:
            key = self._key()
            self._wait(line, GREETING_S)
            answer_challenge(line, key)
            deliver_challenge(line, key)
        except BaseException:
            line.close()
            raise
        return line

    def ask(self, line: Line, method: str, arguments: tuple[Any, ...], seconds: float) -> Any:
        """Send one request and wait so long for its reply. Raises `unavailable`, EOFError or ConnectionError."""
        line.send((method, arguments))
        self._wait(line, seconds)
        good, value = line.recv()
        if not good:
            raise self.unavailable(str(value))
        return value

    @contextmanager
    def alone(self, *, wait: bool = True) -> Iterator[None]:
        """Be the one process that serves; the kernel lets go when the process ends, however it ends.

        Raises BlockingIOError where another one is and `wait` is false.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / f"{self.name}.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield

    def serve(self, perform: Perform) -> None:
        """Answer callers, each on a thread of its own, until the process ends. For who is `alone`."""
        path = socket_path(self.root, self.name)
        path.unlink(missing_ok=True)  # of one that was killed
        old_mask = os.umask(0o177)
        try:
            listener = Listener(str(path), "AF_UNIX", backlog=64)
        finally:
            os.umask(old_mask)
        with listener:
            while True:
                threading.Thread(target=self._answer, args=(listener.accept(), perform), daemon=True).start()

    def _answer(self, line: Line, perform: Perform) -> None:
        """Serve one caller: requests are (method, arguments), replies (whether it worked, value or cause)."""
        with line:
            try:
                key = self._key()
                deliver_challenge(line, key)
                answer_challenge(line, key)
                while True:
                    line.send(self._reply(perform, *line.recv()))
            except (EOFError, OSError, AuthenticationError):
                return  # the caller went away, or is a stranger

    def _reply(self, perform: Perform, method: str, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
        try:
            return True, perform(method, arguments)
        except MatchmakingError as error:
            return False, str(error)
        except BaseException as error:  # the caller is told, a panic of tantivy too; the others are served on
            return False, f"the {self.name} failed: {type(error).__name__}: {error}"

    def _wait(self, line: Line, seconds: float) -> None:
        if not line.poll(seconds):
            raise self.unavailable(f"the {self.name} does not answer")

    def _key(self) -> bytes:
        """A secret that only this user's processes can read."""
        path = self.root / f"{self.name}.key"
        if not path.exists():
            beside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
            os.close(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
            with beside.open("r+b") as file:
                file.write(secrets.token_bytes(32))
            with suppress(FileExistsError):  # another process was faster: its key counts
                os.link(beside, path)
            beside.unlink()
        return path.read_bytes()
