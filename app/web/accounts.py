"""Accounts: Flask-Security on our tables, with an organisation asked for at sign-up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from flask import Flask, Response, current_app, g, render_template, request
from flask.typing import RouteCallable
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_security import (
    MailUtil,
    RoleMixin,
    Security,
    SQLAlchemySessionUserDatastore,
    UserMixin,
    current_user,
    user_registered,
)
from wtforms.form import BaseForm

from app.records.account_session import AccountSession
from app.records.accounts import Role, User
from app.services.accounts.sign_up import Newcomer, join_organisation
from app.services.actor import load_actor
from app.services.parts import Parts
from app.web.account_settings import library_settings
from app.web.context import language, parts
from app.web.sign_up_form import SignUpForm


class PortalUser(User, UserMixin):  # type: ignore[misc]  # the library's mixin is written for untyped models
    """The user row with what the account library asks of it. Lives in the accounts session only."""


class PortalRole(Role, RoleMixin):
    """The role row with what the account library asks of it."""


class PortalDatastore(SQLAlchemySessionUserDatastore):
    """The library's access to accounts, with transactions as this database needs them."""

    def __init__(self, own: AccountSession) -> None:
        super().__init__(own.scoped, PortalUser, PortalRole)
        self.own = own

    def commit(self) -> None:
        """Write what is pending, and let go of the database."""
        self.own.commit()


class PortalMail(MailUtil):
    """The account library's messages, sent by our mailer."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._parts: Parts = app.extensions["passerelle"]

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """As the library asks; text only. What the message speaks of is saved first: sending takes its time."""
        current_app.extensions["security"].datastore.commit()
        # The library makes links of the request's Host header, which anybody may set: a link with a reset token
        # must lead here, whatever the header said.
        text = (body or "").replace(request.url_root, public_address(self._parts))
        key = f"{template.rpartition('/')[2]}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
        address = recipient if isinstance(recipient, str) else recipient[1]
        self._parts.mailer.send(address, str(subject), text, key=key)


def public_address(parts: Parts) -> str:
    """The portal's address for links in messages, with a slash at its end."""
    settings = parts.settings
    return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/") + "/"


def init_accounts(app: Flask, parts: Parts, limiter: Limiter) -> None:
    """Wire the library: its session is apart from the services' so that both see their own class of a row."""
    session = AccountSession(parts.store)
    app.config.update(library_settings(parts))
    Security(
        app,
        PortalDatastore(session),
        register_form=SignUpForm,
        mail_util_cls=PortalMail,
        render_template=_render_noting_faults,
    )
    app.after_request(_status_of_faults)
    user_registered.connect(_join_organisation, app)
    app.teardown_appcontext(lambda _error: session.close())
    for endpoint, rate, key in LIMITS:
        if endpoint in app.view_functions:
            limited = limiter.limit(rate, methods=["POST"], key_func=key)
            app.view_functions[endpoint] = cast("RouteCallable", limited(app.view_functions[endpoint]))


def load_current_actor() -> None:
    """Before each request: who is asking, with roles and memberships."""
    user_id = current_user.id if current_user and current_user.is_authenticated else None
    # The row was read: a transaction that stayed open would make this request's own writes wait for it (rollback
    # journal), and the row is read again whenever the library needs it.
    current_app.extensions["security"].datastore.commit()
    with parts().store.read() as work:
        g.actor = load_actor(work, user_id, language())


def typed_address() -> str:
    """The account that a form is about: tries on one account count together, wherever they come from."""
    return f"account:{request.form.get('email', '').strip().lower()[:254]}"


def _render_noting_faults(template: str, **context: Any) -> str:
    """As Flask renders; notes whether a form of the library is shown again with what is wrong in it."""
    forms = [value for value in context.values() if isinstance(value, BaseForm)]
    g.form_was_refused = any(form.errors or getattr(form, "form_errors", None) for form in forms)
    return render_template(template, **context)


def _status_of_faults(response: Response) -> Response:
    """The library shows a refused form with 200; here it is 422, as for every other form."""
    if request.method == "POST" and g.get("form_was_refused") and response.status_code == 200:
        response.status_code = 422
    return response


# As PyPI limits sign-in: for each address that tries, and for each account that is tried.
LIMITS: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("security.login", "10 per 5 minutes", get_remote_address),
    ("security.login", "10 per 5 minutes", typed_address),
    ("security.two_factor_token_validation", "10 per 5 minutes", get_remote_address),
    ("security.verify", "10 per 5 minutes", get_remote_address),
    ("security.change_password", "10 per 5 minutes", get_remote_address),
    ("security.reset_password", "10 per 5 minutes", get_remote_address),
    ("security.forgot_password", "5 per hour", get_remote_address),
    ("security.forgot_password", "5 per hour", typed_address),
    ("security.send_confirmation", "5 per hour", get_remote_address),
    ("security.send_confirmation", "5 per hour", typed_address),
    ("security.register", "20 per hour", get_remote_address),
    ("security.register", "5 per hour", typed_address),
)


def _join_organisation(app: Flask, user: PortalUser, form_data: dict[str, Any] | None = None, **_extra: Any) -> None:
    """After sign-up, in the same transaction: account, organisation and membership come together or not at all."""
    data = form_data or {}
    accounts: AccountSession = app.extensions["security"].datastore.own
    accounts.flush()  # raises StaleDecision where the form was sent twice at the same time
    newcomer = Newcomer(str(data.get("organisation", "")), str(data.get("side", "owner")), language())
    join_organisation(accounts.work(), user, newcomer)
