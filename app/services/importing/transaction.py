"""The transaction that many rows of an import come in with, and what the workers are told of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.records.store import Store, Work
from app.services.importing.options import ImportOptions
from app.services.index.slices import ask_to_index


@contextmanager
def transaction(store: Store, options: ImportOptions) -> Iterator[Work]:
    """Kept at its end unless the options ask for a dry run. What comes in is announced to the workers all at once."""
    try:
        with store.write() as work:
            kept: list[object] = []  # a session forgets what nobody else holds and would read a new row again
            event.listen(work.session, "pending_to_persistent", lambda _session, row: kept.append(row))
            gathering = _Gathering(work)
            yield gathering if options.announce else _Quiet(work.session, work.now)
            gathering.announce()
            if options.dry_run:
                raise _DryRun
    except _DryRun:
        return


class _DryRun(Exception):
    """Rolls a transaction back."""


class _Gathering(Work):
    """Gathers the records that have to be indexed: thousands of messages would be in everybody's way."""

    def __init__(self, work: Work) -> None:
        super().__init__(work.session, work.now)
        self.indexed: dict[str, list[int]] = {}

    def tell(self, topic: str, key: int | str, **payload: Any) -> None:
        """As `Work.tell`; the index is told by `announce`. Ids of refused rows stay: there is no such record then."""
        verb, _, kind = topic.partition("_")
        if kind in ("challenge", "firm") and verb == "index":
            self.indexed.setdefault(kind, []).append(int(key))
        else:
            super().tell(topic, key, **payload)

    def announce(self) -> None:
        """One message for all records of a kind."""
        for kind, ids in self.indexed.items():
            ask_to_index(self, kind, ids)


class _Quiet(Work):
    """Sends no messages."""

    def tell(self, topic: str, key: int | str, **payload: Any) -> None:
        """Nothing: the caller rebuilds."""
