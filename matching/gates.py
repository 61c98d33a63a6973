"""What excludes a pair, whatever its score."""

from __future__ import annotations

from datetime import date

from matching.model import ChallengeSide, FirmSide

CLOSED = "closed"
PAST_DEADLINE = "past_deadline"
UNPUBLISHED = "unpublished"
OPTED_OUT = "opted_out"
OWN_ORGANISATION = "own_organisation"
CONFLICT = "conflict"
EXCLUDED_SECTOR = "excluded_sector"


def gate(challenge: ChallengeSide, firm: FirmSide, *, today: date) -> str | None:
    """The first gate that the pair does not pass; None where it passes all."""
    gates = (
        (CLOSED, not challenge.open),
        (PAST_DEADLINE, challenge.deadline is not None and challenge.deadline < today),
        (UNPUBLISHED, not firm.published),
        (OPTED_OUT, firm.opted_out),
        (OWN_ORGANISATION, challenge.owner_organisation_id == firm.organisation_id),
        (CONFLICT, challenge.owner_organisation_id in firm.excluded_organisations),
        (EXCLUDED_SECTOR, bool(challenge.sectors) and challenge.sectors <= firm.excluded_sectors),
    )
    return next((name for name, stops in gates if stops), None)
