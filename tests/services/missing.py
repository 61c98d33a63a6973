"""How a test says that a part of this machine is not there."""

from __future__ import annotations

from typing import NoReturn

import pytest

PREFIX = "not here: "


def missing(part: str, reason: str) -> NoReturn:
    """Skip what needs the part; with CI=true `tests/conftest.py` makes a failure of it."""
    pytest.skip(f"{PREFIX}{part}: {reason}")
