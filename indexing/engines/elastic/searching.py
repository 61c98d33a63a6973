"""Searches: queries sent together in multi-searches, and their answers put together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from elasticsearch import Elasticsearch

from indexing.engine import EngineAnswer, EngineQuery
from indexing.engines.elastic import answers, queries
from indexing.engines.elastic.answering import answering, cause_of
from matching.errors import SearchUnavailable
from matching.model import Floats

DEEPEST = 10_000  # results beyond cannot be paged to: max_result_window

Request = tuple[str, dict[str, Any]]  # name of the index, body


@dataclass(frozen=True, slots=True)
class _Scored:
    """Word scores, cosines and best passages by document id; the meaning hits without each facet's own filter.

    `near` has the cosines of those below the floor too, where the query is wide.
    """

    words: dict[str, float]
    wide_words: dict[str, float]
    meaning: dict[str, float] = field(default_factory=dict)
    near: dict[str, float] = field(default_factory=dict)
    passages: dict[str, str] = field(default_factory=dict)
    meaning_by_facet: dict[str, set[str]] = field(default_factory=dict)


def search(client: Elasticsearch, name: str, query: EngineQuery) -> EngineAnswer:
    """Words and meaning in one request, then totals, facets and other orders in another. Raises SearchUnavailable."""
    with answering():
        scored = _score(client, name, query)
        requests = [(name, _results_body(query, scored.meaning))]
        if query.facets:
            aggregations = queries.facet_aggregations(query, scored.meaning_by_facet, scored.meaning)
            requests.append((name, {"size": 0, "aggs": aggregations}))
        if query.vector is not None and query.whole_share > 0.0 and scored.near:
            requests.append((name, queries.whole(query.vector, scored.near)))
        found = _multi(client, requests)
    near = answers.mixed(scored.near, found[-1], query.whole_share)
    return EngineAnswer(
        total=found[0]["hits"]["total"]["value"],
        word_scores=scored.words,
        meaning_scores={key: near[key] for key in scored.meaning},
        best_passages={key: scored.passages[key] for key in scored.meaning if key in scored.passages},
        wide_words=scored.wide_words,
        wide_meaning=near if query.wide else {},
        facets=answers.facet_counts(found[1], query.facets) if query.facets else {},
        ordered_ids=[hit["_id"] for hit in found[0]["hits"]["hits"]],
    )


def nearest(
    client: Elasticsearch, name: str, vectors: Floats, limit: int, among: Collection[str] | None
) -> list[dict[str, float]]:
    """For each row of `vectors` (count, dims): the best documents, id → cosine. Raises SearchUnavailable."""
    if not len(vectors):
        return []
    condition = queries.among_clause(among)
    with answering():
        requests = [
            (name, {"knn": queries.knn_body(row, limit, condition, None), "size": limit, "_source": False})
            for row in vectors
        ]
        return [answers.cosines(answer) for answer in _multi(client, requests)]


def wholes(client: Elasticsearch, name: str, ids: Collection[str]) -> dict[str, Floats]:
    """The vectors of whole documents, by document id. Raises SearchUnavailable."""
    if not ids:
        return {}
    wanted = {"ids": {"values": sorted(ids)}}
    with answering():
        found = client.search(
            index=name, query=wanted, size=len(ids), source_includes=["whole_bytes"], track_total_hits=False
        )
    return answers.wholes(found.body)


def _results_body(query: EngineQuery, meaning: Collection[str]) -> dict[str, Any]:
    """All results counted; a page of them where the order is not that of the scores."""
    body: dict[str, Any] = {
        "query": queries.results(query, meaning),
        "track_total_hits": True,
        "size": 0,
        "_source": False,
    }
    plain = not query.words and query.vector is None
    if query.sort != "relevance" or plain:
        start = min(query.offset, DEEPEST)
        body |= {"from": start, "size": min(query.limit, DEEPEST - start)}
        body["sort"] = queries.order(query.sort)
    return body


def _score(client: Elasticsearch, name: str, query: EngineQuery) -> _Scored:
    requests: list[Request] = []
    wide = query.wide and query.minimum_words > 1
    if query.words:
        asked = [query, replace(query, minimum_words=1)] if wide else [query]
        requests += [(name, queries.word_hits(one)) for one in asked]
    own_filter = [facet for facet in query.facets if query.filters.get(facet)]
    if query.vector is not None:
        for left_out in (None, *own_filter):
            body = queries.knn(
                query, query.vector, without_filter=left_out, floor=left_out is not None or not query.wide
            )
            requests.append((name, {"knn": body, "size": query.meaning_limit, "_source": False}))
    found = _multi(client, requests) if requests else []
    words = answers.word_scores(found.pop(0)) if query.words else {}
    any_words = answers.word_scores(found.pop(0)) if query.words and wide else words
    if query.vector is None:
        return _Scored(words, any_words if query.wide else {})
    near = answers.cosines(found[0])
    return _Scored(
        words,
        any_words if query.wide else {},
        {key: cosine for key, cosine in near.items() if cosine >= query.meaning_floor},
        near,
        answers.best_passages(found[0]),
        {facet: set(answers.cosines(answer)) for facet, answer in zip(own_filter, found[1:], strict=True)},
    )


def _multi(client: Elasticsearch, requests: Sequence[Request]) -> list[Any]:
    found = client.msearch(searches=queries.bodies(requests))["responses"]
    for answer in found:
        if "error" in answer:
            raise SearchUnavailable(f"Elasticsearch: {cause_of(answer['error'])[:300]}")
    return list(found)
