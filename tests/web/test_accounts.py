from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask_limiter.util import get_remote_address
from sqlalchemy import select

from app.factory import create_app
from app.records.accounts import Membership, Organisation, User
from app.records.work import AuditEntry
from app.services.parts import Parts
from tests.facilitation.world import World
from tests.web.conftest import KEY
from tests.web.portal import PASSWORD, Visitor, error_of, fields, link_in, messages

FORM = {
    "name": "Léa Tremblay",
    "email": "lea@nordet.example",
    "organisation": "Nordet Logiciels",
    "side": "firm",
    "password": PASSWORD,
    "password_confirm": PASSWORD,
}


def sign_up(visitor: Visitor, lang: str = "fr", **changed: str) -> str:
    page = f"/{lang}/account/register"
    answer = visitor.send(page, {**FORM, **changed}, page=page)
    return answer.get_data(as_text=True) if answer.status_code in (200, 422) else f"-> {answer.location}"


def mail_folder(parts: Parts) -> Path:
    return parts.settings.var / "mail"


def path_of(link: str) -> str:
    return urlsplit(link).path


def test_a_newcomer_confirms_the_address_signs_in_and_is_told_what_to_do_first(visitor: Visitor, parts: Parts) -> None:
    assert sign_up(visitor) == "-> /fr/account/login"
    before = visitor.sign_in(FORM["email"])
    link = link_in(messages(mail_folder(parts))[0])
    visitor.get(path_of(link))
    signed_in = visitor.sign_in(FORM["email"])
    space = visitor.text("/fr/workspace")

    assert before.status_code == 422, "an unconfirmed account must not sign in"
    assert "n’est pas encore confirmée" in before.get_data(as_text=True)
    assert signed_in.status_code == 302
    assert signed_in.location == "/fr/workspace"
    assert "Nordet Logiciels" in space
    assert "/profile" in space
    with parts.store.read() as work:
        organisation = work.session.scalars(select(Organisation)).one()
        membership = work.session.scalars(select(Membership)).one()
        user = work.session.scalars(select(User)).one()
    assert (organisation.is_firm, organisation.is_owner) == (True, False)
    assert (membership.organisation_id, membership.user_id) == (organisation.id, user.id)
    assert user.language == "fr"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_links_in_messages_lead_to_the_public_address_in_the_language_of_the_page(parts: Parts, lang: str) -> None:
    parts.settings = replace(parts.settings, public_url="https://passerelle.example")
    visitor = Visitor(create_app(parts, KEY, "memory://").test_client())

    sign_up(visitor, lang)

    assert link_in(messages(mail_folder(parts))[0]).startswith(f"https://passerelle.example/{lang}/account/confirm/")


def test_a_reset_link_never_leads_where_the_host_header_points(visitor: Visitor, parts: Parts) -> None:
    sign_up(visitor)
    page = "/fr/account/reset"
    token = visitor.token(page)

    visitor.client.post(page, data={"csrf_token": token, "email": FORM["email"]}, headers={"Host": "evil.example"})

    for message in messages(mail_folder(parts)):
        assert "evil.example" not in message.get_content()


def test_a_forgotten_password_is_replaced_by_the_link_of_the_message(visitor: Visitor, parts: Parts) -> None:
    sign_up(visitor)
    visitor.get(path_of(link_in(messages(mail_folder(parts))[0])))
    visitor.send("/fr/account/reset", {"email": FORM["email"]}, page="/fr/account/reset")
    link = path_of(link_in(messages(mail_folder(parts))[-1]))
    new = "une-tout-autre-phrase"

    refused = visitor.send(link, {"password": "court", "password_confirm": "court"}, page=link)
    visitor.send(link, {"password": new, "password_confirm": new}, page=link)

    assert refused.status_code == 422
    assert visitor.sign_in(FORM["email"], PASSWORD).status_code == 422
    assert visitor.sign_in(FORM["email"], new).status_code == 302


def test_a_reset_ends_the_sessions_that_are_open(
    app: Flask, parts: Parts, world: World, signed_in: Callable[..., Visitor]
) -> None:
    thief = signed_in("a@ville.example", world.organisation("Ville"))
    owner = Visitor(app.test_client())
    owner.send("/fr/account/reset", {"email": "a@ville.example"}, page="/fr/account/reset")
    link = path_of(link_in(messages(mail_folder(parts))[-1]))

    owner.send(link, {"password": "une-tout-autre-phrase", "password_confirm": "une-tout-autre-phrase"}, page=link)

    assert thief.get("/fr/workspace").status_code == 302


