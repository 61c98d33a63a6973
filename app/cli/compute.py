"""What follows an import: encode, index, count words, match; with progress bars."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from app.cli.common import progress_bar
from app.services.index.encode_records import encode_records
from app.services.index.kinds import ALIASES, Kind
from app.services.index.rebuild_index import rebuild_index
from app.services.parts import Parts
from app.services.suggestions.refresh_all import refresh_all
from app.services.suggestions.statistics import refresh_statistics

KINDS: tuple[Kind, ...] = ("challenge", "firm")
WIDTH = 17  # of a label beside its bar


class Steps:
    """Seconds by step, in their order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Measure a step; the same name again adds up."""
        started = time.monotonic()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - started


def compute_all(parts: Parts, processes: int | None = None, steps: Steps | None = None) -> None:
    """Both indexes and all matches anew. `processes` encode; None for one a core.

    Raises CountsDiffer, Unavailable.
    """
    steps = steps or Steps()
    with steps.timed("encode"), progress_bar(f"{'encode':<{WIDTH}}") as progress:
        encode_records(parts, processes, progress)
    for kind in KINDS:
        with steps.timed("index"), progress_bar(f"{f'index {ALIASES[kind]}':<{WIDTH}}") as progress:
            rebuild_index(parts, kind, progress=progress)
    with steps.timed("match"), progress_bar(f"{'matches':<{WIDTH}}") as progress:
        refresh_statistics(parts)
        refresh_all(parts, firms=True, progress=progress)
