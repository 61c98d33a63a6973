"""What may be asked of an import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from app.services.importing.mapping import ColumnMapping

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How to import.

    dry_run    everything is tried and reported, nothing is kept
    publish    what comes in is open or published at once; else it waits in the moderation queue
    reopen     challenges that are over are opened with a deadline 30 to 180 days ahead, recorded in `reopened`, and an
               empty text takes the teaser
    language   of texts whose column does not name one; None: told from the text
    announce   have the workers index and match what comes in, one message a transaction; without it the caller rebuilds
               the index and the matches himself
    progress   is told (done, total)
    """

    mapping: ColumnMapping = field(default_factory=ColumnMapping)
    dry_run: bool = False
    publish: bool = False
    reopen: bool = False
    language: Literal["fr", "en"] | None = None
    announce: bool = True
    progress: Progress | None = None
