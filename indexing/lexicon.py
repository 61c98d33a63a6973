"""The bilingual lexicon: French text glossed in English for an English model, and words that cross the language.

Shipped as `config/lexicon/fr-en.tsv.gz`, learned, and `glossary.tsv`, written by hand (their card stands beside them);
overlaid by the labels and synonyms of sectors and technologies.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from itertools import takewhile
from operator import eq

from indexing.analysis import WordSpan, analyse, fold, surfaces, words
from indexing.glossary import laid_over, read_glossary
from indexing.lexicon_entries import Entry, Term, read_entries
from matching.model import Language

LEARNED = "lexicon/fr-en.tsv.gz"
GLOSSARY = "lexicon/glossary.tsv"
RULES = b"2"  # raised when the same table comes to give other glosses: what was encoded before is then out of date
LONGEST_PHRASE = 5  # words
MOST_TRANSLATIONS = 6
RAREST_TRANSLATION = 0.08
OVERLAY_COUNT = 50.0  # a label counts like a translation that was seen so often
_STOPS = frozenset(".,;:!?")


class Lexicon:
    """Immutable; safe for many threads. `identity` changes with data and rules, not with the terms laid over it."""

    def __init__(self, entries: Sequence[Entry], identity: str, terms: Iterable[Term] = ()) -> None:
        self._entries = entries
        self.identity = identity
        self._terms = tuple(terms)

    @cached_property
    def _glosses(self) -> dict[str, str]:
        """French (words with one space between) → English."""
        best: dict[str, tuple[float, str]] = {}
        for entry in self._entries:
            if entry.rank > best.get(entry.french, (0.0, ""))[0]:
                best[entry.french] = (entry.rank, entry.english)
        found = {key: english for key, (_, english) in best.items()}
        for term in self._terms:
            key = _key(term.french)
            if key not in found or term.french.isupper() or (" " in key and not term.near):
                found[key] = term.english if term.english.isupper() else term.english.lower()
        return found

    @cached_property
    def _folded(self) -> dict[str, str]:
        """French without accents → gloss of the most frequent form, for texts that are written without."""
        best: dict[str, tuple[float, str]] = {}
        for entry in self._entries:
            key = fold(entry.french)
            if entry.count > best.get(key, (0.0, ""))[0]:
                best[key] = (entry.count, self._glosses[entry.french])
        return {key: english for key, (_, english) in best.items()}

    @cached_property
    def _by_stem(self) -> Mapping[str, Sequence[Entry]]:
        """French stem → the entries of all its forms, for forms that the table lacks."""
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self._entries:
            if " " not in entry.french:
                for stem in analyse(entry.french, "fr"):
                    found[stem].append(entry)
        return found

    def gloss(self, text: str) -> str:
        """French words in English, in the order of the French; what the lexicon does not know stays as it is."""
        spans = words(text, "fr")
        keys = [span.surface for span in spans]
        out: list[str] = []
        place = end = 0
        while place < len(spans):
            gap = text[end : spans[place].start]
            out.extend(char for char in gap if char in _STOPS)
            length, english = self._longest(text, spans, keys, place)
            out.append(english)
            end = spans[place + length - 1].end
            place += length
        out.extend(char for char in text[end:] if char in _STOPS)
        return " ".join(word for word in out if word)

    def _longest(self, text: str, spans: Sequence[WordSpan], keys: Sequence[str], place: int) -> tuple[int, str]:
        """The longest term that starts here, as (words, gloss)."""
        for length in range(min(LONGEST_PHRASE, len(spans) - place), 0, -1):
            if length > 1 and _broken(text[spans[place].end : spans[place + length - 1].start]):
                continue
            key = " ".join(keys[place : place + length])
            found = self._glosses.get(key) or self._folded.get(key)
            if found is not None:
                return length, found
        span = spans[place]
        written = text[span.start : span.end]
        if span.token is None or written[:1].isupper():  # a name in the middle of a sentence, or unknown
            return 1, written
        return 1, self._by_form(span.token, keys[place]) or written

    def _by_form(self, stem: str, form: str) -> str | None:
        """The gloss of the known forms of a stem that begin most like this one: "pétitions" is no form of "petit"."""
        entries = self._by_stem.get(stem, ())
        alike = [sum(takewhile(bool, map(eq, entry.french, form))) for entry in entries]
        most = max(alike, default=0)
        sums: dict[str, float] = defaultdict(float)
        for entry, letters in zip(entries, alike, strict=True):
            if letters == most:
                sums[entry.english] += entry.count * math.sqrt(entry.backward)
        return max(sums, key=lambda word: (sums[word], word), default=None)

    def translations(self, token: str, language: Language) -> Sequence[tuple[str, float]]:
        """Analysed tokens of the other language with their probability, the likeliest first."""
        return self._stems[language].get(token, ())

    @cached_property
    def _stems(self) -> Mapping[Language, Mapping[str, Sequence[tuple[str, float]]]]:
        joint: dict[tuple[str, str], float] = defaultdict(float)
        totals: dict[tuple[Language, str], float] = defaultdict(float)
        for entry in self._entries:
            french, english = analyse(entry.french, "fr"), analyse(entry.english, "en")
            if len(french) == 1 and len(english) == 1 and " " not in entry.french and " " not in entry.english:
                joint[french[0], english[0]] += entry.count
        for term in self._terms:
            french, english = analyse(term.french, "fr"), analyse(term.english, "en")
            if len(french) == 1 and len(english) == 1:
                joint[french[0], english[0]] += OVERLAY_COUNT
        for (one, other), count in joint.items():
            totals["fr", one] += count
            totals["en", other] += count
        found: dict[Language, dict[str, list[tuple[str, float]]]] = {"fr": defaultdict(list), "en": defaultdict(list)}
        for (one, other), count in joint.items():
            found["fr"][one].append((other, count / totals["fr", one]))
            found["en"][other].append((one, count / totals["en", other]))
        return {language: {token: _likeliest(own) for token, own in table.items()} for language, table in found.items()}


def _likeliest(translations: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    best = sorted(translations, key=lambda pair: (-pair[1], pair[0]))[:MOST_TRANSLATIONS]
    return tuple((token, round(p, 3)) for token, p in best if p >= RAREST_TRANSLATION)


def _key(text: str) -> str:
    return " ".join(surfaces(text, "fr"))


def _broken(gaps_and_words: str) -> bool:
    return any(char in _STOPS for char in gaps_and_words)


def load_lexicon(terms: Iterable[Term] = ()) -> Lexicon:
    """The lexicon that the product ships with, terms laid over it."""
    learned, glossary = (files("config").joinpath(name).read_bytes() for name in (LEARNED, GLOSSARY))
    entries = laid_over(read_entries(learned), read_glossary(glossary.decode("utf-8")))
    return Lexicon(entries, hashlib.sha256(learned + glossary + RULES).hexdigest()[:8], terms)
