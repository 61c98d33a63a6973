"""Settings → a portal that is warm: what the web process serves."""

from __future__ import annotations

import gc
import os
import secrets
import threading
from contextlib import suppress
from pathlib import Path

from flask import Flask

from app.factory import create_app
from app.services.index.kinds import ALIASES
from app.services.parts import Parts, build_parts
from app.web.pages import WARM
from config.settings import Settings
from indexing.detection import query_language
from matching.errors import MatchmakingError
from workers.broker import limiter_url

MODEL_S = 300.0  # on a machine that others keep busy; searches go without meaning until then, and say so


def build_portal(settings: Settings) -> Flask:
    """Build the parts and the pages; `/health` says when the model is warm, here or in the process that holds it.

    Importing the model's library takes 9 s of a core: pages that need no model do not wait for it.
    """
    parts = build_parts(settings)
    secure = (settings.public_url or "").startswith("https://")
    app = create_app(parts, secret_key(settings), limiter_url(settings), secure_cookies=secure)
    warm = app.extensions[WARM] = threading.Event()
    threading.Thread(target=_warm_up, args=(parts, warm), daemon=True).start()
    return app


def _warm_up(parts: Parts, warm: threading.Event) -> None:
    """Wait for the model, and read the words of both indexes: the first search would wait."""
    try:
        with suppress(MatchmakingError):  # searches try again, and say that they go without meaning
            parts.warm_up(MODEL_S)
    finally:
        warm.set()
    query_language("prêt", "fr")
    for alias in ALIASES.values():
        with suppress(MatchmakingError):  # no index yet, or its engine is down: pages say so
            parts.searcher.vocabularies.of(alias)
    gc.collect()
    gc.freeze()  # words and lexicon are 700,000 objects: to look through them would hold up every reader


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
