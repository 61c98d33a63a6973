"""Language by URL prefix, kept in a cookie; labels, dates and numbers for templates."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, g, request, url_for
from flask_babel import Babel, format_date, format_decimal, get_locale

from app.web.context import LANGUAGE_COOKIE, LANGUAGES, language, other_language
from app.web.field_labels import field_label
from app.web.taxonomy import code_labels, label

A_YEAR_S = 365 * 24 * 3600


def init_i18n(app: Flask) -> None:
    """French by default; msgids are English."""
    app.config["BABEL_DEFAULT_LOCALE"] = "fr"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=language)
    app.url_value_preprocessor(_take_language)
    app.url_defaults(_add_language)
    app.after_request(_keep_language)
    app.jinja_env.globals.update(
        lang=language,
        other_lang=other_language,
        switch_url=switch_url,
        get_locale=get_locale,
        code_labels=code_labels,
        field_label=field_label,
        label=label,
    )
    app.jinja_env.filters.update(day=_day, number=_number, pick=pick)


def pick(texts: Any, wanted: str | None = None) -> Any:
    """The text row in the page's language, else the other one; None where there is none."""
    rows = {row.language: row for row in texts}
    return rows.get(wanted or language()) or next(iter(rows.values()), None)


def switch_url() -> str:
    """The page that is shown, in the other language; after a refused form the form, as far as it has an address."""
    if request.endpoint is None or request.url_rule is None or "GET" not in (request.url_rule.methods or ()):
        return url_for("pages.home", lang=other_language())
    values = {**(request.view_args or {}), "lang": other_language()}
    arguments: dict[str, Any] = {k: v for k, v in request.args.to_dict(flat=False).items() if k not in values}
    return url_for(request.endpoint, **values, **arguments)


def _take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values and "lang" in values:
        g.lang = values.pop("lang")
    elif endpoint is None and (first := request.path.split("/")[1]) in LANGUAGES:
        g.lang = first  # no such page: the error is told in the language of the address all the same


def _add_language(endpoint: str, values: dict[str, Any]) -> None:
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = language()


def _keep_language(response: Response) -> Response:
    if g.get("lang") and request.cookies.get(LANGUAGE_COOKIE) != g.lang:
        response.set_cookie(LANGUAGE_COOKIE, g.lang, max_age=A_YEAR_S, samesite="Lax", httponly=True)
    return response


def _day(value: Any, style: str = "long") -> str:
    return format_date(value, style) if value else ""


def _number(value: Any) -> str:
    if isinstance(value, int) and 0 <= value < 1000:  # the counts of a page of facets: written alike in both languages
        return str(value)
    return format_decimal(value) if value is not None else ""
