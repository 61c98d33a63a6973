"""Messages of the outbox: a template and its values, in the language of the one who gets it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.services.parts import Parts
from config import paths
from config.settings import Settings

TEMPLATES = paths.TEMPLATES / "mail"


def send_mail(parts: Parts, key: str, payload: Mapping[str, Any]) -> None:
    """Send one message. `payload`: template, to, language, values. Raises MailUnavailable.

    The first line of a template is the subject. `key` is part of the Message-ID, so that a repeat can be told.
    """
    values = {"address": address(parts.settings), **payload["values"]}
    subject, body = render(payload["template"], payload["language"], values)
    parts.mailer.send(payload["to"], subject, body, key=f"{payload['template']}-{key}")


def address(settings: Settings) -> str:
    """What links in messages begin with: the public address, else the one that the portal listens on."""
    return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")


def render(template: str, language: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body."""
    text = _environment().get_template(f"{template}.{language}.txt").render(**values)
    subject, _, body = text.partition("\n")
    return subject.strip(), body.lstrip("\n")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # Plain text: nothing to escape. An absent value is an error, never an empty place in a letter.
    return Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=False)  # noqa: S701
