"""One analysis of text for both engines, for matching and for highlights: elision, folding, stop words, stemming."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from indexing.french_plurals import singular
from indexing.stopwords import ACRONYMS, STOP_WORDS
from matching.model import Language

LONGEST_TOKEN = 64
LONGEST_WORD = 4 * LONGEST_TOKEN  # characters looked at: a word of megabytes is not to be kept in a cache
STEMMERS = {"fr": "french", "en": "english"}
CACHED_WORDS = 100_000  # about 25 MB when full; the 6,672 firms of the real data hold 55,000 distinct words

CACHED_STRETCHES = 50_000  # words with the signs around them

_APOSTROPHES = "'’‘ʼ′＇"
# Combining accents (texts from a Mac come decomposed), soft hyphens and zero-width characters stand inside a word.
_INSIDE = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
_WORD = re.compile(
    r"(?<!\w)(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?"  # U.S.A. and A.I are one word
    r"|(?<!\w)[^\W_]{1,2}&[^\W_]{1,2}(?!\w)"  # R&D, AT&T
    rf"|[^\W_](?:[^\W_]|[{_INSIDE}])*(?:[+#]+(?!\w))?"  # letters and digits; + and # may end a name (C++, C#)
)
_NOT_WRITTEN = re.compile(rf"[{_INSIDE}\s.]")
# What is cut off before words are looked for: elided French articles, endings of English contractions.
_ELIDED = {
    "fr": re.compile(
        rf"\b(?:[cdjlmnstç]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|quelqu|entr)[{_APOSTROPHES}]", re.IGNORECASE
    ),
    "en": re.compile(
        rf"\b(?:do|does|did|is|are|was|were|has|have|had|wo|would|should|could|must|need|ca)n[{_APOSTROPHES}]t\b"
        rf"|(?<=\w)[{_APOSTROPHES}](?:s|re|ve|ll|d|m)\b",
        re.IGNORECASE,
    ),
}


@dataclass(frozen=True, slots=True)
class WordSpan:
    """One word of a text: where it stands, how it is written (lower-cased), and its token; None for a stop word."""

    start: int
    end: int
    surface: str
    token: str | None


def fold(text: str) -> str:
    """Lower-cased, without accents, compatibility forms and ligatures opened."""
    if text.isascii():
        return text.lower()
    opened = unicodedata.normalize("NFKD", text.lower()).replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    return "".join(char for char in opened if not unicodedata.combining(char)).lower()


def words(text: str, language: Language) -> list[WordSpan]:
    """Every word with its place in the text as it was given. An elided article is no word of its own."""
    plain = _ELIDED[language].sub(lambda found: " " * len(found.group()), text)
    return [
        WordSpan(found.start(), found.end(), _surface(word, language), _token(word, language))
        for found in _WORD.finditer(plain)
        if (word := found.group()[:LONGEST_WORD])
    ]


def places(text: str, language: Language, wanted: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where words with one of these tokens stand: a fraction of the work of `words`, for looking through many texts.

    No word, elision or bound reaches over white space: only the stretches between it that hold such a token are
    looked at closely, and which tokens a stretch holds is remembered.
    """
    sought = frozenset(wanted)
    holding = [
        stretch
        for stretch in set(text.split())  # no function of ours in between: a page of results has 12,000 of them
        if not sought.isdisjoint((_remembered if len(stretch) <= LONGEST_WORD else _tokens)(stretch, language))
    ]
    for at, held in sorted((at, stretch) for stretch in holding for at in _standing(text, stretch)):
        for found in _found(held, language):
            if _token(found.group()[:LONGEST_WORD], language) in sought:
                yield at + found.start(), at + found.end()


def _standing(text: str, stretch: str) -> Iterator[int]:
    """Where a stretch stands between white space or the ends of the text."""
    at = text.find(stretch)
    while at >= 0:
        end = at + len(stretch)
        if (at == 0 or text[at - 1].isspace()) and (end == len(text) or text[end].isspace()):
            yield at
        at = text.find(stretch, end)


def _found(text: str, language: Language) -> Iterator[re.Match[str]]:
    plain = text
    if any(mark in text for mark in _APOSTROPHES):
        plain = _ELIDED[language].sub(lambda found: " " * len(found.group()), text)
    return _WORD.finditer(plain)


@lru_cache(maxsize=CACHED_STRETCHES)
def _remembered(stretch: str, language: Language) -> frozenset[str]:
    return _tokens(stretch, language)


def _tokens(stretch: str, language: Language) -> frozenset[str]:
    tokens = (_token(found.group()[:LONGEST_WORD], language) for found in _found(stretch, language))
    return frozenset(token for token in tokens if token is not None)


def analyse(text: str, language: Language) -> list[str]:
    """The tokens of a text: stop words left out, accents folded before stemming ("matériaux" and "materiaux" agree).

    Nothing that stands between words (punctuation, control characters, NUL) gets into a token, and no white space.
    """
    plain = _ELIDED[language].sub(" ", text)
    return [token for word in _WORD.findall(plain) if (token := _token(word[:LONGEST_WORD], language)) is not None]


def surfaces(text: str, language: Language) -> list[str]:
    """Every word as it is written, stop words too, without its place: for counting over many texts."""
    plain = _ELIDED[language].sub(" ", text)
    return [_surface(word[:LONGEST_WORD], language) for word in _WORD.findall(plain)]


@lru_cache(maxsize=CACHED_WORDS)
def _token(word: str, language: Language) -> str | None:
    folded = _NOT_WRITTEN.sub("", fold(word))[:LONGEST_TOKEN]
    if word.replace(".", "") in ACRONYMS[language]:
        return folded
    if not folded or folded in STOP_WORDS[language]:
        return None
    if language == "fr":
        folded = singular(folded)
    # A stemmer is not to be shared by threads; making one costs 0.3 µs.
    return str(Stemmer.Stemmer(STEMMERS[language], 0).stemWord(folded)) or None


@lru_cache(maxsize=CACHED_WORDS)
def _surface(word: str, language: Language) -> str:
    """As it is written, so that it can be shown again; an acronym that would be a stop word keeps its capitals."""
    if word.replace(".", "") in ACRONYMS[language]:
        return word.replace(".", "")
    return _NOT_WRITTEN.sub("", unicodedata.normalize("NFKC", word).lower())[:LONGEST_TOKEN]
