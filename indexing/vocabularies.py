"""The words of indexes, for corrections and completions, read again while searches go on."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from indexing.engine import SearchEngine
from indexing.spelling import Vocabulary
from matching.errors import SearchUnavailable

LIFETIME_S = 30.0


@dataclass(frozen=True, slots=True)
class _Held:
    at: float
    without_ids: tuple[str, ...]
    words: Vocabulary

    @property
    def is_old(self) -> bool:
        return time.monotonic() - self.at > LIFETIME_S


class Vocabularies:
    """One vocabulary an index, kept. Safe to be used by several threads."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._held: dict[str, _Held] = {}
        self._reading = threading.Lock()

    def of(self, alias: str, without_ids: tuple[str, ...] = ()) -> Vocabulary:
        """The words of an index. Raises SearchUnavailable.

        Words of some seconds ago still answer, while another thread reads them again: a third of a second for a
        changed index. Where other rows are to be left out than before, they are read at once.
        """
        held = self._held.get(alias)
        if held is None or held.without_ids != without_ids:
            with self._reading:
                held = self._held.get(alias)  # somebody may have read it while this thread waited
                if held is None or held.without_ids != without_ids:
                    held = self._read(alias, without_ids)
        elif held.is_old and self._reading.acquire(blocking=False):
            threading.Thread(target=self._read_again, args=(alias, without_ids), daemon=True).start()
        return held.words

    def _read_again(self, alias: str, without_ids: tuple[str, ...]) -> None:
        try:
            with suppress(SearchUnavailable):  # the search itself says so; the words at hand stay
                self._read(alias, without_ids)
        finally:
            self._reading.release()

    def _read(self, alias: str, without_ids: tuple[str, ...]) -> _Held:
        before = self._held.get(alias)
        counts = self._engine.vocabulary(alias, without_ids)
        earlier = before.words if before is not None else None
        words = earlier if earlier is not None and earlier.counts == counts else Vocabulary(counts, earlier)
        held = self._held[alias] = _Held(time.monotonic(), without_ids, words)
        return held
