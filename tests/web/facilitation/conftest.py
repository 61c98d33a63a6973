from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.portal import Visitor


@pytest.fixture
def facilitator(signed_in: Callable[..., Visitor]) -> Visitor:
    """A facilitator who has signed in."""
    return signed_in("animation@passerelle.example", role="facilitator")
