"""Accounts: Flask-Security on our tables, with an organisation asked for at sign-up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from flask import Flask, g, has_request_context
from flask.typing import RouteCallable
from flask_babel import lazy_gettext as _l
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_security import (
    MailUtil,
    RegisterFormV2,
    RoleMixin,
    Security,
    SQLAlchemySessionUserDatastore,
    UserMixin,
    current_user,
    user_registered,
)
from sqlalchemy.orm import scoped_session, sessionmaker
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, Length

from app.records.accounts import Membership, Organisation, Role, User
from app.services.actor import load_actor
from app.services.mail import Mailer
from app.services.parts import Parts
from app.web.context import language, parts

SIGN_IN_LIMIT = "10 per 5 minutes"  # as PyPI limits sign-in, for each user and address
RESET_LIMIT = "5 per hour"


class PortalUser(User, UserMixin):  # type: ignore[misc]  # the library's mixin is written for untyped models
    """The user row with what the account library asks of it. Lives in the accounts session only."""


class PortalRole(Role, RoleMixin):
    """The role row with what the account library asks of it."""


class OrganisationForm(RegisterFormV2):
    """Sign-up: a person and the organisation that they speak for."""

    name = StringField(_l("Your name"), validators=[DataRequired(), Length(max=120)])
    organisation = StringField(_l("Name of your organisation"), validators=[DataRequired(), Length(max=200)])
    side = RadioField(
        _l("What brings you here?"),
        choices=[
            ("owner", _l("We have technological challenges")),
            ("firm", _l("We are an ICT firm with solutions")),
            ("both", _l("Both")),
        ],
        default="owner",
    )

    def to_dict(self, only_user: bool) -> dict[str, Any]:
        """The user's columns; the organisation is made by `_join_organisation`."""
        values: dict[str, Any] = super().to_dict(only_user)
        return values


class PortalMail(MailUtil):
    """The account library's messages, sent by our mailer."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._mailer: Mailer = app.extensions["passerelle"].mailer

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
        """As the library asks; text only."""
        key = f"{template}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
        address = recipient if isinstance(recipient, str) else recipient[1]
        self._mailer.send(address, str(subject), body or "", key=key)


def init_accounts(app: Flask, parts: Parts, limiter: Limiter) -> None:
    """Wire the library: its session is apart from the services' so that both see their own class of a row."""
    session = scoped_session(sessionmaker(parts.store.engine, expire_on_commit=False))
    app.config.update(_library_settings(parts))
    datastore = SQLAlchemySessionUserDatastore(session, PortalUser, PortalRole)
    Security(app, datastore, register_form=OrganisationForm, mail_util_cls=PortalMail)
    user_registered.connect(_join_organisation, app)
    app.teardown_appcontext(lambda _error: session.remove())
    for endpoint, limit in (
        ("security.login", SIGN_IN_LIMIT),
        ("security.two_factor_token_validation", SIGN_IN_LIMIT),
        ("security.forgot_password", RESET_LIMIT),
        ("security.send_confirmation", RESET_LIMIT),
        ("security.register", "20 per hour"),
    ):
        if endpoint in app.view_functions:
            limited = limiter.limit(limit, methods=["POST"], key_func=get_remote_address)
            app.view_functions[endpoint] = cast("RouteCallable", limited(app.view_functions[endpoint]))


def load_current_actor() -> None:
    """Before each request: who is asking, with roles and memberships."""
    user_id = current_user.id if current_user and current_user.is_authenticated else None
    with parts().store.read() as work:
        g.actor = load_actor(work, user_id, language())


def _library_settings(parts: Parts) -> dict[str, Any]:
    return {
        "SECURITY_URL_PREFIX": "/<any(fr,en):lang>/account",
        "SECURITY_PASSWORD_SALT": "passerelle",  # argon2 has its own salt; the library asks for one all the same
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SINGLE_HASH": {"argon2"},  # argon2 alone, as app.services.passwords writes it
        "SECURITY_PASSWORD_LENGTH_MIN": 12,
        "SECURITY_REGISTERABLE": True,
        "SECURITY_USE_REGISTER_V2": True,
        "SECURITY_CONFIRMABLE": True,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_EMAIL_SENDER": parts.settings.mail_sender,
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_EMAIL_PLAINTEXT": True,
        "SECURITY_POST_LOGIN_VIEW": "pages.workspace",
        "SECURITY_POST_LOGOUT_VIEW": "pages.home",
        "SECURITY_POST_REGISTER_VIEW": "security.login",
        "SECURITY_POST_CONFIRM_VIEW": "pages.workspace",
        "SECURITY_POST_RESET_VIEW": "security.login",
        "SECURITY_AUTO_LOGIN_AFTER_CONFIRM": False,
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        "SECURITY_I18N_DOMAIN": "flask_security",
        "SECURITY_TOKEN_MAX_AGE": 0,
    }


def _join_organisation(app: Flask, user: PortalUser, form_data: dict[str, Any] | None = None, **_extra: Any) -> None:
    """After sign-up: make the organisation and the membership. An existing name is not joined by itself: a name
    proves nothing, so a facilitator merges where two are the same.
    """
    data = form_data or {}
    side = data.get("side", "owner")
    with app.extensions["passerelle"].store.write() as work:
        organisation = Organisation(
            name=str(data.get("organisation", "")).strip()[:200] or user.email,
            is_owner=side in ("owner", "both"),
            is_firm=side in ("firm", "both"),
            created_at=work.now,
        )
        work.session.add(organisation)
        work.session.flush()
        work.session.add(Membership(user_id=user.id, organisation_id=organisation.id, role="manager"))
        row = work.session.get(User, user.id)
        if row is not None and has_request_context():
            row.language = language()
        work.audit(user.id, "sign_up", "organisation", organisation.id)
