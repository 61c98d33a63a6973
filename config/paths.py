"""Folders of the checkout that code reads from."""

from __future__ import annotations

from pathlib import Path

CONFIG = Path(__file__).resolve().parent
ROOT = CONFIG.parent
TEMPLATES = ROOT / "templates"
