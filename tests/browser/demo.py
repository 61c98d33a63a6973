"""A part of the demonstration, loaded, indexed and matched by the services that `passerelle demo` uses."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.records.migrate import upgrade
from app.services.accounts.passwords import hash_password
from app.services.index.rebuild_index import rebuild_index
from app.services.load_demo import FOLDER, load_demo
from app.services.parts import build_parts
from app.services.suggestions.refresh_all import refresh_all
from app.services.suggestions.statistics import refresh_statistics
from config.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
CHALLENGES = 2  # of each block; its firms are those that the file of intended matches names for them
FAILING_JOBS = 2  # messages that no worker can send, one for each language of the tests
START_S = 240.0  # until the first page: on a busy machine several processes load the model at the same time
STOP_S = 60.0


def write_part(folder: Path) -> None:
    """Copy a part of the demo's files: a few challenges of each block, their firms, and all that waits for review."""
    folder.mkdir(parents=True)
    shutil.copy(FOLDER / "workshops.json", folder)
    for path in sorted(FOLDER.glob("challenges-*.jsonl")):
        block = path.stem.removeprefix("challenges-")
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()][:CHALLENGES]
        _write(folder / path.name, rows)
        firms = [json.loads(line) for line in (FOLDER / f"firms-{block}.jsonl").read_text("utf-8").splitlines()]
        wanted = _intended(block, {row["external_id"] for row in rows})
        _write(folder / f"firms-{block}.jsonl", [row for row in firms if row["external_id"] in wanted or not wanted])


def _intended(block: str, challenges: set[str]) -> set[str]:
    path = FOLDER / f"intended-{block}.tsv"
    if not path.exists():
        return set()
    with path.open(encoding="utf-8") as file:
        return {row["firm_id"] for row in csv.DictReader(file, delimiter="\t") if row["challenge_id"] in challenges}


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def prepare(var: Path) -> None:
    """Database, index and matches under `var`, ready for `passerelle up`."""
    settings = Settings.from_environ({"PASSERELLE_VAR": str(var)})
    var.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database_url)
    write_part(var / "part")
    parts = build_parts(settings)
    try:
        loaded = load_demo(parts.store, hash_password, folder=var / "part", announce=False)
        assert loaded.failed == 0, "a row of the demo did not go in"
        assert len(loaded.accounts) == 4, "an account has nothing to stand for"
        rebuild_index(parts, "challenge")
        rebuild_index(parts, "firm")
        refresh_statistics(parts)
        refresh_all(parts, firms=True)
        with parts.store.write() as work:
            for number in range(FAILING_JOBS):
                values = {"template": "no_such_message", "to": "nobody@demo.example", "language": "fr", "values": {}}
                work.tell("mail", number, **values)
    finally:
        parts.close()


@contextmanager
def running(var: Path, port: int) -> Iterator[str]:
    """All processes of the product, as a user starts them; yields the address."""
    environment = {**os.environ, "PASSERELLE_VAR": str(var), "PASSERELLE_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    for name in ("DATABASE_URL", "ELASTICSEARCH_URL", "REDIS_URL", "SMTP_URL", "PASSERELLE_URL"):
        environment.pop(name, None)
    log = var / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "up"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        for line in log.read_text(encoding="utf-8").splitlines():
            if "is ready: " in line:
                return line.split("is ready: ", 1)[1].strip().rstrip("/")
        time.sleep(0.2)
    raise AssertionError(f"the product did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")
