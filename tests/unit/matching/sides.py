"""Small challenges and firms as matching sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from matching.model import ChallengeSide, FirmSide, Floats, Language, Needed, Passage, Weights
from matching.words import Statistics

WEIGHTS = Weights(
    "test",
    {
        "meaning": 0.32,
        "words": 0.24,
        "needs": 0.14,
        "technologies": 0.12,
        "sector": 0.06,
        "maturity": 0.03,
        "collaboration": 0.02,
        "place": 0.02,
        "service_language": 0.03,
        "budget": 0.02,
    },
    {"meaning": {"default": [0.0, 1.0]}, "words": {"default": [0.0, 0.5]}},
)


def a_passage(field: str, text: str, language: Language = "fr", **more: Any) -> Passage:
    """A passage that is its whole text."""
    values: dict[str, Any] = {"key": f"{field}.{language}.0", "start": 0, "end": len(text)} | more
    return Passage(field=field, language=language, text=text, **values)


def unit(*numbers: float) -> Sequence[float]:
    """Scaled to length 1."""
    row = np.array(numbers, dtype=np.float64)
    return [float(number) for number in row / np.linalg.norm(row)]


def a_challenge(
    passages: Sequence[tuple[Passage, Sequence[float]]],
    needs: Sequence[tuple[int, bool]] = (),
    **more: Any,
) -> ChallengeSide:
    """`needs`: (id, essential); a need's passages are those with its `item_id`."""
    own = tuple(passage for passage, _ in passages)
    return ChallengeSide(
        id=more.pop("id", 1),
        version=more.pop("version", 1),
        passages=own,
        vectors=_stacked([vector for _, vector in passages]),
        tokens=tuple(tuple(passage.text.lower().split()) for passage in own),
        needs=tuple(
            Needed(key, essential, tuple(i for i, p in enumerate(own) if p.item_id == key)) for key, essential in needs
        ),
        original=more.pop("original", "fr"),
        **more,
    )


def a_firm(passages: Sequence[tuple[Passage, Sequence[float]]], **more: Any) -> FirmSide:
    """A published firm."""
    own = tuple(passage for passage, _ in passages)
    return FirmSide(
        id=more.pop("id", 2),
        version=more.pop("version", 1),
        passages=own,
        vectors=_stacked([vector for _, vector in passages]),
        tokens=tuple(tuple(passage.text.lower().split()) for passage in own),
        original=more.pop("original", "fr"),
        organisation_id=more.pop("organisation_id", 77),
        **more,
    )


def statistics_of(*bags: Mapping[str, Mapping[str, int]]) -> Statistics:
    """Counts over these documents."""
    return Statistics.of("1", bags)


def _stacked(rows: Sequence[Sequence[float]]) -> Floats:
    return np.array(rows, dtype=np.float32).reshape(len(rows), -1) if rows else np.zeros((0, 3), dtype=np.float32)
