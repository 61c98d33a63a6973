"""Files that facilitators sent: kept under var/uploads with random names for a day.

A folder an upload: the file; `upload.json`; what `runs` keeps of each run.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from app.services.access import ensure, may_import
from app.services.actor import Actor
from app.services.importing.files import LOOKED_AT, SourceFile, read_rows
from matching.errors import Forbidden, InvalidInput, NotFound

ImportKind = Literal["challenges", "firms"]
KINDS: tuple[ImportKind, ...] = ("challenges", "firms")
KEPT = timedelta(days=1)
_TOKEN = re.compile(r"[0-9a-f]{32}")
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


def keep_upload(var: Path, actor: Actor, kind: str, name: str, data: bytes, at: datetime) -> Upload:
    """Keep a file. Raises Forbidden; InvalidInput where it is no file that an import can read."""
    ensure(may_import(actor), "import")
    if kind not in KINDS:
        raise InvalidInput({"kind": "unknown_value"})
    shown = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/").rpartition("/")[2])[-LONGEST_NAME:] or "?"
    suffix = Path(shown).suffix.lower()
    rows = read_rows(SourceFile(f"file{suffix}", data), limit=LOOKED_AT)  # told before anything is written
    if not any(row.values for row in rows):
        raise InvalidInput({"file": "no_readable_row"})  # there would be no columns to choose from
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
