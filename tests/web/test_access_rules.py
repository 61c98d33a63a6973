"""Every address of the portal has an access rule, and the rule is what is applied."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import Rule

from app.services.actor import Actor
from app.web.access import LIBRARY_RULES, RULES, rule_of

STRICT = ("signed_in", "firm_member", "owner_member", "facilitator", "administrator")
# What a visitor may send a form to: to enter, to leave, to get in again, to say how a page goes.
OPEN_FORMS = {
    "security.login",
    "security.logout",
    "security.register",
    "security.confirm_email",
    "security.send_confirmation",
    "security.forgot_password",
    "security.reset_password",
    "security.two_factor_token_validation",
    "security.two_factor_rescue",
    "security.tf_select",
}


def _rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def _path(rule: Rule) -> str | None:
    """An address of the rule; its ids are of no record."""
    values: dict[str, object] = {}
    for name in rule.arguments:
        choices = getattr(rule._converters[name], "items", None)  # of <any(...)>
        values[name] = min(choices) if choices else 999_999
    built = rule.build(values, append_unknown=False)
    return built[1] if built is not None else None


def test_every_route_has_an_access_rule(app: Flask) -> None:
    with app.app_context():
        without = sorted({rule.endpoint for rule in _rules(app) if rule_of(rule.endpoint) is None})

    assert without == []


def test_every_rule_that_is_named_exists(app: Flask) -> None:
    with app.app_context():
        named = {rule_of(rule.endpoint) for rule in _rules(app)}

    assert named <= {*RULES, None}
    assert set(LIBRARY_RULES.values()) <= set(RULES)


def test_each_rule_lets_in_whom_it_names() -> None:
    visitor, person = Actor(None, "fr"), Actor(1, "fr")
    facilitator, administrator = Actor(2, "fr", facilitator=True), Actor(3, "fr", administrator=True)

    assert all(RULES["public"](actor) for actor in (visitor, person, facilitator, administrator))
    assert not any(RULES[name](visitor) for name in STRICT)
    assert [RULES["signed_in"](actor) for actor in (person, facilitator)] == [True, True]
    assert [RULES["facilitator"](actor) for actor in (person, facilitator, administrator)] == [False, True, True]
    assert [RULES["administrator"](actor) for actor in (person, facilitator, administrator)] == [False, False, True]


def test_a_visitor_gets_into_no_address_that_is_not_public(app: Flask) -> None:
    client = app.test_client()
    reached = []
    with app.app_context():
        closed = [rule for rule in _rules(app) if rule_of(rule.endpoint) in STRICT]
    for rule in closed:
        path = _path(rule)
        if path is None or "GET" not in (rule.methods or ()):
            continue
        answer = client.get(path)
        if answer.status_code not in (301, 302, 303, 308, 401, 403):
            reached.append((path, answer.status_code))
        elif answer.status_code in (302, 303) and "/account/login" not in answer.headers["Location"]:
            reached.append((path, answer.headers["Location"]))

    assert closed
    assert reached == []


def test_a_form_without_its_token_changes_nothing_anywhere(app: Flask) -> None:
    """Every address that takes a form refuses one without the token, whoever sends it."""
    client = app.test_client()
    taken = []
    for rule in _rules(app):
        path = _path(rule)
        if path is None or not {"POST", "PUT", "PATCH", "DELETE"} & set(rule.methods or ()):
            continue
        status = client.post(path, data={"anything": "x"}).status_code
        if status not in (400, 401, 403, 302, 404, 405):
            taken.append((path, status))

    assert taken == []


def test_only_the_account_forms_are_open_to_visitors(app: Flask) -> None:
    with app.app_context():
        opened = {
            rule.endpoint
            for rule in _rules(app)
            if rule_of(rule.endpoint) == "public" and {"POST", "PUT", "PATCH", "DELETE"} & set(rule.methods or ())
        }

    assert opened <= OPEN_FORMS
