"""What a merge locks and moves, on both databases; tests/web/administration has what its pages say."""

from __future__ import annotations

import pytest

from app.records.accounts import Organisation
from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.services.actor import Actor
from app.services.administration.merge_organisations import merge_organisations
from app.services.administration.same_names import same_names
from matching.errors import Forbidden, InvalidInput
from tests.facilitation.world import World


def test_a_merge_moves_what_hangs_on_the_organisation_that_goes(world: World) -> None:
    person = world.user("jo@x.example", role="administrator")
    admin = Actor(person, "fr", administrator=True)
    kept, other = world.organisation("Nordet", person), world.organisation("NORDET", person)
    firm_id = world.firm("Nordet", person)
    challenge_id = world.challenge(organisation_id=other)
    with world.store.read() as work:
        own = work.session.get_one(FirmProfile, firm_id).organisation_id

    for gone in (other, own):
        with world.store.write() as work:
            merge_organisations(work, admin, kept, gone)

    with world.store.read() as work:
        assert [work.session.get(Organisation, gone) for gone in (other, own)] == [None, None]
        assert work.session.get_one(Challenge, challenge_id).organisation_id == kept
        assert work.session.get_one(FirmProfile, firm_id).organisation_id == kept
        assert same_names(work, admin) == []


def test_a_refused_merge_changes_nothing(world: World) -> None:
    admin = Actor(world.user("jo@x.example"), "fr", administrator=True)
    kept, other = world.organisation("Nordet"), world.organisation("Suroît")

    for actor, error in ((admin, InvalidInput), (Actor(1, "fr", facilitator=True), Forbidden)):
        with pytest.raises(error), world.store.write() as work:
            merge_organisations(work, actor, kept, other)

    with world.store.read() as work:
        assert work.session.get(Organisation, other) is not None
