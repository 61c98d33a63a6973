"""Corpus statistics: what exact word scores are computed from, counted over all public records, versioned."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from sqlalchemy import delete

from app.records.queries import latest_statistics, latest_statistics_id, visible_versions
from app.records.store import Store, Work
from app.records.work import CorpusStatistics
from app.services.parts import Parts
from app.services.public_texts import every_text, tokens_of
from indexing.definitions import SCHEMA
from indexing.passages import passages_of
from matching.words import Statistics, bags_of

COUNTED = "counted"  # in the stored content: the fingerprint of what was counted
KEPT = 5  # older snapshots: matches name the version that they were scored with

# By store, and gone with it: a test or a command may open several.
_cache: WeakKeyDictionary[Store, tuple[int, Statistics]] = WeakKeyDictionary()
_lock = threading.Lock()


def refresh_statistics(parts: Parts) -> str:
    """Count anew and put the result in force; returns its version. Scores change a little with it, all together.

    Where the same versions of the same records are public as in the statistics in force, these stay: counting takes
    seconds.
    """
    with parts.store.read() as work:
        version, counted = f"{work.now:%Y%m%d%H%M%S}", _fingerprint(work)
        newest = latest_statistics(work)
        if newest is not None and newest.content.get(COUNTED) == counted:
            return str(newest.content["version"])
    statistics = Statistics.of(version, _bags(parts.store))
    with parts.store.write() as work:
        work.session.add(CorpusStatistics(content={**statistics.as_json(), COUNTED: counted}, created_at=work.now))
        work.session.flush()
        newest = latest_statistics(work)
        assert newest is not None
        work.session.execute(delete(CorpusStatistics).where(CorpusStatistics.id <= newest.id - KEPT))
    return version


def _fingerprint(work: Work) -> str:
    """Changes with every public record and version, and with the analysis of texts."""
    versions = {kind: sorted(visible_versions(work, kind).items()) for kind in ("challenge", "firm")}
    return hashlib.sha256(json.dumps([SCHEMA, versions]).encode()).hexdigest()


def current_statistics(parts: Parts) -> Statistics:
    """The statistics in force, read once a snapshot; counted where there are none yet."""
    with parts.store.read() as work:
        newest = latest_statistics_id(work)
    if newest is None:
        refresh_statistics(parts)
        return current_statistics(parts)
    with _lock:
        held = _cache.get(parts.store)
        if held is None or held[0] != newest:
            with parts.store.read() as work:  # a megabyte of JSON: read only where it is new
                row = latest_statistics(work)
            assert row is not None
            held = _cache[parts.store] = (row.id, Statistics.from_json(row.content))
        return held[1]


def _bags(store: Store) -> Iterator[dict[str, dict[str, int]]]:
    for texts in every_text(store):
        passages = passages_of(texts)
        yield {language: dict(bag) for language, bag in bags_of(passages, tokens_of(passages)).items()}
