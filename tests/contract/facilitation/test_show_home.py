from __future__ import annotations

from app.services.search.show_home import open_by_sector
from tests.facilitation.world import World


def test_open_challenges_are_counted_by_sector_and_one_of_two_sectors_in_both(world: World) -> None:
    world.challenge(sectors=["health", "finance"])
    world.challenge(sectors=["health"])
    world.challenge(sectors=[])
    world.challenge(sectors=["health"], status="draft")
    world.challenge(sectors=["culture"], status="closed")

    with world.store.read() as work:
        count, by_sector = open_by_sector(work)

    assert count == 3
    assert dict(by_sector) == {"health": 2, "finance": 1}
