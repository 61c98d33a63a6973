"""Where the sockets of a folder lie."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

LONGEST_SOCKET = 100  # bytes: a Unix socket's path has at most 107


def socket_path(folder: Path, name: str) -> Path:
    """In the folder, or in the one for temporary files where that path is too long for a socket."""
    path = folder / f"{name}.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    digest = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"passerelle-{name}-{digest}.sock"
