"""Where Redis is: the one that is set, else the bundled one on a socket under var/."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from config.settings import Settings

LONGEST_SOCKET = 100  # a Unix socket's path has at most 107 bytes


def socket_path(settings: Settings) -> Path:
    """Under var/, or, where that path is too long for a socket, in the folder for temporary files."""
    path = settings.var / "redis.sock"
    if len(str(path).encode()) <= LONGEST_SOCKET:
        return path
    name = hashlib.sha256(str(settings.var).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"passerelle-{name}.sock"


def broker_url(settings: Settings) -> str:
    """As Celery writes it."""
    return settings.redis_url or f"redis+socket://{socket_path(settings)}"


def limiter_url(settings: Settings) -> str:
    """As the rate limiter writes it."""
    return broker_url(settings).replace("redis+socket://", "redis+unix://")
