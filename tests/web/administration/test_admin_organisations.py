from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.records.accounts import Membership, Organisation
from app.records.challenges import Challenge, ChallengeVersion
from app.records.firms import FirmProfile
from app.records.matches import Match
from app.records.store import Store
from app.records.work import AuditEntry, Outbox
from tests.facilitation.world import World
from tests.web.portal import Visitor

SignedIn = Callable[..., Visitor]
PATH = "/fr/admin/organisations"


@pytest.fixture
def admin(signed_in: SignedIn) -> Visitor:
    return signed_in("ada@passerelle.example", role="administrator")


def merge(admin: Visitor, kept: int, other: int) -> int:
    return admin.send(f"{PATH}/merge", {"kept": kept, "other": other}).status_code


def own_organisation(store: Store, firm_id: int) -> int:
    with store.read() as work:
        return work.session.get_one(FirmProfile, firm_id).organisation_id


def told(store: Store) -> set[tuple[str, str]]:
    with store.read() as work:
        return {(row.topic, row.key) for row in work.session.scalars(select(Outbox))}


def test_organisations_of_one_name_are_shown_whatever_case_accents_and_spaces(admin: Visitor, world: World) -> None:
    world.organisation("Société Éclair")
    world.organisation("SOCIETE  eclair")
    world.organisation("Ville de Laval")

    page = admin.text(PATH)

    assert "SOCIETE  eclair" in page
    assert "Ville de Laval" not in page


def test_members_challenges_and_the_profile_move_and_the_emptied_organisation_goes(
    admin: Visitor, world: World
) -> None:
    both, one = world.user("both@x.example"), world.user("one@x.example")
    kept = world.organisation("Nordet", both)
    firm_id = world.firm("Nordet", both, one)
    other = own_organisation(world.store, firm_id)
    challenge_id = world.challenge(organisation_id=other)

    assert "Nordet" in admin.text(f"{PATH}/merge?kept={kept}&other={other}")
    assert merge(admin, kept, other) == 302

    with world.store.read() as work:
        assert work.session.get(Organisation, other) is None
        assert work.session.get_one(Organisation, kept).is_firm
        members = work.session.scalars(select(Membership).where(Membership.organisation_id == kept)).all()
        assert sorted(row.user_id for row in members) == sorted([both, one])
        challenge, firm = work.session.get_one(Challenge, challenge_id), work.session.get_one(FirmProfile, firm_id)
        assert (challenge.organisation_id, challenge.version) == (kept, 2)
        assert (firm.organisation_id, firm.version) == (kept, 2)
        versions = select(ChallengeVersion.content).where(ChallengeVersion.challenge_id == challenge_id)
        assert work.session.scalars(versions).one()["organisation_id"] == kept
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "merge_organisation")).one()
        assert (entry.object_id, entry.detail["merged"], entry.detail["firm"]) == (kept, other, firm_id)
    assert told(world.store) >= {("index_challenge", str(challenge_id)), ("index_firm", str(firm_id))}
    assert "Fusion" in admin.text("/fr/admin/audit")


def test_a_manager_of_either_is_a_manager_of_the_one_that_stays(admin: Visitor, world: World) -> None:
    person = world.user("jo@x.example")
    kept, other = world.organisation("Nordet"), world.organisation("nordet", person)
    with world.store.write() as work:
        work.session.add(Membership(user_id=person, organisation_id=kept, role="member"))

    merge(admin, kept, other)

    with world.store.read() as work:
        rows = work.session.scalars(select(Membership).where(Membership.user_id == person)).all()
        assert [(row.organisation_id, row.role) for row in rows] == [(kept, "manager")]


def test_a_client_that_a_firm_may_not_work_for_stays_one(admin: Visitor, world: World) -> None:
    kept, other = world.organisation("Ville de Laval"), world.organisation("Ville de Laval")
    firm_id = world.firm("Nordet", excluded_organisations=[other])

    merge(admin, kept, other)

    with world.store.read() as work:
        assert work.session.get_one(FirmProfile, firm_id).excluded_organisations == [kept]
    assert ("index_firm", str(firm_id)) in told(world.store)


def test_two_firm_profiles_are_not_merged_and_the_page_says_why(admin: Visitor, world: World) -> None:
    first, second = world.firm("Nordet"), world.firm("Nordet")
    kept, other = own_organisation(world.store, first), own_organisation(world.store, second)

    answer = admin.send(f"{PATH}/merge", {"kept": kept, "other": other})

    assert answer.status_code == 422
    assert "ont un profil d’entreprise" in answer.get_data(as_text=True)
    assert own_organisation(world.store, second) == other
    assert "Merge them for good" not in admin.text(f"/en/admin/organisations/merge?kept={kept}&other={other}")


def test_other_names_and_one_organisation_twice_are_refused(admin: Visitor, world: World) -> None:
    laval, quebec = world.organisation("Ville de Laval"), world.organisation("Ville de Québec")

    assert (merge(admin, laval, quebec), merge(admin, laval, laval)) == (422, 422)


@pytest.mark.parametrize("other", ["", "0", "999", "9" * 30, "x"])
def test_what_is_not_there_is_a_page_that_is_not_there(admin: Visitor, world: World, other: str) -> None:
    kept = world.organisation("Ville de Laval")

    assert admin.send(f"{PATH}/merge", {"kept": kept, "other": other}).status_code == 404
    assert admin.get(f"{PATH}/merge?kept={kept}&other={other}").status_code == 404


def test_matches_of_what_moved_are_shown_as_stale_until_they_are_computed_again(admin: Visitor, world: World) -> None:
    kept, other = world.organisation("Ville de Laval"), world.organisation("Ville de Laval")
    match_id = world.match(world.challenge(organisation_id=other), world.firm())

    merge(admin, kept, other)

    with world.store.read() as work:
        assert work.session.get_one(Match, match_id).stale
