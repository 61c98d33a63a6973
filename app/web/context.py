"""What a request has at hand: the parts, the actor, the language."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app, g, request

from app.services.actor import ANONYMOUS, Actor
from matching.model import Language

if TYPE_CHECKING:
    from app.services.parts import Parts

LANGUAGES: tuple[Language, ...] = ("fr", "en")
LANGUAGE_COOKIE = "passerelle_lang"


def parts() -> Parts:
    """The parts that the factory was given."""
    return cast("Parts", current_app.extensions["passerelle"])


def actor() -> Actor:
    """Who is asking; set before every request. An error page for a request that failed earlier is for a visitor."""
    return cast(Actor, g.get("actor", ANONYMOUS))


def language() -> Language:
    """Language of the page: the URL's, else what was kept, else what the browser asks for, else French."""
    found = g.get("lang") or (request.view_args or {}).get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if found in LANGUAGES:
        return cast("Language", found)
    return "en" if request.accept_languages.best_match(["fr", "en"], default="fr") == "en" else "fr"


def other_language() -> Language:
    """The other one."""
    return "en" if language() == "fr" else "fr"
