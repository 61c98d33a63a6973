"""Files that facilitators sent: kept under var/uploads with random names for a day, with what was asked for and done.

A folder an upload: the file; `upload.json`; for each run `RUN.json` (what was asked for) and `RUN.jsonl` (one line a
transaction that is committed, so that a run that was cut off goes on where it stopped).
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast

from app.services.access import ensure, may_import
from app.services.actor import Actor
from app.services.importing.batches import Batch, ImportOptions
from app.services.importing.files import SourceFile, read_rows
from app.services.importing.mapping import parse_mapping
from app.services.importing.report import COUNTS, Report, RowNote
from matching.errors import Forbidden, InvalidInput, NotFound

ImportKind = Literal["challenges", "firms"]
KINDS: tuple[ImportKind, ...] = ("challenges", "firms")
KEPT = timedelta(days=1)
_TOKEN = re.compile(r"[0-9a-f]{32}")
_RUN = re.compile(r"[0-9a-f]{12}")
_SUFFIX = re.compile(r"\.[a-z]{2,6}")
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent, by whom and when. `name` is what the sender's computer called it."""

    token: str
    kind: ImportKind
    name: str
    user_id: int | None
    at: datetime
    folder: Path = field(repr=False)

    @property
    def until(self) -> datetime:
        """When it is deleted."""
        return self.at + KEPT

    def source(self) -> SourceFile:
        """The file itself."""
        path = next((path for path in self.folder.glob("file.*")), None)
        if path is None:
            raise NotFound(f"upload {self.token}")
        return SourceFile.from_path(path)

    def runs(self) -> list[str]:
        """The runs of this upload, oldest first."""
        found = [path for path in self.folder.glob("*.json") if _RUN.fullmatch(path.stem)]
        return [path.stem for path in sorted(found, key=lambda path: path.stat().st_mtime)]


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


def keep_upload(var: Path, actor: Actor, kind: str, name: str, data: bytes, at: datetime) -> Upload:
    """Keep a file. Raises Forbidden; InvalidInput where it is no file that an import can read."""
    ensure(may_import(actor), "import")
    if kind not in KINDS:
        raise InvalidInput({"kind": "unknown_value"})
    shown = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/").rpartition("/")[2])[-LONGEST_NAME:] or "?"
    suffix = Path(shown).suffix.lower()
    read_rows(SourceFile(f"file{suffix}", data), limit=1)  # told before anything is written
    token = secrets.token_hex(16)
    folder = var / "uploads" / token
    folder.mkdir(parents=True, mode=0o700)
    (folder / f"file{suffix if _SUFFIX.fullmatch(suffix) else ''}").write_bytes(data)
    content = {"kind": kind, "name": shown, "user_id": actor.user_id, "at": at.isoformat()}
    (folder / "upload.json").write_text(json.dumps(content), encoding="utf-8")
    return load_upload(var, actor, token)


def load_upload(var: Path, actor: Actor, token: str) -> Upload:
    """An upload of this person; administrators see everybody's. Raises NotFound, Forbidden."""
    ensure(may_import(actor), "import")
    folder = var / "uploads" / token
    if not _TOKEN.fullmatch(token) or not (folder / "upload.json").is_file():
        raise NotFound(f"upload {token}")
    content = json.loads((folder / "upload.json").read_text(encoding="utf-8"))
    at = datetime.fromisoformat(content["at"])
    found = Upload(token, content["kind"], content["name"], content["user_id"], at, folder)
    if not actor.administrator and found.user_id != actor.user_id:
        raise NotFound(f"upload {token}")
    return found


def list_uploads(var: Path, actor: Actor) -> list[Upload]:
    """The uploads that this person may see, newest first. Raises Forbidden."""
    ensure(may_import(actor), "import")
    found = []
    for path in (var / "uploads").glob("*/upload.json"):
        try:
            found.append(load_upload(var, actor, path.parent.name))
        except (NotFound, Forbidden, OSError, ValueError, KeyError):
            continue  # another's, or just being deleted
    return sorted(found, key=lambda upload: upload.at, reverse=True)


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


def delete_upload(upload: Upload) -> None:
    """Delete the file and all that was noted of it; nothing that was imported."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def delete_old_uploads(var: Path, now: datetime) -> int:
    """Delete what is older than a day; returns how many."""
    old = [path for path in (var / "uploads").glob("*") if path.is_dir() and _sent_at(path) < now - KEPT]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


def _sent_at(folder: Path) -> datetime:
    """What was noted; the folder's own time where its process ended before that."""
    try:
        content = json.loads((folder / "upload.json").read_text(encoding="utf-8"))
        return datetime.fromisoformat(content["at"])
    except (OSError, ValueError, KeyError):
        return datetime.fromtimestamp(folder.stat().st_mtime, UTC)


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
