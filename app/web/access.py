"""Every route has an access rule; a route without one answers 403 to everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask import abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.services.actor import Actor
from app.web.context import actor, language

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

# "firm_member" and "owner_member": of any such organisation; which object they may touch is the services' check.
RULES: Mapping[str, Callable[[Actor], bool]] = {
    "public": lambda _actor: True,
    "signed_in": lambda a: a.user_id is not None,
    "firm_member": lambda a: a.user_id is not None,
    "owner_member": lambda a: a.user_id is not None,
    "facilitator": lambda a: a.facilitator or a.administrator,
    "administrator": lambda a: a.administrator,
}

LIBRARY_RULES: Mapping[str, str] = {  # endpoints that libraries bring along
    "static": "public",
    "security.static": "public",
    "security.login": "public",
    "security.logout": "public",
    "security.register": "public",
    "security.confirm_email": "public",
    "security.send_confirmation": "public",
    "security.forgot_password": "public",
    "security.reset_password": "public",
    "security.verify": "signed_in",
    "security.change_password": "signed_in",
    "security.two_factor_setup": "signed_in",
    "security.two_factor_token_validation": "public",
    "security.two_factor_rescue": "public",
    "security.tf_select": "public",
}


def access(rule: str) -> Callable[[View], View]:
    """Declare who may call a view."""
    if rule not in RULES:
        raise ValueError(f"no such access rule: {rule}")

    def mark(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]  # a mark that `rule_of` reads
        return view

    return mark


def rule_of(endpoint: str) -> str | None:
    """The rule of an endpoint; None where nobody declared one."""
    view = current_app.view_functions.get(endpoint)
    declared = getattr(view, "access_rule", None)
    return declared or LIBRARY_RULES.get(endpoint)


def enforce() -> ResponseReturnValue | None:
    """Before each request: let it pass, send to the sign-in page, or refuse."""
    if request.endpoint is None:
        return None  # no such page: the 404 follows
    rule = rule_of(request.endpoint)
    if rule is not None and RULES[rule](actor()):
        return None
    if rule is not None and actor().user_id is None and request.method == "GET":
        return redirect(url_for("security.login", lang=language(), next=request.full_path.rstrip("?")))
    abort(403)
    return None
