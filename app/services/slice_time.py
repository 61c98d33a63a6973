"""How long one run of long work may take: whoever edits a page meanwhile waits for it, and for the step in hand."""

from __future__ import annotations

import time
from collections.abc import Callable

from config.settings import Settings


def slice_time(settings: Settings) -> Callable[[], bool]:
    """Begins now; the answer says whether the time of this run is up."""
    end = time.monotonic() + settings.job_slice_s
    return lambda: time.monotonic() > end
