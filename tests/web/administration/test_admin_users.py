from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.records.accounts import Membership, User
from app.records.store import Store
from app.records.work import AuditEntry
from app.services.parts import Parts
from tests.facilitation.world import World
from tests.web.portal import Visitor

SignedIn = Callable[..., Visitor]


@pytest.fixture
def admin(signed_in: SignedIn) -> Visitor:
    return signed_in("ada@passerelle.example", role="administrator")


def the_user(store: Store, email: str) -> User:
    with store.read() as work:
        return work.session.scalars(select(User).where(User.email == email)).one()


PATHS = ("", "users", "organisations", "taxonomy", "taxonomy/sector/new", "jobs", "indexes", "audit")


@pytest.mark.parametrize("path", [*PATHS, "users/1"])
def test_only_administrators_see_these_pages(path: str, signed_in: SignedIn, visitor: Visitor) -> None:
    facilitator = signed_in("fac@passerelle.example", role="facilitator")

    assert facilitator.get(f"/fr/admin/{path}").status_code == 403
    assert visitor.get(f"/fr/admin/{path}").status_code == 302


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_every_page_opens_in_both_languages(admin: Visitor, lang: str, path: str) -> None:
    assert f'<html lang="{lang}">' in admin.text(f"/{lang}/admin/{path}")


def test_users_are_found_by_a_part_of_their_organisation(admin: Visitor, world: World) -> None:
    world.organisation("Ville de Laval", world.user("jo@laval.example"))
    world.user("sam@ailleurs.example")

    page = admin.text("/fr/admin/users?text=LAVAL")

    assert "jo@laval.example" in page
    assert "sam@ailleurs.example" not in page


@pytest.mark.parametrize("text", ["%", "_", "\x00", "'; drop table user; --", "x" * 5000])
def test_whatever_is_searched_for_is_only_a_text(admin: Visitor, text: str) -> None:
    assert admin.get("/fr/admin/users", query_string={"text": text, "page": "99999999"}).status_code == 200


def test_a_role_is_granted_and_taken_back_and_both_are_noted(admin: Visitor, world: World, parts: Parts) -> None:
    user_id = world.user("jo@laval.example")

    admin.send(f"/fr/admin/users/{user_id}/role", {"role": "facilitator", "granted": "yes"})
    assert [role.name for role in the_user(parts.store, "jo@laval.example").roles] == ["facilitator"]

    admin.send(f"/fr/admin/users/{user_id}/role", {"role": "facilitator", "granted": "no"})
    assert the_user(parts.store, "jo@laval.example").roles == []
    with parts.store.read() as work:
        entries = work.session.scalars(select(AuditEntry).where(AuditEntry.object_kind == "user")).all()
        assert [entry.action for entry in entries] == ["grant_role", "revoke_role"]


def test_the_last_administrator_can_be_neither_demoted_nor_deactivated(admin: Visitor, parts: Parts) -> None:
    own = the_user(parts.store, "ada@passerelle.example")

    demoted = admin.send(f"/fr/admin/users/{own.id}/role", {"role": "administrator", "granted": "no"})
    deactivated = admin.send(f"/fr/admin/users/{own.id}/active", {"active": "no"})

    assert (demoted.status_code, deactivated.status_code) == (422, 422)
    assert "au moins une personne" in demoted.get_data(as_text=True)
    kept = the_user(parts.store, "ada@passerelle.example")
    assert kept.active
    assert [role.name for role in kept.roles] == ["administrator"]


def test_an_administrator_may_go_while_another_stays(admin: Visitor, signed_in: SignedIn, parts: Parts) -> None:
    signed_in("bea@passerelle.example", role="administrator")
    own = the_user(parts.store, "ada@passerelle.example")

    assert admin.send(f"/fr/admin/users/{own.id}/role", {"role": "administrator", "granted": "no"}).status_code == 302
    assert admin.get("/fr/admin/").status_code == 403


def test_deactivating_ends_the_sessions_that_are_open(admin: Visitor, signed_in: SignedIn, parts: Parts) -> None:
    facilitator = signed_in("fac@passerelle.example", role="facilitator")
    assert facilitator.get("/fr/workspace").status_code == 200
    before = the_user(parts.store, "fac@passerelle.example")

    admin.send(f"/fr/admin/users/{before.id}/active", {"active": "no"})

    assert facilitator.get("/fr/workspace").status_code == 302
    after = the_user(parts.store, "fac@passerelle.example")
    assert not after.active
    assert after.fs_uniquifier != before.fs_uniquifier
    admin.send(f"/fr/admin/users/{before.id}/active", {"active": "yes"})
    assert facilitator.get("/fr/workspace").status_code == 302  # the old cookie stays worthless


def test_a_membership_is_set_changed_and_ended(admin: Visitor, world: World, parts: Parts) -> None:
    user_id, organisation_id = world.user("jo@laval.example"), world.organisation("Ville de Laval")
    assert "Ville de Laval" in admin.text(f"/fr/admin/users/{user_id}?organisation=laval")

    def roles() -> list[str]:
        with parts.store.read() as work:
            return [row.role for row in work.session.scalars(select(Membership).where(Membership.user_id == user_id))]

    for role, expected in (("member", ["member"]), ("manager", ["manager"]), ("none", [])):
        admin.send(f"/fr/admin/users/{user_id}/memberships", {"organisation_id": organisation_id, "member_role": role})
        assert roles() == expected


@pytest.mark.parametrize("organisation_id", ["", "0", "999", "9" * 30, "x"])
def test_an_organisation_that_is_not_there_is_told(admin: Visitor, world: World, organisation_id: str) -> None:
    user_id = world.user("jo@laval.example")

    answer = admin.send(
        f"/fr/admin/users/{user_id}/memberships", {"organisation_id": organisation_id, "member_role": "member"}
    )

    assert answer.status_code == 422


def test_a_user_that_is_not_there_is_a_page_that_is_not_there(admin: Visitor) -> None:
    assert admin.get("/fr/admin/users/999").status_code == 404
    assert admin.send("/fr/admin/users/999/role", {"role": "facilitator", "granted": "yes"}).status_code == 404