def test_known_and_unknown_addresses_get_the_same_answers(visitor: Visitor, app: Flask, parts: Parts) -> None:
    sign_up(visitor)
    answers = []
    for email in (FORM["email"], "nobody@nordet.example"):
        other = Visitor(app.test_client())
        for page in ("/fr/account/reset", "/fr/account/confirm", "/fr/account/login"):
            posted = other.send(page, {"email": email, "password": "wrong-but-long-enough"}, page=page)
            shown = posted.get_data(as_text=True).replace(email, "")
            answers.append((page, posted.status_code, _without_tokens(shown)))
    half = len(answers) // 2

    assert answers[:half] == answers[half:]


def test_signing_up_again_answers_the_same_and_only_the_message_tells(
    visitor: Visitor, app: Flask, parts: Parts
) -> None:
    first = sign_up(visitor)
    again = sign_up(Visitor(app.test_client()), organisation="Autre")

    assert first == again
    with parts.store.read() as work:
        assert len(work.session.scalars(select(Organisation)).all()) == 1
    assert len(messages(mail_folder(parts))) == 2


def test_an_organisation_of_the_same_name_is_not_joined_and_the_audit_log_names_it(
    visitor: Visitor, parts: Parts, world: World
) -> None:
    existing = world.organisation("nordet logiciels", firm=True)

    sign_up(visitor)

    with parts.store.read() as work:
        membership = work.session.scalars(select(Membership)).one()
        audit = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "sign_up")).one()
    assert membership.organisation_id != existing
    assert audit.detail["same_name"] == [existing]


BAD = [
    ("name", "", "obligatoire", "required"),
    ("name", "a\x00b", "nul", "NUL"),
    ("organisation", "x" * 201, "200", "200"),
    ("organisation", "   ", "obligatoire", "required"),
    ("email", "not an address", "", ""),
    ("email", "a\x00@b.example", "", ""),
    ("password", "court", "12", "12"),
]


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(("field", "value", "french", "english"), BAD)
def test_a_faulty_sign_up_tells_the_fault_beside_its_field_and_keeps_the_rest(
    visitor: Visitor, parts: Parts, lang: str, field: str, value: str, french: str, english: str
) -> None:
    page = sign_up(visitor, lang, **{field: value})

    told = error_of(page, field)
    assert told
    assert (french if lang == "fr" else english) in told
    for name in {"name", "email", "organisation", "side"} - {field}:
        assert fields(page)[name] == [FORM[name]]
    with parts.store.read() as work:
        assert work.session.scalars(select(User)).all() == []


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("/fr/account/login", {"email": "a@ville.example", "password": "not-the-password"}),
        ("/fr/account/register", {**FORM, "password_confirm": "something else again"}),
    ],
)
def test_a_refused_form_of_an_account_answers_as_every_other_form(
    visitor: Visitor, page: str, form: dict[str, str]
) -> None:
    shown = visitor.get(page).status_code

    assert (shown, visitor.send(page, form, page=page).status_code) == (200, 422)


def test_a_reset_answers_alike_whether_the_address_has_an_account_or_not(visitor: Visitor, world: World) -> None:
    world.user("a@ville.example")

    answers = [
        visitor.send("/fr/account/reset", {"email": email}, page="/fr/account/reset")
        for email in ("a@ville.example", "nobody@ville.example")
    ]

    assert len({(answer.status_code, answer.location) for answer in answers}) == 1


def test_script_in_a_name_is_shown_as_text(visitor: Visitor) -> None:
    page = sign_up(visitor, name="<script>alert(1)</script>", organisation='"><b>x', password="court")

    assert "<script>alert(1)" not in page
    assert fields(page)["organisation"] == ['"><b>x']


