"""Processes around the embedded engine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from indexing.engines.embedded.owner import writer_channel

ROOT = Path(__file__).resolve().parents[2]
OWNER = """
import sys
from pathlib import Path
from indexing.engines.embedded import serve_writer

serve_writer(Path(sys.argv[1]))
"""


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process that runs a text; killed at the end."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environ
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def running_owner(root: Path) -> Iterator[subprocess.Popen[str]]:
    """The process that owns the writer of a folder, ready to be asked."""
    with running(OWNER, str(root)) as owner:
        wait_until(lambda: _answers(root))
        yield owner


def wait_until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Fails where it does not come true in time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.01)


def _answers(root: Path) -> bool:
    line = writer_channel(root).connect() if root.exists() else None
    if line is not None:
        line.close()
    return line is not None
