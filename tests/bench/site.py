"""`passerelle up` as people start it, on a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services.elastic import free_port
from workers.schedule import KNOCK

ROOT = Path(__file__).resolve().parents[2]
START_S = 240.0
STOP_S = 60.0
WORKER_READY = "ready."  # what Celery's worker logs when its pool is warm
QUIET_S = 3.0  # so long every process together must have used less than QUIET_SHARE of one core
QUIET_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Site:
    """A running site: its address, the process that started all others, seconds to the first page and until quiet."""

    host: str
    port: int
    pid: int
    first_page_s: float
    quiet_s: float

    def memory(self) -> dict[str, float]:
        """MB by process, each page shared by several processes divided among them (PSS)."""
        return {f"{name_of(pid)} ({pid})": _pss(pid) for pid in [self.pid, *descendants(self.pid)] if _pss(pid) > 0.0}


def passerelle(*arguments: str, var: Path, **environ: str) -> None:
    """Run a command to its end. Raises CalledProcessError."""
    subprocess.run([_command(), *arguments], env=_environ(var, environ), cwd=ROOT, check=True)


@contextmanager
def running(var: Path, **environ: str) -> Iterator[Site]:
    """Up, warm and quiet: the portal answers, the worker has done the jobs of its start. Stopped at the end."""
    port, log = free_port(), var / "log" / "worker.log"
    log.unlink(missing_ok=True)
    started = time.monotonic()
    up = subprocess.Popen(
        [_command(), "up"],
        env=_environ(var, {"PASSERELLE_PORT": str(port), **environ}),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(lambda: _answers(f"http://127.0.0.1:{port}/fr/"), up, "the portal")
        first_page = time.monotonic() - started
        _wait(lambda: log.exists() and WORKER_READY in log.read_text("utf-8", "replace"), up, "the worker")
        print("waiting for the jobs that run after each start ...", flush=True)
        time.sleep(KNOCK.total_seconds())  # the schedule asks for them so late
        _wait(lambda: _quiet(up.pid), up, "a quiet site")
        yield Site("127.0.0.1", port, up.pid, first_page, time.monotonic() - started)
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(STOP_S)


def descendants(pid: int) -> list[int]:
    """Children, and theirs."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def name_of(pid: int) -> str:
    """What a process is in `passerelle process NAME`; its program where it is none."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return "gone"
    if "process" in words[:-1]:
        return words[words.index("process") + 1]
    if any("spawn_main" in word for word in words):
        return "worker's child"
    return "up" if "up" in words else Path(words[0]).name


def _quiet(pid: int) -> bool:
    """Whether the site does nothing: what would be measured while it works is its work, not the reader's wait."""
    before = _processor_s(pid)
    time.sleep(QUIET_S)
    return _processor_s(pid) - before < QUIET_SHARE * QUIET_S


def _processor_s(pid: int) -> float:
    """Processor time of all processes together."""
    ticks = 0
    for one in [pid, *descendants(pid)]:
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        ticks += int(fields[11]) + int(fields[12])  # utime and stime; the 14th and 15th field of the line
    return ticks / os.sysconf("SC_CLK_TCK")


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0  # it ended meanwhile
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def _command() -> str:
    return str(Path(sys.executable).parent / "passerelle")


def _environ(var: Path, more: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "PASSERELLE_VAR": str(var), **more}


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _wait(ready: Callable[[], bool], process: subprocess.Popen[bytes], what: str) -> None:
    end = time.monotonic() + START_S
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"{what} did not start")
        time.sleep(0.1)
