"""Whether a document fits its index definition: the same rules for both engines."""

from __future__ import annotations

from typing import TypeGuard

import numpy as np

from indexing.definitions import IndexDefinition
from indexing.documents import Document

LARGEST = 2**63 - 2  # the largest 64-bit number stands for "no date" in the embedded engine


def fault_of(document: Document, definition: IndexDefinition) -> str | None:
    """Why a document is refused; None where it is good."""
    if not isinstance(document.id, str) or not _is_text(document.id) or not 0 < len(document.id.encode()) <= 512:
        return "id: a text of 1 to 512 bytes is needed"
    if not _is_number(document.version) or document.version < 0:
        return "version: a whole number from 0 is needed"
    for name, value in document.fields.items():
        fault = _field_fault(name, value, definition)
        if fault is not None:
            return f"{name}: {fault}"
    for passage in document.passages:
        if passage.vector.shape != (definition.dims,):
            return f"passage {passage.key}: shape {passage.vector.shape} is not ({definition.dims},)"
        if not np.all(np.isfinite(passage.vector)) or not np.any(passage.vector):
            return f"passage {passage.key}: a vector needs finite numbers, not all of them zero"
    return None


def _field_fault(name: str, value: object, definition: IndexDefinition) -> str | None:
    if name in definition.text_fields:
        return None if _is_text(value) else "text is needed"
    if name in definition.keyword_fields:
        good = isinstance(value, tuple | list) and all(_is_text(code) and len(code) <= 512 for code in value)
        return None if good else "a tuple of codes is needed"
    if name in definition.integer_fields:
        return None if _is_number(value) else "a whole number of 64 bits is needed"
    return "unknown field"


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and -LARGEST <= value <= LARGEST


def _is_text(value: object) -> TypeGuard[str]:
    """Text that can be written as UTF-8: half a character (a lone surrogate) cannot."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
