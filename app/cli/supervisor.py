"""Starts the processes of one machine together, watches them, and stops them together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
STOP_WAIT_S = 6.0  # above what the worker gives to the jobs in hand (4 s) and the portal to its requests (5 s)
LAST_WAIT_S = 3.0  # for those that others need; both are sound after any end
RESTARTS_A_MINUTE = 5
NEEDED_BY_OTHERS = ("redis", "writer", "encoder")  # a worker hands back its jobs, and finishes a write, while it ends


def _die_with_parent() -> None:
    """Linux only: the kernel asks the children of a killed supervisor to end; `guard.py` sees to it that they do."""
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

    def last_line(self) -> str:
        """The last thing that it wrote: mostly the cause of its end."""
        lines = [line for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
        return lines[-1].strip() if lines else "it wrote nothing"

    def ended(self) -> bool:
        """Whether it ran and is no longer running."""
        return self.handle is not None and self.handle.poll() is not None

    def ask_to_end(self) -> None:
        """SIGTERM, where it still runs."""
        if self.handle is not None and not self.ended():
            self.handle.terminate()

    def end_by(self, moment: float) -> None:
        """Wait until then (monotonic), and end for good whatever of it still runs, its own children included."""
        if self.handle is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.handle.wait(max(0.0, moment - time.monotonic()))
        with suppress(ProcessLookupError):  # the group is empty: all went by themselves
            os.killpg(self.handle.pid, signal.SIGKILL)
        self.handle.wait()

    def restarts_too_often(self) -> bool:
        """Whether starting it again would only fill the log."""
        return sum(time.monotonic() - start < 60 for start in self.starts) > RESTARTS_A_MINUTE


class Supervisor:
    """The children of one machine, in the order of their start."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ
        self._children: list[Child] = []
        self._stopping = False

    def heed_signals(self) -> None:
        """From here on SIGINT and SIGTERM ask to stop; before the first child, so that none is left behind."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)

    @property
    def stopping(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stopping

    def start(self, name: str) -> Child:
        """Start `passerelle process NAME`; its output goes to a file of its name under var/log."""
        command = [sys.executable, "-m", "app.cli", "process", name, "--supervisor", str(os.getpid())]
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
        """Until somebody asks to stop. A child that ends is started again; False where one ends too often."""
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
        """Ask all to end at once, then the ones that others need while they end; end for good those that do not."""
        for last, wait in ((False, STOP_WAIT_S), (True, LAST_WAIT_S)):
            end = time.monotonic() + wait
            group = [child for child in self._children if (child.name in NEEDED_BY_OTHERS) is last]
            for child in group:
                child.ask_to_end()
            for child in group:
                child.end_by(end)

    def _ask_to_stop(self, *_signal: object) -> None:
        self._stopping = True
