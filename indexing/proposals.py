"""Which documents are worth an exact score for a challenge: the engine proposes by words and by meaning."""

from __future__ import annotations

from collections.abc import Mapping

from indexing.definitions import TITLE_BOOST
from indexing.engine import EngineQuery, SearchEngine, Token, Word
from indexing.query import LANGUAGES, Translations
from matching.model import ChallengeSide, Language
from matching.words import Statistics, query_terms

BY_WORDS = 100  # candidates of each kind; recall@100 of words on the need -> firm truth sbir-dev is about 0.75
BY_MEANING = 100
BY_ONE_PASSAGE = 30
MOST_TERMS = 40  # query words sent to the engine


def propose(
    engine: SearchEngine,
    name: str,
    challenge: ChallengeSide,
    statistics: Statistics,
    translations: Translations | None = None,
) -> set[str]:
    """Ids of the best documents by words in both languages and by passage vectors. Raises SearchUnavailable."""
    words = _words(query_terms(challenge, statistics), translations)
    by_words = (
        engine.search(name, EngineQuery(words=words, title_boost=TITLE_BOOST, window=BY_WORDS)).word_scores
        if words
        else {}
    )
    sums: dict[str, float] = {}
    if len(challenge.vectors):
        for scores in engine.nearest(name, challenge.vectors, BY_ONE_PASSAGE):
            for key, cosine in scores.items():
                sums[key] = sums.get(key, 0.0) + max(cosine, 0.0)
    by_meaning = sorted(sums, key=lambda key: (-sums[key], key))[:BY_MEANING]
    return {*by_words, *by_meaning}


def _words(terms: Mapping[str, Mapping[str, float]], translations: Translations | None) -> tuple[Word, ...]:
    """The heaviest terms; those of a challenge in one language also with their translations."""
    found = []
    for language in LANGUAGES:
        other: Language = "en" if language == "fr" else "fr"
        for token, weight in list(terms.get(language, {}).items())[:MOST_TERMS]:
            tokens = {(language, token): weight}
            if translations is not None and not terms.get(other):
                for translated, probability in translations(token, language):
                    tokens[other, translated] = weight * probability
            found.append(Word(tuple(Token(lang, text, own) for (lang, text), own in tokens.items())))
    return tuple(found)
