from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from matching import gates
from matching.gates import gate
from tests.unit.matching.sides import a_challenge, a_firm

TODAY = date(2026, 6, 1)
CHALLENGE = replace(a_challenge([]), owner_organisation_id=5, sectors=frozenset({"health"}), deadline=TODAY)
FIRM = a_firm([], organisation_id=6)


def test_a_pair_that_passes_all_gates_passes() -> None:
    assert gate(CHALLENGE, FIRM, today=TODAY) is None  # the day of the deadline counts
    assert gate(replace(CHALLENGE, deadline=None), FIRM, today=TODAY) is None


@pytest.mark.parametrize(
    ("challenge", "firm", "expected"),
    [
        ({"open": False}, {}, gates.CLOSED),
        ({"deadline": date(2026, 5, 31)}, {}, gates.PAST_DEADLINE),
        ({}, {"published": False}, gates.UNPUBLISHED),
        ({}, {"opted_out": True}, gates.OPTED_OUT),
        ({}, {"organisation_id": 5}, gates.OWN_ORGANISATION),
        ({}, {"excluded_organisations": frozenset({5})}, gates.CONFLICT),
        ({}, {"excluded_sectors": frozenset({"health", "finance"})}, gates.EXCLUDED_SECTOR),
    ],
)
def test_each_gate_stops_a_pair(challenge: dict[str, Any], firm: dict[str, Any], expected: str) -> None:
    assert gate(replace(CHALLENGE, **challenge), replace(FIRM, **firm), today=TODAY) == expected


def test_a_challenge_of_several_sectors_is_excluded_only_by_all_of_them() -> None:
    firm = replace(FIRM, excluded_sectors=frozenset({"health"}))

    assert gate(replace(CHALLENGE, sectors=frozenset({"health", "energy"})), firm, today=TODAY) is None
    assert gate(replace(CHALLENGE, sectors=frozenset()), firm, today=TODAY) is None
