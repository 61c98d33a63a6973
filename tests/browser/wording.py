"""Finds words of the interface that stand on a page in the wrong language.

What the interface can say in both languages is known: the catalogues and the two-language tables. A text of a page that
equals one of these in the other language was left untranslated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from app.services import choices, faults
from app.services.administration import admin_labels

CATALOGUES = Path(__file__).resolve().parents[2] / "app" / "translations" / "fr" / "LC_MESSAGES"
LONG = 30  # characters from which a text is searched for inside of a longer one as well
TELLING = 16  # characters beside the placeholders from which a text tells itself
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]?|\{0\}")
_LETTERS = re.compile(r"[^\W\d_]{3}")

# What a reader of the page reads or hears, where the nearest language mark is the page's own.
TEXTS = """() => {
  const own = document.documentElement.lang, found = [];
  const mine = (element) => element.closest("[lang]").lang === own && !element.closest("script, style, textarea");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (mine(walker.currentNode.parentElement)) found.push(walker.currentNode.data);
  for (const name of ["aria-label", "placeholder", "title", "alt", "data-on", "data-off"])
    for (const element of document.querySelectorAll(`[${name}]`))
      if (mine(element)) found.push(element.getAttribute(name));
  found.push(document.title.replace(/ · Passerelle$/, ""));
  return found;
}"""


def left_in_other_language(texts: Iterable[str], language: str) -> list[str]:
    """The texts that are words of the interface in the other language."""
    whole, patterns, long = _foreign(language)
    return sorted(
        {
            text
            for text in map(_plain, texts)
            if text in whole
            or any(pattern.fullmatch(text) for pattern in patterns)
            or any(part in text for part in long)
        }
    )


@cache
def _foreign(language: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...], tuple[str, ...]]:
    own, foreign = set(), set()
    for french, english in both_languages():
        mine, other = (french, english) if language == "fr" else (english, french)
        own.add(_plain(mine))
        foreign.add(_plain(other))
    told = {text for text in foreign - own if _LETTERS.search(_PLACEHOLDER.sub("", text))}
    fixed = frozenset(text for text in told if not _PLACEHOLDER.search(text))
    patterns = tuple(_pattern(text) for text in told - fixed)
    return fixed, patterns, tuple(text for text in fixed if len(text) >= LONG)


def both_languages() -> Iterable[tuple[str, str]]:
    """All that the interface can say: French and English."""
    for name in ("messages", "flask_security"):
        with (CATALOGUES / f"{name}.po").open("rb") as file:
            for message in read_po(file):
                if message.id:
                    yield from zip(_forms(message.string), _forms(message.id), strict=True)
    yield from faults.TEXTS.values()
    for table in (*vars(choices).values(), *vars(admin_labels).values()):
        if isinstance(table, Mapping):
            yield from _labels(table)


def _labels(table: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    return ((both["fr"], both["en"]) for both in table.values() if isinstance(both, Mapping))


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _pattern(text: str) -> re.Pattern[str]:
    parts = _PLACEHOLDER.split(text)
    filling = ".+" if len("".join(parts)) >= TELLING else r"[\d.,\s]+"  # "%(place)s of %(total)s" is found anywhere
    return re.compile(filling.join(map(re.escape, parts)))


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("’", "'")
