"""Which firms (or challenges) are worth scoring: the engine proposes by words and by meaning, from either side."""

from __future__ import annotations

from collections.abc import Sequence

from app.services.index.kinds import ALIASES
from app.services.parts import Parts
from indexing.definitions import TITLE_BOOST
from indexing.engine import EngineQuery, Token, Word
from indexing.proposals import BY_MEANING, BY_ONE_PASSAGE, BY_WORDS, MOST_TERMS, propose
from matching.model import ChallengeSide, FirmSide
from matching.words import Statistics


def firms_for(parts: Parts, challenge: ChallengeSide, statistics: Statistics) -> list[int]:
    """Ids of the best firms for a challenge, by words in both languages and by passage vectors."""
    name = parts.engine.resolve(ALIASES["firm"])
    if name is None:
        return []
    return sorted(int(key) for key in propose(parts.engine, name, challenge, statistics, parts.lexicon.translations))


def challenges_for(parts: Parts, firm: FirmSide, open_ids: Sequence[int]) -> list[int]:
    """Ids of the best open challenges for a firm; where there are few, all of them are scored."""
    if len(open_ids) <= BY_MEANING:
        return list(open_ids)
    name = parts.engine.resolve(ALIASES["challenge"])
    if name is None or not len(firm.vectors):
        return list(open_ids)
    among = [str(key) for key in open_ids]
    found: dict[str, float] = {}
    for scores in parts.engine.nearest(name, firm.vectors, BY_ONE_PASSAGE, among=among):
        for key, cosine in scores.items():
            found[key] = max(cosine, found.get(key, -1.0))
    counts: dict[tuple[str, str], int] = {}
    for passage, tokens in zip(firm.passages, firm.tokens, strict=True):
        for token in tokens:
            counts[passage.language, token] = counts.get((passage.language, token), 0) + 1
    heavy = sorted(counts, key=lambda key: (-counts[key], key))[: 2 * MOST_TERMS]
    words = tuple(Word((Token(language, token),)) for language, token in heavy)
    answer = parts.engine.search(name, EngineQuery(words=words, title_boost=TITLE_BOOST, window=BY_WORDS + len(among)))
    by_words = [key for key in answer.word_scores if key in set(among)][:BY_WORDS]
    return sorted({int(key) for key in (*found, *by_words)})
