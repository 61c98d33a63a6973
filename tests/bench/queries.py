"""Different queries in both languages, made of the real texts' own words: nobody's query log is at hand."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from indexing.stopwords import STOP_WORDS
from matching.model import Language

SEED = 20_261_125
SOURCES: dict[Language, tuple[tuple[str, tuple[str, ...]], ...]] = {  # language → (file, fields)
    "fr": (("eig-defis/defis.jsonl", ("title", "description", "need", "text")),),
    "en": (
        ("challenge-gov/challenges.jsonl", ("title", "tagline", "text")),
        ("remoteintech-companies/companies.jsonl", ("text", "tech_text")),
        ("financedb-ict-companies/companies.jsonl", ("text",)),
    ),
}
QUESTIONS: dict[Language, tuple[str, ...]] = {
    "fr": (
        "Qui peut nous aider à améliorer {} ?",
        "comment mieux gérer {}",
        "Quelle entreprise a déjà travaillé sur {} ?",
        "nous cherchons une solution pour {}",
        "outil pour {} accessible aux agents",
        "réduire le temps passé sur {}",
    ),
    "en": (
        "Who can help us with {}?",
        "how to improve {}",
        "Which firm has experience in {}?",
        "we are looking for a solution for {}",
        "a tool for {} that staff can use",
        "reduce the time spent on {}",
    ),
}
_WORD = re.compile(r"[^\W\d_][\w’'-]*")


@dataclass(frozen=True, slots=True)
class Query:
    """What is typed on which page."""

    language: Language
    what: str  # challenges or firms
    text: str

    @property
    def path(self) -> str:
        """The address of its results."""
        return f"/{self.language}/{self.what}?{urlencode({'q': self.text})}"


def make_queries(data: Path, count: int) -> list[Query]:
    """Half of them French, half over firms; no text twice; the same ones at every call."""
    dice = random.Random(SEED)
    texts = {language: list(_texts(data, language)) for language in SOURCES}
    found: dict[str, Query] = {}
    while len(found) < count:
        language: Language = "fr" if len(found) % 2 else "en"
        what = "firms" if len(found) % 4 < 2 else "challenges"
        text = _query(dice, language, dice.choice(texts[language]))
        if text is not None:
            found.setdefault(text.casefold(), Query(language, what, text))
    return list(found.values())


def passages(data: Path, language: Language, count: int, characters: int) -> list[str]:
    """So many beginnings of different texts, of one length in characters."""
    long = (" ".join(words)[:characters] for words in _texts(data, language))
    return list(islice(dict.fromkeys(text for text in long if len(text) == characters), count))


def _query(dice: random.Random, language: Language, words: Sequence[str]) -> str | None:
    """Two in five are some words, two in five a stretch of the text, one in five a question about a stretch."""
    kind = dice.randrange(5)
    if kind < 2:
        heavy = [word for word in dict.fromkeys(words) if word.lower() not in STOP_WORDS[language] and len(word) > 2]
        chosen = dice.sample(heavy, min(len(heavy), dice.randint(1, 4)))
        return " ".join(chosen) or None
    length = dice.randint(3, 7)
    if len(words) < length:
        return None
    start = dice.randrange(len(words) - length + 1)
    stretch = " ".join(words[start : start + length])
    return stretch if kind < 4 else dice.choice(QUESTIONS[language]).format(stretch.lower())


def _texts(data: Path, language: Language) -> Iterator[list[str]]:
    """Every text as its words."""
    for name, fields in SOURCES[language]:
        with (data / name).open(encoding="utf-8") as file:
            for line in file:
                row: dict[str, Any] = json.loads(line)
                for field in fields:
                    words = _WORD.findall(str(row.get(field) or ""))
                    if words:
                        yield words
