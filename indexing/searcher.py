"""Search as people meet it: words and meaning, typo tolerance, facets, orders, pages, and a mode without a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from indexing.definitions import TITLE_BOOST
from indexing.detection import query_language
from indexing.engine import EngineAnswer, EngineQuery, SearchEngine, Sort, Word
from indexing.fusion import NEARBY, Fused, fuse, share_of_neighbours, with_neighbours
from indexing.query import (
    ParsedQuery,
    Translations,
    minimum_words,
    pairs_of,
    parse,
    phrases_of,
    words_left_out,
    words_of,
)
from indexing.spelling import correct
from indexing.vocabularies import Vocabularies
from matching.errors import EncoderUnavailable
from matching.model import Floats, Language
from matching.ports import Encoder

# Cosine below which a passage does not answer a query. docs/decisions/0002-search.md holds the measurement.
MEANING_FLOOR = 0.35
MEANING_LIMIT = 200  # meaning adds at most this many documents to the word matches
# Two words of the query that follow each other in a text count as so much more, and the mean of all passages stands
# beside the best one. docs/decisions/0007-two-languages.md, "Pairs and whole texts", holds the measurement.
PAIR_BOOST = 0.3
WHOLE_SHARE = 0.4
WINDOW = 1000  # word hits that take part in the ranking
DEEPEST = 10_000  # results beyond are not paged to (Elasticsearch's own limit)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One state of the search page."""

    text: str = ""
    language: Language = "fr"  # of the page: used where the query does not show its own
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict)
    facets: tuple[str, ...] = ()
    sort: Sort = "relevance"
    page: int = 1
    per_page: int = 20
    without_ids: tuple[str, ...] = ()
    exact: bool = False  # do not correct what was typed


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """One page of results. `corrected` is what was searched instead of what was typed."""

    hits: tuple[Fused, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    best_passages: Mapping[str, str]  # id -> key of the passage that answers best
    language: Language  # of the query
    parsed: ParsedQuery
    words: tuple[Word, ...] = ()  # what was searched, with its translations
    corrected: str | None = None
    without_meaning: bool = False  # the model did not answer: words only
    left_out: tuple[str, ...] = ()  # parts of a long query that engines have no room for

    @property
    def reachable(self) -> int:
        """How many results can be paged to."""
        return min(self.total, DEEPEST)


class Searcher:
    """Ties analysis, encoder, engine and fusion together. Safe to be used by several threads."""

    def __init__(
        self, engine: SearchEngine, encoder: Callable[[], Encoder], translations: Translations | None = None
    ) -> None:
        self._engine = engine
        self._encoder = encoder
        self._translations = translations
        self.vocabularies = Vocabularies(engine)

    def search(self, alias: str, request: SearchRequest) -> SearchAnswer:
        """Answer one request. Raises SearchUnavailable; a model that fails only leaves the meaning out."""
        parsed = parse(request.text)
        language = query_language(request.text, request.language)
        corrected = None
        if parsed.free and not request.exact:
            known = self.vocabularies.of(alias, request.without_ids)
            corrected = correct(parsed.free, language, known, self._translations)
        free = corrected or parsed.free
        searched = " ".join((free, *parsed.phrases)).strip()
        vector, failed = self._vector(searched, language)
        query = self._engine_query(request, parsed, free, language, vector)
        answer = self._engine.search(alias, query)
        return SearchAnswer(
            hits=self._page(alias, answer, request, len(query.words)),
            total=answer.total,
            facets=answer.facets,
            best_passages=answer.best_passages,
            language=language,
            parsed=parsed,
            words=query.words,
            corrected=corrected,
            without_meaning=failed,
            left_out=(*parsed.left_out, *words_left_out(searched, language, query.words)),
        )

    def rank(self, name: str, text: str, language: Language, depth: int, mode: str = "hybrid") -> list[Fused]:
        """The best documents for a text, without floor and filters. `mode`: words, meaning or hybrid."""
        words = words_of(text, language, self._translations) if mode != "meaning" else ()
        vector = self._encoder().encode_queries([text], language)[0] if mode != "words" else None
        answer = self._engine.search(
            name,
            EngineQuery(
                words=words,
                minimum_words=1,
                pairs=pairs_of(text, language),
                pair_boost=PAIR_BOOST,
                vector=vector,
                whole_share=WHOLE_SHARE,
                meaning_floor=-1.0,
                meaning_limit=max(depth, MEANING_LIMIT),
                title_boost=TITLE_BOOST,
                window=max(depth, WINDOW),
            ),
        )
        return self._fused(name, answer, len(words))[:depth]

    def complete(self, alias: str, text: str, limit: int = 8, *, without_ids: tuple[str, ...] = ()) -> list[str]:
        """What was typed so far with its last word completed."""
        head, _, last = text.rpartition(" ")
        if len(last) < 2:
            return []
        return [f"{head} {word}".strip() for word in self.vocabularies.of(alias, without_ids).completions(last, limit)]

    def _vector(self, text: str, language: Language) -> tuple[Floats | None, bool]:
        if not text:
            return None, False
        try:
            return self._encoder().encode_queries([text], language)[0], False
        except EncoderUnavailable:
            return None, True

    def _page(self, alias: str, answer: EngineAnswer, request: SearchRequest, words: int) -> tuple[Fused, ...]:
        """The hits of the page that is asked for; `words`: how many distinct ones the query has."""
        if answer.ordered_ids or not (answer.word_scores or answer.meaning_scores):
            return tuple(
                Fused(key, 0.0, answer.word_scores.get(key, 0.0), answer.meaning_scores.get(key, 0.0))
                for key in answer.ordered_ids
            )
        start = (max(request.page, 1) - 1) * request.per_page
        return tuple(self._fused_results(alias, answer, words)[start : start + request.per_page])

    def _fused_results(self, name: str, answer: EngineAnswer, words: int) -> list[Fused]:
        """The results, ranked among all that any word or their meaning brings near: as `rank` ranks.

        Among results alone the last one of few would count as nothing, and one that holds some of the words not at all.
        """
        places = {one.id: one for one in fuse(answer.wide_words, answer.wide_meaning, words)}
        held = answer.word_scores.keys() | answer.meaning_scores.keys()
        results = [one for key, one in places.items() if key in held]
        results += [Fused(key, 0.0, 0.0, 0.0) for key in answer.word_scores if key not in places]  # out of the window
        own = [
            replace(one, words=answer.word_scores.get(one.id, 0.0), meaning=answer.meaning_scores.get(one.id, 0.0))
            for one in results
        ]
        return self._among_neighbours(name, own, answer, words)

    def _fused(self, name: str, answer: EngineAnswer, words: int) -> list[Fused]:
        """Best first."""
        return self._among_neighbours(name, fuse(answer.word_scores, answer.meaning_scores, words), answer, words)

    def _among_neighbours(self, name: str, fused: list[Fused], answer: EngineAnswer, words: int) -> list[Fused]:
        """With both words and meaning, neighbours have their say."""
        share = share_of_neighbours(words)
        if not answer.word_scores or not answer.meaning_scores or share == 0.0:
            return fused
        return with_neighbours(fused, self._engine.wholes(name, [one.id for one in fused[:NEARBY]]), share)

    def _engine_query(
        self, request: SearchRequest, parsed: ParsedQuery, free: str, language: Language, vector: Floats | None
    ) -> EngineQuery:
        words = words_of(" ".join((free, *parsed.phrases)), language, self._translations)
        offset = min((max(request.page, 1) - 1) * request.per_page, DEEPEST)
        query = EngineQuery(
            words=words,
            minimum_words=minimum_words(len(words)),
            pairs=pairs_of(free, language),
            pair_boost=PAIR_BOOST,
            phrases=phrases_of(parsed.phrases),
            excluded=phrases_of(parsed.excluded),
            vector=vector,
            meaning_floor=MEANING_FLOOR,
            meaning_limit=MEANING_LIMIT,
            whole_share=WHOLE_SHARE,
            wide=request.sort == "relevance",  # other orders need no scores
            title_boost=TITLE_BOOST,
            filters=request.filters,
            ranges=request.ranges,
            without_ids=request.without_ids,
            facets=request.facets,
            sort=request.sort,
            window=min(max(WINDOW, offset + request.per_page), DEEPEST),
            offset=offset,
            limit=request.per_page,
        )
        if request.sort == "relevance" and not words and not query.phrases and vector is None:
            return replace(query, sort="newest")
        return query