def test_two_sign_ups_with_one_address_at_once_make_one_account(app: Flask, parts: Parts) -> None:
    visitors = [Visitor(app.test_client()) for _ in range(4)]
    tokens = [one.token("/fr/account/register") for one in visitors]
    answers: list[int] = []

    def post(one: Visitor, token: str) -> None:
        answers.append(one.client.post("/fr/account/register", data={**FORM, "csrf_token": token}).status_code)

    threads = [threading.Thread(target=post, args=pair) for pair in zip(visitors, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with parts.store.read() as work:
        assert len(work.session.scalars(select(User)).all()) == 1
        assert len(work.session.scalars(select(Organisation)).all()) == 1
    assert set(answers) <= {302, 409}


def test_after_sign_in_only_own_addresses_are_gone_to(
    app: Flask, world: World, signed_in: Callable[..., Visitor]
) -> None:
    signed_in("a@ville.example", world.organisation("Ville"))
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example", "http:evil.example"):
        visitor = Visitor(app.test_client())
        page = f"/fr/account/login?next={target}"
        answer = visitor.send(page, {"email": "a@ville.example", "password": PASSWORD}, page=page)
        gone_to = urlsplit(answer.location or "/fr/")  # the library asks again where the address is not ours
        assert "evil" not in gone_to.netloc
        assert gone_to.path[:1] == "/" and gone_to.path[:2] not in ("//", "/\\")


def test_sign_in_is_limited_for_each_account_and_counted_in_redis(
    parts: Parts, redis_url: str, world: World, hashed_password: str
) -> None:
    user = world.user("a@ville.example")
    with world.store.write() as work:
        work.session.get_one(User, user).password = hashed_password
    portals = [create_app(parts, KEY, redis_url.replace("unix://", "redis+unix://")) for _ in range(2)]
    page = "/en/account/login"
    statuses = []
    for number in range(12):
        visitor = Visitor(portals[number % 2].test_client())  # two processes count together
        token = visitor.token(page)
        answer = visitor.client.post(
            page,
            data={"csrf_token": token, "email": "a@ville.example", "password": "wrong-wrong-wrong"},
            environ_base={"REMOTE_ADDR": f"203.0.113.{number}"},
        )
        statuses.append(answer.status_code)

    assert statuses == [422] * 10 + [429] * 2
    assert "Too many tries" in answer.get_data(as_text=True)


def test_a_signed_in_person_can_write_without_waiting_for_their_own_session(
    world: World, signed_in: Callable[..., Visitor]
) -> None:
    organisation = world.organisation("Ville")
    owner = signed_in("a@ville.example", organisation)
    path = f"/fr/organisations/{organisation}/challenges/new"

    answer = owner.send(path, {"original": "fr", "fr.title": "Titre", "fr.problem": "Un problème"}, page=path)

    assert answer.status_code == 302


def test_the_password_is_changed_by_who_knows_the_old_one(
    app: Flask, world: World, signed_in: Callable[..., Visitor]
) -> None:
    visitor = signed_in("a@ville.example", world.organisation("Ville"))
    page, new = "/en/account/change", "une-tout-autre-phrase"
    form = {"new_password": new, "new_password_confirm": new}

    refused = visitor.send(page, {**form, "password": "not-the-password"}, page=page)
    changed = visitor.send(page, {**form, "password": PASSWORD}, page=page)

    assert error_of(refused.get_data(as_text=True), "password")
    assert refused.status_code == 422
    assert changed.status_code == 302
    assert Visitor(app.test_client()).sign_in("a@ville.example", new).status_code == 302


def _without_tokens(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrf_token" not in line]


@pytest.mark.parametrize("proxies", [0, 1])
def test_an_address_in_a_header_counts_only_where_a_proxy_of_ours_wrote_it(parts: Parts, proxies: int) -> None:
    behind = replace(parts, settings=replace(parts.settings, trusted_proxies=proxies))
    portal = create_app(behind, KEY, "memory://")
    seen: set[str] = set()
    portal.before_request(lambda: seen.add(get_remote_address()))
    page = "/en/account/login"

    statuses = []
    for number in range(11):
        visitor = Visitor(portal.test_client())
        visitor.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
        header = {"X-Forwarded-For": f"203.0.113.9, 198.51.100.{number + 1}"}  # the first is the visitor's own word
        data = {"csrf_token": visitor.token(page), "email": f"a{number}@ville.example", "password": "wrong-wrong-wrong"}
        statuses.append(visitor.client.post(page, data=data, headers=header).status_code)

    assert seen - {"192.0.2.7"} == ({f"198.51.100.{number}" for number in range(1, 12)} if proxies else set())
    assert statuses == [422] * 10 + [422 if proxies else 429]
