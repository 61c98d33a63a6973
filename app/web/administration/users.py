"""Users: who may do what, who may sign in, who speaks for which organisation."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.records.store import Work
from app.services.administration.find_users import ROLES, STATES, find_users, load_user
from app.services.administration.manage_memberships import (
    end_membership,
    find_organisations,
    memberships_of,
    set_membership,
)
from app.services.administration.manage_users import confirm_user, set_active, set_role
from app.web.access import access
from app.web.administration.blueprint import bp, page_links, page_number
from app.web.context import actor, parts
from app.web.forms import fault_messages
from matching.errors import InvalidInput


@bp.get("/users")
@access("administrator")
def user_list() -> ResponseReturnValue:
    """Users by name, address, organisation, role and state."""
    wanted = {name: request.args.get(name, "") for name in ("text", "role", "state")}
    with parts().store.read() as work:
        page = find_users(
            work, actor(), text=wanted["text"], role=wanted["role"], state=wanted["state"], page=page_number()
        )
        memberships = memberships_of(work, actor(), [user.id for user in page.rows])
    return render_template(
        "administration/users.html",
        page=page,
        links=page_links(page),
        wanted=wanted,
        memberships=memberships,
        roles=ROLES,
        states=STATES,
    )


@bp.get("/users/<int:user_id>")
@access("administrator")
def user(user_id: int) -> ResponseReturnValue:
    """One user, with what can be changed."""
    return _page(user_id, {})


@bp.post("/users/<int:user_id>/role")
@access("administrator")
def user_role(user_id: int) -> ResponseReturnValue:
    """Grant a platform role or take it back."""
    role, granted = request.form.get("role", ""), request.form.get("granted") == "yes"
    return _change(user_id, lambda work: set_role(work, actor(), user_id, role, granted=granted))


@bp.post("/users/<int:user_id>/active")
@access("administrator")
def user_active(user_id: int) -> ResponseReturnValue:
    """Let a user sign in, or not any more."""
    active = request.form.get("active") == "yes"
    return _change(user_id, lambda work: set_active(work, actor(), user_id, active=active))


@bp.post("/users/<int:user_id>/confirm")
@access("administrator")
def user_confirm(user_id: int) -> ResponseReturnValue:
    """Vouch for an address."""
    return _change(user_id, lambda work: confirm_user(work, actor(), user_id))


@bp.post("/users/<int:user_id>/memberships")
@access("administrator")
def user_membership(user_id: int) -> ResponseReturnValue:
    """Let a user speak for an organisation, change how, or end it."""
    organisation_id = request.form.get("organisation_id", 0, type=int)
    role = request.form.get("member_role", "")
    if not 0 < organisation_id < 2**31:
        return _page(user_id, fault_messages({"organisation_id": "unknown_organisation"})), 422
    if role == "none":
        return _change(user_id, lambda work: end_membership(work, actor(), user_id, organisation_id))
    return _change(user_id, lambda work: set_membership(work, actor(), user_id, organisation_id, role))


def _change(user_id: int, change: Callable[[Work], bool]) -> ResponseReturnValue:
    try:
        with parts().store.write() as work:
            changed = change(work)
    except InvalidInput as error:
        return _page(user_id, fault_messages(error.faults)), 422
    flash(_("Saved.") if changed else _("Nothing changed."))
    return redirect(url_for("admin.user", user_id=user_id))


def _page(user_id: int, errors: dict[str, str]) -> str:
    text = request.values.get("organisation", "")
    with parts().store.read() as work:
        row = load_user(work, actor(), user_id)
        memberships = memberships_of(work, actor(), [user_id])[user_id]
        found = find_organisations(work, actor(), text)
    return render_template(
        "administration/user.html",
        user=row,
        held={role.name for role in row.roles},
        roles=ROLES,
        memberships=memberships,
        found=found,
        text=text,
        errors=errors,
    )
