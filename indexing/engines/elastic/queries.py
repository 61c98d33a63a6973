"""Engine queries → request bodies. Nothing here talks to a server."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from indexing.engine import EngineQuery, Pair, Phrase, Word
from matching.model import Floats

MOST_CODES = 10_000  # values of one facet; the places of thousands of firms are more than a thousand
NOTHING: dict[str, Any] = {"match_none": {}}


def word_hits(query: EngineQuery) -> dict[str, Any]:
    """The body that scores word matches."""
    wanted = {"bool": {"must": [word_query(query)], **constraints(query)}}
    return {"query": wanted, "size": query.window, "_source": False, "track_total_hits": False}


def word_query(query: EngineQuery) -> dict[str, Any]:
    """Documents that hold enough of the words; each word counts once, whatever fields it stands in. Pairs only add."""
    if not query.words:
        return NOTHING
    words = {
        "bool": {
            "should": [_word(word, query.title_boost) for word in query.words],
            "minimum_should_match": max(1, min(query.minimum_words, len(query.words))),
        }
    }
    if not query.pairs:
        return words
    return {"bool": {"must": [words], "should": [_pair(pair, query.pair_boost) for pair in query.pairs]}}


def constraints(query: EngineQuery, *, without_filter: str | None = None, filters: bool = True) -> dict[str, Any]:
    """Filters, ranges, phrases and exclusions, as the parts of a bool query that do not score."""
    needed: list[dict[str, Any]] = [_phrase(phrase) for phrase in query.phrases]
    if filters:
        needed += filter_clauses(query, without_filter)
    for field, (low, high) in query.ranges.items():
        bounds = {"gte": low, "lte": high}
        needed.append({"range": {field: {name: value for name, value in bounds.items() if value is not None}}})
    refused: list[dict[str, Any]] = [_phrase(phrase) for phrase in query.excluded]
    if query.without_ids:
        refused.append({"ids": {"values": list(query.without_ids)}})
    return {"filter": needed, "must_not": refused}


def filter_clauses(query: EngineQuery, without_filter: str | None = None) -> list[dict[str, Any]]:
    """One clause a filtered field; `without_filter` leaves one field out, for its own counts."""
    return [
        {"terms": {field: list(codes)}} for field, codes in query.filters.items() if codes and field != without_filter
    ]


def knn(query: EngineQuery, vector: Floats, *, without_filter: str | None = None, floor: bool = True) -> dict[str, Any]:
    """The best documents by their best passage, the constraints applied during the walk, and the floor unless not."""
    return knn_body(
        vector,
        query.meaning_limit,
        {"bool": constraints(query, without_filter=without_filter)},
        query.meaning_floor if floor and query.meaning_floor > -1.0 else None,
    )


def knn_body(vector: Floats, limit: int, condition: dict[str, Any] | None, floor: float | None) -> dict[str, Any]:
    """A nested kNN request; inner hits name the best passage."""
    body: dict[str, Any] = {
        "field": "passages.vector",
        "query_vector": [float(number) for number in vector],
        "k": limit,
        "num_candidates": min(10_000, max(500, 4 * limit)),
        "inner_hits": {"size": 1, "_source": False, "docvalue_fields": ["passages.key"]},
    }
    if floor is not None:
        body["similarity"] = floor
    if condition is not None:
        body["filter"] = condition
    return body


def results(query: EngineQuery, meaning_ids: Collection[str], without_filter: str | None = None) -> dict[str, Any]:
    """Word matches and meaning hits together; without words, phrases and vector: all that passes."""
    either: list[dict[str, Any]] = []
    if query.words:
        either.append(word_query(query))
    if meaning_ids and (query.words or not query.phrases):  # each row of a phrase is a result already
        either.append({"ids": {"values": sorted(meaning_ids)}})
    bool_query = constraints(query, without_filter=without_filter)
    if either:
        bool_query |= {"should": either, "minimum_should_match": 1}
    elif query.words or (query.vector is not None and not query.phrases):
        return NOTHING
    return {"bool": bool_query}


def whole(vector: Floats, ids: Collection[str]) -> dict[str, Any]:
    """The cosine of a vector with the mean of all passages of each of these documents.

    Exact: with a filter that passes no more documents than there are candidates, all of them are compared.
    """
    numbers = [float(number) for number in vector]
    knn = {"field": "whole", "query_vector": numbers, "k": len(ids), "num_candidates": len(ids)}
    return {"knn": knn | {"filter": {"ids": {"values": sorted(ids)}}}, "size": len(ids), "_source": False}


def facet_aggregations(
    query: EngineQuery, meaning_by_field: Mapping[str, Collection[str]], meaning_ids: Collection[str]
) -> dict[str, Any]:
    """One filtered terms aggregation a facet: a field's own filter does not narrow its own counts."""
    return {
        field: {
            "filter": results(query, meaning_by_field.get(field, meaning_ids), without_filter=field),
            "aggs": {"codes": {"terms": {"field": field, "size": MOST_CODES}}},
        }
        for field in query.facets
    }


def order(sort: str) -> list[dict[str, Any]]:
    """Newest or nearest deadline first, rows without a date last; ties by id."""
    if sort == "newest":
        return [{"published_day": {"order": "desc", "missing": "_last", "unmapped_type": "long"}}, {"key": "asc"}]
    if sort == "deadline":
        return [{"deadline_day": {"order": "asc", "missing": "_last", "unmapped_type": "long"}}, {"key": "asc"}]
    return [{"key": "asc"}]


def _word(word: Word, title_boost: float) -> dict[str, Any]:
    clauses: list[dict[str, Any]] = []
    for token in word.tokens:
        for part, boost in (("title", title_boost), ("body", 1.0)):
            clauses.append({"term": {f"{part}_{token.language}": {"value": token.text, "boost": token.weight * boost}}})
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


def _pair(pair: Pair, boost: float) -> dict[str, Any]:
    wanted = {"query": f"{pair.first} {pair.second}", "analyzer": "tokens", "boost": boost}
    return {"match_phrase": {f"body_{pair.language}": wanted}}


def _phrase(phrase: Phrase) -> dict[str, Any]:
    clauses = [
        {"match_phrase": {f"{part}_{language}": {"query": " ".join(tokens), "analyzer": "tokens"}}}
        for language, tokens in phrase.alternatives
        for part in ("title", "body")
    ]
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


def among_clause(among: Collection[str] | None) -> dict[str, Any] | None:
    """Restrict a nearest-neighbour request to some documents."""
    return None if among is None else {"ids": {"values": sorted(among)}}


def bodies(pairs: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Header and body lines of a multi-search."""
    return [line for name, body in pairs for line in ({"index": name}, body)]
