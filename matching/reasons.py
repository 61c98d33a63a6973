"""Why a pair: passages cited on both sides, exactly as they stand in the texts."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from matching.model import ChallengeSide, Citation, FirmSide, Floats, Passage, Reason

LONGEST_CITATION = 400  # characters
MOST_PASSAGE_REASONS = 4
WEAKEST = 0.25  # on the calibrated scale: a weaker pair of passages explains nothing
UNMET_BELOW = 0.3

_SENTENCE = re.compile(r"[.!?…](?=\s)")


def cite(passage: Passage) -> Citation:
    """The passage, or its first sentences that fit; cut at a word where the first one alone is longer."""
    text = passage.text
    if len(text) > LONGEST_CITATION:
        ends = [found.end() for found in _SENTENCE.finditer(text) if found.end() <= LONGEST_CITATION]
        cut = ends[-1] if ends else text.rfind(" ", 0, LONGEST_CITATION)
        text = text[: cut if cut > 0 else LONGEST_CITATION].rstrip()
    return Citation(passage.field, passage.language, text, passage.start, passage.start + len(text), passage.item_id)


def reasons_of(challenge: ChallengeSide, firm: FirmSide, scaled: Floats) -> tuple[Reason, ...]:
    """The strongest pairs of passages (each passage once), then shared technologies and sectors."""
    found: list[Reason] = []
    used_rows: set[int] = set()
    used_columns: set[int] = set()
    for row, column in _strongest_first(challenge, firm, scaled):
        strength = float(scaled[row, column])
        if strength < WEAKEST or len(found) == MOST_PASSAGE_REASONS:
            break
        if row in used_rows or column in used_columns:
            continue
        used_rows.add(row)
        used_columns.add(column)
        passage = challenge.passages[row]
        need = passage.item_id if passage.field == "need" else None
        feature = "needs" if need is not None else "meaning"
        found.append(Reason(feature, round(strength, 3), cite(passage), cite(firm.passages[column]), need_id=need))
    return (*found, *_shared(challenge, firm))


def unmet_needs(challenge: ChallengeSide, strengths: Mapping[int, float]) -> tuple[int, ...]:
    """Needs that nothing of the firm answers, essential ones first."""
    unmet = [need for need in challenge.needs if strengths.get(need.need_id, 0.0) < UNMET_BELOW]
    return tuple(need.need_id for need in sorted(unmet, key=lambda need: not need.essential))


def strongest_languages(challenge: ChallengeSide, firm: FirmSide, scaled: Floats) -> tuple[str, str]:
    """Languages of the strongest pair of passages; the originals where there is none."""
    if scaled.size == 0:
        return challenge.original, firm.original
    row, column = np.unravel_index(int(np.argmax(scaled)), scaled.shape)
    return challenge.passages[row].language, firm.passages[column].language


def _strongest_first(challenge: ChallengeSide, firm: FirmSide, scaled: Floats) -> list[tuple[int, int]]:
    """Pairs of citable passages; titles are too short to explain anything and come last."""
    order = np.argsort(-scaled, axis=None, kind="stable")[: 40 * MOST_PASSAGE_REASONS]
    pairs = [(int(place) // scaled.shape[1], int(place) % scaled.shape[1]) for place in order] if scaled.size else []
    citable = [
        (row, column) for row, column in pairs if challenge.passages[row].tier == firm.passages[column].tier == "public"
    ]
    return sorted(citable, key=lambda pair: challenge.passages[pair[0]].field == "title")


def _shared(challenge: ChallengeSide, firm: FirmSide) -> list[Reason]:
    found = []
    for feature, ours, theirs in (
        ("technologies", challenge.technologies, firm.technologies),
        ("sector", challenge.sectors, firm.sectors),
    ):
        if ours & theirs:
            found.append(Reason(feature, round(len(ours & theirs) / len(ours), 3), codes=tuple(sorted(ours & theirs))))
    return found
