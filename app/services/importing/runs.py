"""Runs of an upload: what was asked for and what is done.

In the folder of the upload, for each run: `RUN.json` (what was asked for) and `RUN.jsonl` (one line a transaction that
is committed, so that a run that was cut off goes on where it stopped).
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from app.services.importing.batches import Batch
from app.services.importing.mapping import parse_mapping
from app.services.importing.options import ImportOptions
from app.services.importing.report import COUNTS, Report, RowNote
from app.services.importing.uploads import Upload
from matching.errors import NotFound

_RUN = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked for: a dry run or an import, with its options."""

    upload: Upload
    id: str
    options: ImportOptions

    @property
    def key(self) -> str:
        """The key of its messages and job runs."""
        return f"{self.upload.token}-{self.id}"


@dataclass(slots=True)
class Progress:
    """How far a run is; `total` is None until it began."""

    report: Report
    done: int = 0
    total: int | None = None
    external_ids: set[str] = field(default_factory=set)
    fault: str | None = None

    @property
    def finished(self) -> bool:
        """Whether every row was dealt with, or the file was refused."""
        return self.fault is not None or (self.total is not None and self.done >= self.total)


def run_ids(upload: Upload) -> list[str]:
    """The runs of an upload, oldest first."""
    found = [path for path in upload.folder.glob("*.json") if _RUN.fullmatch(path.stem)]
    return [path.stem for path in sorted(found, key=lambda path: path.stat().st_mtime)]


def new_run(upload: Upload, options: ImportOptions) -> Run:
    """Note what is asked for; the caller sends the message."""
    run = Run(upload, secrets.token_hex(6), options)
    content = {
        "mapping": asdict(options.mapping),
        **{name: getattr(options, name) for name in ("dry_run", "publish", "reopen", "language")},
    }
    (upload.folder / f"{run.id}.json").write_text(json.dumps(content), encoding="utf-8")
    return run


def load_run(upload: Upload, run_id: str) -> Run:
    """A run of an upload. Raises NotFound."""
    path = upload.folder / f"{run_id}.json"
    if not _RUN.fullmatch(run_id) or not path.is_file():
        raise NotFound(f"run {run_id}")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    mapping = parse_mapping(json.dumps(content.pop("mapping")))
    return Run(upload, run_id, ImportOptions(mapping=mapping, **content))


def note_begun(run: Run, total: int, ignored: list[str]) -> None:
    """The file was read: its rows, and the columns that mean nothing here."""
    _append(run, {"total": total, "ignored": ignored})


def note_batch(run: Run, batch: Batch) -> None:
    """A transaction is committed."""
    notes = [asdict(note) for note in batch.report.notes]
    counts = {name: getattr(batch.report, name) for name in COUNTS}
    _append(run, {"done": batch.done, "ids": batch.external_ids, "counts": counts, "notes": notes})


def note_fault(run: Run, cause: str) -> None:
    """The file as a whole was refused."""
    _append(run, {"fault": cause})


def progress_of(run: Run) -> Progress:
    """All that was noted so far."""
    found = Progress(Report(dry_run=run.options.dry_run))
    for line in _lines(run):
        if "total" in line:
            found.total = found.report.total = line["total"]
            found.report.ignored_columns = line["ignored"]
        if "fault" in line:
            found.fault = line["fault"]
        if "done" in line:
            found.done = line["done"]
            found.external_ids.update(line["ids"])
            part = Report(**line["counts"], notes=[RowNote(**note) for note in line["notes"]])
            found.report.add(part)
    return found


def _append(run: Run, line: dict[str, Any]) -> None:
    with (run.upload.folder / f"{run.id}.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")


def _lines(run: Run) -> Iterator[dict[str, Any]]:
    """Whole lines: the last may be cut off where its process was killed."""
    path = run.upload.folder / f"{run.id}.jsonl"
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").split("\n"):
        try:
            found = json.loads(line) if line else None
        except ValueError:
            continue
        if isinstance(found, dict):
            yield cast("dict[str, Any]", found)
