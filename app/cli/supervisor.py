"""Starts the processes of one machine together, watches them, and stops them together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
STOP_WAIT_S = 25.0
RESTARTS_A_MINUTE = 5


def _die_with_parent() -> None:
    """Linux only: a killed supervisor leaves no process behind. Elsewhere they end when Ctrl-C is pressed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One process, its log file, and when it was started lately."""

    name: str
    command: Sequence[str]
    log: Path
    handle: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self, environ: Mapping[str, str]) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the supervisor alone."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.handle = subprocess.Popen(  # noqa: S603 -- our own command line
                self.command,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=dict(environ),
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self.starts.append(time.monotonic())

    def ended(self) -> bool:
        """Whether it ran and is no longer running."""
        return self.handle is not None and self.handle.poll() is not None

    def restarts_too_often(self) -> bool:
        """Whether starting it again would only fill the log."""
        return sum(time.monotonic() - start < 60 for start in self.starts) > RESTARTS_A_MINUTE


class Supervisor:
    """Children in the order of their start; they are stopped in the opposite order."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ
        self._children: list[Child] = []
        self._stopping = False

    def start(self, name: str) -> Child:
        """Start `passerelle process NAME`; its output goes to a file of its name under var/log."""
        command = [sys.executable, "-m", "app.cli", "process", name]
        child = Child(name, command, self._folder / f"{name}.log")
        child.start(self._environ)
        self._children.append(child)
        return child

    def wait_for(self, child: Child, ready: Callable[[], bool], seconds: float) -> bool:
        """Wait until a child is ready; False where it ended or did not get ready in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._stopping:
            if ready():
                return True
            if child.ended():
                return False
            time.sleep(0.1)
        return False

    def watch(self, tell: Callable[[str], None]) -> bool:
        """Until SIGINT or SIGTERM. A child that ends is started again; False where one ends too often."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)
        while not self._stopping:
            for child in self._children:
                if not child.ended() or self._stopping:
                    continue
                if child.restarts_too_often():
                    tell(f"{child.name} ends again and again: see {child.log}")
                    return False
                tell(f"{child.name} ended and is started again: see {child.log}")
                child.start(self._environ)
            time.sleep(0.3)
        return True

    def stop(self) -> None:
        """Ask each to end, in the opposite order of the start, and end for good those that do not."""
        for child in reversed(self._children):
            if child.handle is None or child.handle.poll() is not None:
                continue
            child.handle.terminate()
            try:
                child.handle.wait(STOP_WAIT_S)
            except subprocess.TimeoutExpired:
                os.killpg(child.handle.pid, signal.SIGKILL)
                child.handle.wait()

    def _ask_to_stop(self, *_signal: object) -> None:
        self._stopping = True
