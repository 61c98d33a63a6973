"""A real Elasticsearch for the session: the one that is named, or one started from PASSERELLE_SHARED."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.missing import missing

GIVEN = "ELASTICSEARCH_URL_FOR_TESTS"


@contextmanager
def elasticsearch(shared: Path, folder: Path) -> Iterator[str]:
    """Its URL; stopped at the end unless it was given."""
    given = os.environ.get(GIVEN)
    if given:
        yield given
        return
    command = shared / "elasticsearch" / "elasticsearch"
    if not command.exists():
        missing("Elasticsearch", f"{command} is not there; name the folder with PASSERELLE_SHARED")
    if shutil.which("java") is None:
        missing("Elasticsearch", "java 17 or later is not installed")
    started = subprocess.run(
        [command, "start", "--data", folder, "--port", str(free_port()), "--heap", "512m", "--wait", "180"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    if started.returncode != 0:
        missing("Elasticsearch", f"it did not start: {started.stderr.strip()[-500:]}")
    try:
        yield started.stdout.strip().splitlines()[-1]
    finally:
        subprocess.run([command, "stop", "--data", folder], capture_output=True, timeout=60, check=False)


def free_port() -> int:
    """A port that nothing listens on, with the one 100 above it (the cluster's own) free as well."""
    for _ in range(50):
        with socket.socket() as probe, socket.socket() as beside:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            if port > 65_000:
                continue
            try:
                beside.bind(("127.0.0.1", port + 100))
            except OSError:
                continue
            return port
    raise OSError("no free pair of ports")
