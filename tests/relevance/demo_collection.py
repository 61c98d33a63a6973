"""The demo as a collection: challenges, firms and the intended pairs, the small truth that guards relevance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.services.evaluation.read_collection import Collection, Entry
from tests.relevance.demo import FOLDER, intended

CHALLENGE_FIELDS = ("teaser", "problem", "outcome")
FIRM_FIELDS = ("summary", "offer", "strengths")
SOLUTION_FIELDS = ("problem", "description")


def demo_collection(block: str = "*") -> Collection:
    """Each record in its original language alone, so that many pairs are across languages."""
    queries = tuple(_challenge(row) for row in _rows(f"challenges-{block}.jsonl"))
    documents = tuple(_firm(row) for row in _rows(f"firms-{block}.jsonl"))
    judgements: dict[str, dict[str, int]] = {}
    for row in intended(block):
        judgements.setdefault(row["challenge_id"], {})[row["firm_id"]] = 1
    asked = tuple(query for query in queries if query.id in judgements)
    return Collection(f"demo-{block}", documents, asked, judgements)


def _challenge(row: dict[str, Any]) -> Entry:
    language = row["original"]
    texts = [row.get(f"{field}_{language}", "") for field in CHALLENGE_FIELDS]
    texts += [need.get(f"text_{language}", "") for need in row.get("needs", ())]
    return Entry(row["external_id"], row[f"title_{language}"], "\n".join(filter(None, texts)), language)


def _firm(row: dict[str, Any]) -> Entry:
    language = row["original"]
    texts = [row.get(f"{field}_{language}", "") for field in FIRM_FIELDS]
    for solution in row.get("solutions", ()):
        texts += [solution.get(f"{field}_{language}", "") for field in SOLUTION_FIELDS]
    return Entry(row["external_id"], row["name"], "\n".join(filter(None, texts)), language)


def _rows(pattern: str) -> Iterator[dict[str, Any]]:
    for path in sorted(Path(FOLDER).glob(pattern)):
        if "review" not in path.name:
            for line in path.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)
