"""`passerelle up` as somebody types it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.cli.supervisor import STOP_WAIT_S
from tests.integration.processes import environment, processes_on, until
from tests.services.elastic import free_port

pytestmark = pytest.mark.service

READY = re.compile(r"Passerelle is ready: (http://\S+)")


@contextmanager
def up(var: Path, port: int) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The running command, and the file with what it prints; ended for good whatever happens."""
    printed = var.with_suffix(".out")
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "up"],
            env={**os.environ, **environment(var), "PASSERELLE_PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process, printed
    finally:
        process.terminate()
        process.wait(30)
        for pid in processes_on(var):
            os.kill(pid, signal.SIGKILL)


def test_it_starts_on_a_free_port_mends_itself_and_leaves_nothing_behind(short_folder: Path) -> None:
    taken = free_port()
    with socket.create_server(("127.0.0.1", taken)), up(short_folder, taken) as (process, printed):
        started = until(lambda: READY.search(printed.read_text()) or process.poll() is not None, "it is ready")
        found = READY.search(printed.read_text())
        assert found, printed.read_text()
        with urllib.request.urlopen(found[1], timeout=30) as page:
            assert page.status == 200
        assert f"port {taken} is taken" in printed.read_text()

        second = subprocess.run(
            [sys.executable, "-m", "app.cli", "up"],
            env={**os.environ, **environment(short_folder)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert second.returncode == 1
        assert "already runs on" in second.stderr

        os.kill(process_of(short_folder, "relay"), signal.SIGKILL)
        until(lambda: "relay ended and is started again" in printed.read_text(), "the relay is started again")
        until(lambda: process_of(short_folder, "relay"), "the relay is back")

        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        print(f"ready after {started:.1f} s, stopped after {time.monotonic() - asked:.1f} s")
        until(lambda: not processes_on(short_folder), "nothing is left", patience_s=5)


@pytest.mark.parametrize("moment", ["process beat", "billiard-fork"], ids=["while it starts", "while the model loads"])
def test_a_supervisor_that_is_killed_takes_its_processes_with_it(short_folder: Path, moment: str) -> None:
    """Redis ends first: a worker that would hand its jobs back, and a pool process in the middle of loading, do too."""
    with up(short_folder, free_port()) as (process, printed):
        until(lambda: any(moment in command for command in processes_on(short_folder).values()), f"started: {printed}")
        process.kill()
        process.wait()

        until(lambda: not processes_on(short_folder), "nothing is left", patience_s=STOP_WAIT_S + 4)


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("REDIS_URL", "redis://127.0.0.1:1/0", "REDIS_URL: Redis does not answer"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "DATABASE_URL: the database does not answer"),
        ("PASSERELLE_VAR", "/proc/none/var", "PASSERELLE_VAR: /proc/none/var cannot be made"),
        ("PASSERELLE_PORT", "many", "PASSERELLE_PORT"),
    ],
)
def test_what_is_missing_is_said_in_one_line(short_folder: Path, variable: str, value: str, line: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "app.cli", "up"],
        env={**os.environ, **environment(short_folder), variable: value},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert answer.returncode in (1, 2)
    assert line in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not processes_on(short_folder)


def process_of(var: Path, name: str) -> int:
    """The newest process of this name; 0 where there is none."""
    return max((pid for pid, command in processes_on(var).items() if f"process {name}" in command), default=0)
