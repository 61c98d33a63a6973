"""Settings → a portal that is warm: what the web process serves."""

from __future__ import annotations

import os
import secrets
import threading
from contextlib import suppress
from pathlib import Path

from flask import Flask

from app.factory import create_app
from app.services.index.index_records import ALIASES
from app.services.parts import Parts, build_parts
from config.settings import Settings
from indexing.detection import query_language
from matching.errors import MatchmakingError
from workers.broker import limiter_url


def build_portal(settings: Settings) -> Flask:
    """Build the parts, load the model and answer one query, so that the first visitor does not wait."""
    parts = build_parts(settings)
    parts.encoder.encode_queries(["prêt"], "fr")
    threading.Thread(target=_read_words, args=(parts,), daemon=True).start()
    secure = (settings.public_url or "").startswith("https://")
    return create_app(parts, secret_key(settings), limiter_url(settings), secure_cookies=secure)


def _read_words(parts: Parts) -> None:
    """The words of both indexes take a second; pages need not wait for them, the first search would."""
    query_language("prêt", "fr")
    for alias in ALIASES.values():
        with suppress(MatchmakingError):  # no index yet, or its engine is down: pages say so
            parts.searcher.vocabulary(alias)


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
