"""The Unix socket between the owner of the writer and its callers. Both sides prove that they know the key."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
import threading
from contextlib import suppress
from multiprocessing.connection import Client, Connection, answer_challenge, deliver_challenge
from pathlib import Path
from typing import Any

from matching.errors import SearchUnavailable

LONGEST_SOCKET = 100  # bytes: a Unix socket's path has at most 107
GREETING_S = 5.0
REPLY_S = 60.0  # 1,000 documents are written in about 1 s; others may wait in front


def socket_path(root: Path) -> Path:
    """Under the root, or in the folder for temporary files where that path is too long for a socket."""
    path = root / "writer.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"passerelle-writer-{name}.sock"


def connect(root: Path) -> Connection[Any, Any] | None:
    """A connection to the owner; None where nobody serves. Raises AuthenticationError or EOFError."""
    try:
        connection: Connection[Any, Any] = Client(str(socket_path(root)), "AF_UNIX")
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    try:
        key = _key(root)
        _wait(connection, GREETING_S)
        answer_challenge(connection, key)
        deliver_challenge(connection, key)
    except BaseException:
        connection.close()
        raise
    return connection


def accept(connection: Connection[Any, Any], root: Path) -> None:
    """The owner's side of a new connection. Raises AuthenticationError, EOFError or OSError."""
    key = _key(root)
    deliver_challenge(connection, key)
    answer_challenge(connection, key)


def ask(connection: Connection[Any, Any], method: str, arguments: tuple[Any, ...]) -> Any:
    """Send one operation and wait for its reply. Raises SearchUnavailable, EOFError or ConnectionError."""
    connection.send((method, arguments))
    _wait(connection, REPLY_S)
    good, value = connection.recv()
    if not good:
        raise SearchUnavailable(str(value))
    return value


def _wait(connection: Connection[Any, Any], seconds: float) -> None:
    if not connection.poll(seconds):
        raise SearchUnavailable("the index writer does not answer")


def _key(root: Path) -> bytes:
    """A secret that only this user's processes can read."""
    path = root / "writer.key"
    if not path.exists():
        beside = path.with_name(f"writer.key.{os.getpid()}.{threading.get_ident()}")
        os.close(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
        with beside.open("r+b") as file:
            file.write(secrets.token_bytes(32))
        with suppress(FileExistsError):  # another process was faster: its key counts
            os.link(beside, path)
        beside.unlink()
    return path.read_bytes()
