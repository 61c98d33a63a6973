"""Settings → a portal that is warm: what the web process serves."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from flask import Flask

from app.factory import create_app
from app.services.parts import build_parts
from config.settings import Settings
from workers.broker import limiter_url


def build_portal(settings: Settings) -> Flask:
    """Build the parts, load the model and answer one query, so that the first visitor does not wait."""
    parts = build_parts(settings)
    parts.encoder.encode_queries(["prêt"], "fr")
    secure = (settings.public_url or "").startswith("https://")
    return create_app(parts, secret_key(settings), limiter_url(settings), secure_cookies=secure)


def secret_key(settings: Settings) -> str:
    """The key that is set, else one that is made once and kept under var/ for this user's eyes only."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.var / "secret-key"
    if not path.exists():
        settings.var.mkdir(parents=True, exist_ok=True)
        _write_once(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()


def _write_once(path: Path, text: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return  # another process was faster: its key counts
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
