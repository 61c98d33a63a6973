"""A process that a supervisor started ends when the supervisor is gone, whatever it waits for."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import click

from app.cli.supervisor import STOP_WAIT_S

LOOK_S = 0.5


def end_with(supervisor: int) -> None:
    """Watch the supervisor: once it is gone, this process is asked to end, and ended with its children a while later.

    A request alone is not enough: all processes get it at the same moment, and a worker whose Redis went first may wait
    for it for good. Takes for granted that this process leads a group of its own, as every child of a supervisor does.
    """
    threading.Thread(target=_watch, args=(supervisor,), name="guard", daemon=True).start()


def _watch(supervisor: int) -> None:
    while os.getppid() == supervisor:
        time.sleep(LOOK_S)
    if sys.platform != "linux":  # there the kernel has asked already: `supervisor.py`
        os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_WAIT_S)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _heed(_context: click.Context, _option: click.Parameter, supervisor: int | None) -> None:
    if supervisor is not None:
        end_with(supervisor)


under_supervisor = click.option(
    "--supervisor", type=int, hidden=True, expose_value=False, callback=_heed, help="Id of the process to end with."
)
