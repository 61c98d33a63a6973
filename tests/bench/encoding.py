"""What a French passage costs beside an English one of the same length, and a query, on one core."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.services.parts import build_encoder
from app.services.taxonomy.taxonomy import shipped_terms
from config.settings import Settings
from indexing.lexicon import load_lexicon
from matching.model import Language
from matching.ports import Encoder
from tests.bench.queries import Query, passages

PASSAGES = 300
CHARACTERS = 300  # of each passage, cut at a word
ROUNDS = 3  # of each language in turn; the fastest one counts


def measure(settings: Settings, data: Path, queries: Sequence[Query]) -> dict[str, float]:
    """Ratio of French to English passages, milliseconds a passage and a query. One thread, one process."""
    encoder = build_encoder(settings, load_lexicon(shipped_terms()))
    texts: dict[Language, list[str]] = {lang: passages(data, lang, PASSAGES, CHARACTERS) for lang in ("fr", "en")}
    best: dict[Language, float] = {"fr": float("inf"), "en": float("inf")}
    for _ in range(ROUNDS):
        for language, own in texts.items():
            best[language] = min(best[language], _seconds(encoder, language, own))
    times = []
    for query in queries:
        start = time.perf_counter()
        encoder.encode_queries([query.text], query.language)
        times.append(1000 * (time.perf_counter() - start))
    return {
        "French passage, ms": 1000 * best["fr"] / PASSAGES,
        "English passage, ms": 1000 * best["en"] / PASSAGES,
        "French by English passage": best["fr"] / best["en"],
        "p50 of encoding a query, ms": float(np.percentile(times, 50)),
        "p95 of encoding a query, ms": float(np.percentile(times, 95)),
    }


def _seconds(encoder: Encoder, language: Language, texts: Sequence[str]) -> float:
    start = time.perf_counter()
    encoder.encode_prepared([encoder.prepare(text, language) for text in texts])
    return time.perf_counter() - start
