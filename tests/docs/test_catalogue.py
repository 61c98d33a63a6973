"""The French of the interface is whole: nothing missing, nothing left over, nothing that cannot be filled in."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import flask_security
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask_security.core import _default_messages

import app.services
from app.services import faults

ROOT = Path(__file__).resolve().parents[2]
FRENCH = ROOT / "app" / "translations" / "fr" / "LC_MESSAGES"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "_l": None}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]?|\{\w*\}")
# What the account library says only where features are on that ours has off.
OFF = re.compile(
    r"^(US_|WEBAUTHN|PASSKEY|USERNAME|OAUTH|LOGIN_EXPIRED|LOGIN_EMAIL_SENT|INVALID_LOGIN_TOKEN|REFRESH_TOKEN|SIGN_IN"
    r"|CREDENTIAL|NICKNAME|INVALID_RECOVERY|USE_CODE|UNIFIED|NO_METHODS)"
)
CATALOGUES = ("messages", "flask_security")
# A space that a line may break at, or a straight apostrophe, where French typography wants another character.
TYPEWRITTEN = re.compile(r"\w'\w| [:;!?»](?=\s|$)|« ")


def test_every_text_of_pages_and_code_has_its_entry_and_no_entry_is_left_over() -> None:
    written, kept = _texts_of_code(), {_singular(message.id) for message in _messages("messages")}

    assert written - kept == set(), "run `make translations` and translate these"
    assert kept - written == set(), "run `make translations`: nothing says these any more"


def test_no_text_stands_where_babel_does_not_read_it() -> None:
    """Such as within an f-string: it would be shown in English on the French pages, and nothing would tell."""
    calls = [
        node
        for path in (ROOT / "app").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS
    ]
    said = {first.value for call in calls for first in call.args[:1] if isinstance(first, ast.Constant)}

    assert said - _texts_of_code() == set()


@pytest.mark.parametrize("name", CATALOGUES)
def test_no_entry_is_empty_or_only_guessed(name: str) -> None:
    empty = [message.id for message in _messages(name) if not all(_forms(message.string))]
    guessed = [message.id for message in _messages(name) if message.fuzzy]

    assert empty == []
    assert guessed == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_both_languages_have_the_same_placeholders(name: str) -> None:
    wrong = [
        message.id
        for message in _messages(name)
        for text in _forms(message.string)
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(_forms(message.id)[-1]))
    ]

    assert wrong == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_plural_in_one_language_is_a_plural_in_the_other(name: str) -> None:
    assert [m.id for m in _messages(name) if isinstance(m.id, str) != isinstance(m.string, str)] == []


def test_french_texts_keep_to_french_typography() -> None:
    texts = [text for name in CATALOGUES for message in _messages(name) for text in _forms(message.string)]
    texts += [label["fr"] for _name, label in _labels()] + [french for french, _english in faults.TEXTS.values()]

    assert [text for text in texts if TYPEWRITTEN.search(text)] == []


def test_every_label_of_the_services_exists_in_both_languages() -> None:
    incomplete = [name for name, label in _labels() if set(label) != {"fr", "en"} or not all(label.values())]

    assert incomplete == []
    assert len(list(_labels())) > 50


def test_every_fault_is_told_in_both_languages() -> None:
    incomplete = [
        code
        for code, (french, english) in faults.TEXTS.items()
        if not french or not english or PLACEHOLDER.findall(french) != PLACEHOLDER.findall(english)
    ]

    assert incomplete == []


def test_messages_of_the_account_library_exist_in_french() -> None:
    french = {message.id for message in _messages("flask_security")}
    said = {str(text) for name, (text, _kind) in _default_messages.items() if not OFF.match(name) and text}

    assert sorted(said - french) == []


def test_the_library_s_entries_are_texts_that_the_library_says() -> None:
    with (Path(flask_security.__file__).parent / "translations" / "flask_security.pot").open("rb") as file:
        known = {message.id for message in read_po(file)}

    assert [message.id for message in _messages("flask_security") if message.id not in known] == []


def test_every_message_by_mail_exists_in_both_languages() -> None:
    names = {path.name.split(".")[0] for path in (ROOT / "templates" / "mail").glob("*.txt")}

    for name in names:
        for language in ("fr", "en"):
            assert (ROOT / "templates" / "mail" / f"{name}.{language}.txt").is_file(), f"{name}.{language}"


@cache
def _catalogue(name: str) -> Catalog:
    with (FRENCH / f"{name}.po").open("rb") as file:
        return read_po(file)


def _messages(name: str) -> Iterator[Message]:
    return (message for message in _catalogue(name) if message.id)


@cache
def _texts_of_code() -> set[str]:
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, KEYWORDS, directory_filter=_is_ours)
    return {_singular(text) for _file, _line, text, _comments, _context in found}


def _is_ours(folder: str) -> bool:
    return Path(folder).is_relative_to(ROOT / "app") or Path(folder).is_relative_to(ROOT / "templates")


def _singular(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0]


def _forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _labels() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every label of a two-language table in a module of the services, by where it stands."""
    for module in pkgutil.walk_packages(app.services.__path__, "app.services."):
        for name, table in vars(importlib.import_module(module.name)).items():
            if isinstance(table, Mapping) and _is_bilingual(table):
                yield from ((f"{module.name}.{name}[{code!r}]", label) for code, label in table.items())


def _is_bilingual(table: Mapping[Any, Any]) -> bool:
    return any(isinstance(label, Mapping) and {"fr", "en"} & set(label) for label in table.values())
