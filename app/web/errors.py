"""The one table of status codes, and the error page."""

from __future__ import annotations

from flask import Flask, current_app, g, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.web.accounts import load_current_actor
from matching.errors import (
    Forbidden,
    IllegalMove,
    InvalidInput,
    MatchmakingError,
    NotFound,
    StaleDecision,
    Unavailable,
)

STATUS: tuple[tuple[type[MatchmakingError], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (InvalidInput, 422),
    (StaleDecision, 409),
    (IllegalMove, 409),
    (Unavailable, 503),
    (MatchmakingError, 500),
)
KNOWN = {400, 403, 404, 405, 409, 413, 422, 429, 500, 503}


def register(app: Flask) -> None:
    """Put the error pages in place."""
    app.register_error_handler(MatchmakingError, _matchmaking_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: MatchmakingError) -> int:
    """The status code of an error of ours."""
    return next(code for kind, code in STATUS if isinstance(error, kind))


def _matchmaking_error(error: MatchmakingError) -> ResponseReturnValue:
    status = status_of(error)
    if status >= 500:
        current_app.logger.error("%s: %s", type(error).__name__, error)
    return page(status, "stale" if isinstance(error, StaleDecision) else None)


def _csrf_error(error: CSRFError) -> ResponseReturnValue:
    know_the_reader()
    return page(400, "csrf")


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error
    know_the_reader()
    return page(error.code or 500)


def _unexpected(error: Exception) -> ResponseReturnValue:
    current_app.logger.exception("unexpected error", exc_info=error)
    return page(500)


def know_the_reader() -> None:
    """A form that has expired or is too large is refused before this is known; the page still has the reader's menu."""
    if "actor" not in g:
        load_current_actor()


def page(status: int, kind: str | None = None) -> ResponseReturnValue:
    """The error page of a status code."""
    shown = status if status in KNOWN else (400 if status < 500 else 500)
    return render_template("layout/error.html", status=shown, kind=kind), status
