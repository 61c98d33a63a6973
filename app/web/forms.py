"""What forms share: choices with labels in the page's language, and errors of services beside their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, request

from app.services.faults import message
from app.web.context import language
from app.web.field_labels import field_label


def fault_messages(faults: Mapping[str, str]) -> dict[str, str]:
    """Cause codes → sentences in the reader's language."""
    return {field: message(cause, language()) for field, cause in faults.items()}


def flash_warnings(warnings: Mapping[str, str]) -> None:
    """What was saved all the same, shown with the name of its field on the next page."""
    for field, text in fault_messages(warnings).items():
        flash(f"{field_label(field)} — {text}", "warning")


def lines(name: str) -> list[str]:
    """A text area with one item a line."""
    return [line.strip() for line in request.form.get(name, "").splitlines() if line.strip()]


def number(name: str) -> Any:
    """A whole number, None where empty, or the text itself, which the service then refuses beside the field."""
    text = request.form.get(name, "").replace("\u00a0", "").replace(" ", "").strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        return text
