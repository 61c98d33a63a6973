"""Where Redis is: the one that is set, else the bundled one on a socket under var/."""

from __future__ import annotations

from pathlib import Path

from config.settings import Settings
from config.sockets import socket_path


def redis_socket(settings: Settings) -> Path:
    """Of the bundled Redis."""
    return socket_path(settings.var, "redis")


def broker_url(settings: Settings) -> str:
    """As Celery writes it."""
    return settings.redis_url or f"redis+socket://{redis_socket(settings)}"


def limiter_url(settings: Settings) -> str:
    """As the rate limiter writes it."""
    return broker_url(settings).replace("redis+socket://", "redis+unix://")
