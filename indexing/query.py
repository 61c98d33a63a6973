"""What somebody typed → an engine query: phrases in quotes, -excluded words, and free words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from indexing.analysis import analyse, words
from indexing.engine import Pair, Phrase, Token, Word
from indexing.families import relatives
from matching.model import Language

LANGUAGES: tuple[Language, Language] = ("fr", "en")
LONGEST_QUERY = 20_000  # characters; a whole challenge may be a query

# Engines refuse a query of too many clauses (a stock Elasticsearch may stop at 1,024). Each token is two clauses, a
# phrase and an excluded word four, a pair one: 760 + 80 + 120 + 60. What is left out is the rarest of a long text.
MOST_TOKENS = 380
MOST_PAIRS = 60
MOST_PHRASES = 20
MOST_EXCLUDED = 30

# Possessive (++): a quote without its twin costs one look to the end of the text, not one for each way to divide it.
_PARTS = re.compile(
    r"(?P<minus>(?<!\S)-(?=[\w\"“«]))?(?:[\"“”«](?P<phrase>[^\"“”«»]++)[\"”“»]|(?P<word>[^\s\"“”«»]++))"
)

Translations = Callable[[str, Language], Sequence[tuple[str, float]]]  # token, its language -> tokens of the other one


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """The free text, and what was put in quotes or behind a minus sign."""

    free: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()  # phrases and excluded words beyond what engines take


def parse(text: str) -> ParsedQuery:
    """Never fails: what has no special sense is free text. A quote without its twin is ignored."""
    free: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    for part in _PARTS.finditer(text[:LONGEST_QUERY]):
        content = (part["phrase"] or part["word"]).strip()
        if not content:
            continue
        if part["minus"]:
            excluded.append(content)
        elif part["phrase"]:
            phrases.append(content)
        else:
            free.append(content)
    left_out = [*phrases[MOST_PHRASES:], *(f"-{text}" for text in excluded[MOST_EXCLUDED:])]
    return ParsedQuery(" ".join(free), tuple(phrases[:MOST_PHRASES]), tuple(excluded[:MOST_EXCLUDED]), tuple(left_out))


def words_of(text: str, language: Language, translations: Translations | None = None) -> tuple[Word, ...]:
    """The distinct words of a text in the query's language, each with its token in either language.

    A repeated word counts by its frequency. Words that are stop words in the query's language are left out.
    `translations` adds tokens of the other language with their probability as weight, and to a French word those of its
    family (English stems hold theirs together already). The most frequent words of a long text come first, and at
    most `MOST_TOKENS` tokens in all.
    """
    counts: Counter[str] = Counter()
    surfaces: dict[str, str] = {}
    for span in words(text, language):
        if span.token:
            counts[span.token] += 1
            surfaces.setdefault(span.token, span.surface)
    found: list[Word] = []
    left = MOST_TOKENS
    for token, count in counts.most_common():
        weights = _weights(token, surfaces[token], language, translations)
        left -= len(weights)
        if left < 0:
            break
        found.append(Word(tuple(Token(lang, text_, weight * count) for (lang, text_), weight in weights.items())))
    return tuple(found)


def _weights(
    token: str, surface: str, language: Language, translations: Translations | None
) -> dict[tuple[Language, str], float]:
    """What a word is looked for by, the token itself first: (language, token) → how much it counts."""
    other: Language = "en" if language == "fr" else "fr"
    weights = {(language, token): 1.0}
    for same in analyse(surface, other):
        weights.setdefault((other, same), 1.0)
    if translations is None:
        return weights
    for translated, probability in translations(token, language):
        weights[other, translated] = max(weights.get((other, translated), 0.0), probability)
    if language == "fr":
        for relative, weight in relatives(token, translations):
            weights.setdefault((language, relative), weight)
    return weights


def words_left_out(text: str, language: Language, searched: Sequence[Word]) -> tuple[str, ...]:
    """The words of a text, as they were written, that `words_of` had no room for."""
    there = {(token.language, token.text) for word in searched for token in word.tokens[:1]}
    missing: dict[str, str] = {}
    for span in words(text, language):
        if span.token and (language, span.token) not in there:
            missing.setdefault(span.token, text[span.start : span.end])
    return tuple(missing.values())


def pairs_of(text: str, language: Language) -> tuple[Pair, ...]:
    """Each two words of the query that follow each other, stop words between them left out; the first ones of many."""
    tokens = analyse(text, language)
    pairs = dict.fromkeys((one, other) for one, other in pairwise(tokens) if one != other)
    return tuple(Pair(language, one, other) for one, other in islice(pairs, MOST_PAIRS))


def phrases_of(texts: Sequence[str]) -> tuple[Phrase, ...]:
    """Each text as a phrase in either language; one that holds only stop words is left out."""
    found = []
    for text in texts:
        alternatives = tuple((language, tuple(analyse(text, language))) for language in LANGUAGES)
        alternatives = tuple((language, tokens) for language, tokens in alternatives if tokens)
        if alternatives:
            found.append(Phrase(alternatives))
    return tuple(found)


def minimum_words(count: int) -> int:
    """How many of the query's words a document must hold: all of two, most of a few, some of a long text.

    Source of the idea: minimum_should_match in the Elasticsearch reference. A long natural sentence rarely has more
    than half of its words in a relevant document.
    """
    by_count: Mapping[int, int] = {0: 0, 1: 1, 2: 2, 3: 2, 4: 3, 5: 3, 6: 3}
    return by_count.get(count, 3)
