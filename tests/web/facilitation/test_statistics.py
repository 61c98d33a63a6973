from __future__ import annotations

from app.records.queries import latest_statistics_id
from app.services.parts import Parts
from app.services.suggestions.statistics import current_statistics, refresh_statistics
from tests.facilitation.world import World


def test_statistics_are_counted_anew_only_where_public_records_changed(world: World, parts: Parts) -> None:
    world.challenge("Déneiger les pistes")
    refresh_statistics(parts)
    before = _newest(parts)

    refresh_statistics(parts)
    assert _newest(parts) == before

    world.firm("Nordet Numérique")
    refresh_statistics(parts)
    assert _newest(parts) > before
    assert sum(current_statistics(parts).documents.values()) == 2


def _newest(parts: Parts) -> int:
    with parts.store.read() as work:
        return latest_statistics_id(work) or 0
