"""How the account library is set up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_security.utils import aware_utcnow

from app.services.parts import Parts

TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"


def library_settings(parts: Parts) -> dict[str, Any]:
    """Settings of Flask-Security: argon2 alone, generic answers, our pages under the language's prefix."""
    return {
        "SECURITY_URL_PREFIX": "/<any(fr,en):lang>/account",
        "SECURITY_PASSWORD_SALT": "passerelle",  # argon2 has its own salt; the library asks for one all the same
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SINGLE_HASH": {"argon2"},  # argon2 alone, as app.services.accounts.passwords writes it
        "SECURITY_PASSWORD_LENGTH_MIN": 12,
        "SECURITY_REGISTERABLE": True,
        "SECURITY_USE_REGISTER_V2": True,
        "SECURITY_CONFIRMABLE": True,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_MSG_GENERIC_AUTHN_FAILED": (
            _l("Sign-in failed: the address or the password is wrong, or the address is not confirmed yet."),
            "error",
        ),
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_EMAIL_SENDER": parts.settings.mail_sender,
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_EMAIL_PLAINTEXT": True,
        "SECURITY_EMAIL_SUBJECT_REGISTER": _l("Passerelle: confirm your address"),
        "SECURITY_EMAIL_SUBJECT_CONFIRM": _l("Passerelle: confirm your address"),
        "SECURITY_EMAIL_SUBJECT_PASSWORD_RESET": _l("Passerelle: choose a new password"),
        "SECURITY_EMAIL_SUBJECT_PASSWORD_NOTICE": _l("Passerelle: your password was changed"),
        "SECURITY_EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": _l("Passerelle: your password was changed"),
        "SECURITY_POST_LOGIN_VIEW": "pages.workspace",
        "SECURITY_POST_LOGOUT_VIEW": "pages.home",
        "SECURITY_POST_REGISTER_VIEW": "security.login",
        "SECURITY_POST_CONFIRM_VIEW": "security.login",
        "SECURITY_POST_RESET_VIEW": "security.login",
        "SECURITY_POST_CHANGE_VIEW": "pages.workspace",
        "SECURITY_AUTO_LOGIN_AFTER_CONFIRM": False,
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        "SECURITY_DATETIME_FACTORY": aware_utcnow,  # our columns refuse a moment without a time zone
        "SECURITY_I18N_DOMAIN": "flask_security",
        # the library has its French under fr_FR, where "fr" does not find it, so ours is beside our own texts
        "SECURITY_I18N_DIRNAME": ["builtin", str(TRANSLATIONS)],
        "SECURITY_TOKEN_MAX_AGE": 0,
    }
