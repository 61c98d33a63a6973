"""Finished parts in, portal out: opens no connection, reads no environment, starts no thread."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app.services.parts import Parts
from app.web import access, accounts, blueprints, errors, headers, i18n
from config import paths

TEMPLATES = paths.TEMPLATES
LARGEST_REQUEST = 12 * 1024 * 1024  # an import file, or a form
LARGEST_FIELD = 2 * 1024 * 1024  # of a form that brings a file along


def create_app(parts: Parts, secret_key: str, redis_url: str, *, secure_cookies: bool = False) -> Flask:
    """Wire the portal. `secure_cookies`: set where the public address is https."""
    app = Flask("app", template_folder=str(TEMPLATES), static_folder="static")
    app.config.update(
        SECRET_KEY=secret_key,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_FIELD,
        SESSION_COOKIE_SECURE=secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=secure_cookies,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open all day; the token dies with the session
        WTF_CSRF_CHECK_DEFAULT=True,
    )
    app.extensions["passerelle"] = parts
    if trusted := parts.settings.trusted_proxies:  # by default nobody is believed: whoever asks could write the header
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted, x_host=0)  # type: ignore[method-assign]
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=redis_url,
        strategy="moving-window",
        in_memory_fallback_enabled=True,  # with Redis down each process counts for itself
    )
    CSRFProtect(app)
    i18n.init_i18n(app)
    accounts.init_accounts(app, parts, limiter)
    app.before_request(accounts.load_current_actor)
    app.before_request(access.enforce)
    app.after_request(headers.add_headers)
    errors.register(app)
    blueprints.register(app)
    return app
