"""The portal's processes share readers evenly, and nobody is held up by connections on which nothing comes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.processes import environment, until
from tests.services.elastic import free_port

PAGE_S = 0.5
SERVER = f"""
import os, time
from app.cli import web_server
from app.cli.web_server import Portal
from config.settings import Settings

web_server.STALLED_S = 1

class Slow(Portal):
    def load(self):
        def page(environ, start_response):
            time.sleep({PAGE_S})
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [str(os.getpid()).encode()]
        return page

Slow(Settings.from_environ(os.environ)).run()
"""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Two processes of two threads each."""
    port = free_port()
    told = {"PASSERELLE_PORT": str(port), "PASSERELLE_WEB_PROCESSES": "2", "PASSERELLE_WEB_THREADS": "2"}
    server = subprocess.Popen([sys.executable, "-c", SERVER], env={**os.environ, **environment(tmp_path), **told})
    try:
        until(lambda: answering_process(port) is not None, "a page")
        yield "127.0.0.1", port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def answering_process(port: int) -> str | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            return str(answer.read().decode())
    except OSError:
        return None


def test_eight_readers_are_shared_evenly_by_two_processes(address: tuple[str, int]) -> None:
    by: list[str | None] = []
    readers = [threading.Thread(target=lambda: by.append(answering_process(address[1]))) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert sorted(Counter(by).values()) == [4, 4]


def test_connections_on_which_nothing_is_asked_hold_up_nobody(address: tuple[str, int]) -> None:
    with held_connections(address):
        assert answered_within(4, address[1])  # gunicorn gives a silent connection 5 s of a thread


def test_half_a_request_holds_a_thread_for_a_bounded_time(address: tuple[str, int]) -> None:
    with held_connections(address) as held:
        for connection in held:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n")
        assert answered_within(25, address[1])  # 1 s for each, and gunicorn waits 2 s for each to close


@contextmanager
def held_connections(address: tuple[str, int]) -> Iterator[list[socket.socket]]:
    """Twice as many as there are threads."""
    held = [socket.create_connection(address) for _ in range(8)]
    try:
        yield held
    finally:
        for connection in held:
            connection.close()


def answered_within(seconds: float, port: int) -> bool:
    asked: list[str | None] = []
    reader = threading.Thread(target=lambda: asked.append(answering_process(port)), daemon=True)
    reader.start()
    reader.join(seconds)
    return bool(asked) and asked[0] is not None
