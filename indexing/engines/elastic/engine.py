"""`SearchEngine` on a real Elasticsearch server."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.helpers import streaming_bulk

from indexing.definitions import IndexDefinition
from indexing.documents import Document
from indexing.engine import EngineAnswer, EngineQuery
from indexing.engines.elastic import queries
from indexing.engines.elastic.mapping import definition_from, mapping_of, settings_of
from indexing.validation import fault_of
from matching.errors import MatchmakingError, RejectedDocuments, SearchUnavailable
from matching.model import Floats

SEARCH_WAIT_S = 5.0
WRITE_WAIT_S = 60.0
RETRIES = 3
PAGE = 5000
WORDS_A_PAGE = 10_000  # of the vocabulary; a page may have at most 65,535 (search.max_buckets)
DEEPEST = 10_000  # results beyond cannot be paged to: max_result_window
FEW = 50  # documents: so small a write waits until readers see it


@contextmanager
def _answering() -> Iterator[None]:
    """Turn whatever the client raises about the server's state into SearchUnavailable."""
    try:
        yield
    except MatchmakingError:
        raise
    except (TransportError, ApiError) as error:
        raise SearchUnavailable(f"Elasticsearch: {type(error).__name__}: {str(error)[:300]}") from error


class ElasticEngine:
    """Thread-safe. `refresh_wait`: small writes return only when every reader sees them."""

    kind = "elasticsearch"

    def __init__(self, url: str, *, refresh_wait: bool = True) -> None:
        self._client = Elasticsearch(url, request_timeout=SEARCH_WAIT_S, max_retries=2, retry_on_timeout=True)
        self._slow = self._client.options(request_timeout=WRITE_WAIT_S)
        self._refresh_wait = refresh_wait
        self._definitions: dict[str, IndexDefinition] = {}

    def create(self, name: str, definition: IndexDefinition) -> None:
        """As the protocol says."""
        with _answering():
            try:
                self._slow.indices.create(
                    index=name,
                    settings=settings_of(definition),
                    mappings=mapping_of(definition),
                    aliases={_writing(name): {}},
                )
            except ApiError as error:
                if error.error != "resource_already_exists_exception" or self._build(name)[1] != definition:
                    raise

    def put(self, name: str, documents: Iterable[Document]) -> None:
        """As the protocol says; the bulk answer is read item by item."""
        build, definition = self._build(name)
        causes: dict[str, str] = {}
        good: list[Document] = []
        for document in documents:
            fault = fault_of(document, definition)
            if fault is None:
                good.append(document)
            else:
                causes[str(document.id)] = fault
        causes |= self._bulk([_index_action(build, document) for document in good], ignored={409})
        if causes:
            raise RejectedDocuments(list(causes), causes)

    def delete(self, name: str, versions: Mapping[str, int]) -> None:
        """As the protocol says."""
        target = _writing(self._build(name)[0])
        with _answering():  # a deletion makes a missing index too, and cannot ask for an alias as a write can
            if not self._slow.indices.exists_alias(name=target):
                raise SearchUnavailable(f"there is no index behind {target}")
        actions = [
            {"_op_type": "delete", "_index": target, "_id": key, "version": version, "version_type": "external_gte"}
            for key, version in versions.items()
        ]
        causes = self._bulk(actions, ignored={404, 409})
        if causes:
            raise RejectedDocuments(list(causes), causes)

    def refresh(self, name: str) -> None:
        """As the protocol says."""
        with _answering():
            self._slow.indices.refresh(index=name)

    def swap(self, alias: str, to: str) -> None:
        """As the protocol says: one alias call."""
        with _answering():
            self._slow.indices.update_aliases(
                actions=[
                    {"remove": {"index": f"{alias}-s*", "alias": alias, "must_exist": False}},
                    {"add": {"index": to, "alias": alias}},
                ]
            )

    def resolve(self, alias: str) -> str | None:
        """As the protocol says."""
        with _answering():
            try:
                return next(iter(self._client.indices.get_alias(name=alias)), None)
            except NotFoundError:
                return None

    def names(self, alias: str) -> list[str]:
        """As the protocol says; the moment of its making ends each name."""
        with _answering():
            found = self._client.indices.get(index=f"{alias}-s*", features="aliases")
        return sorted(found, key=lambda name: (name.rpartition("-")[2], name))

    def drop(self, name: str) -> None:
        """As the protocol says."""
        with _answering():
            self._slow.indices.delete(index=name, ignore_unavailable=True)
        self._definitions.pop(name, None)

    def versions(self, name: str) -> dict[str, int]:
        """As the protocol says; what was written is made visible first."""
        self.refresh(name)
        found: dict[str, int] = {}
        after: list[Any] | None = None
        with _answering():
            while True:
                answer = self._slow.search(
                    index=name, size=PAGE, sort=[{"key": "asc"}], search_after=after, version=True, source=False
                )
                hits = answer["hits"]["hits"]
                found.update({hit["_id"]: hit["_version"] for hit in hits})
                if len(hits) < PAGE:
                    return found
                after = hits[-1]["sort"]

    def search(self, name: str, query: EngineQuery) -> EngineAnswer:
        """As the protocol says: words and meaning in one request, then totals, facets and other orders."""
        with _answering():
            words, meaning, passages, by_field = self._score(name, query)
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
            pairs = [(name, body)]
            if query.facets:
                aggregations = queries.facet_aggregations(query, by_field, meaning)
                pairs.append((name, {"size": 0, "aggs": aggregations}))
            if query.vector is not None and query.whole_share > 0.0 and meaning:
                pairs.append((name, queries.whole(query.vector, meaning)))
            answers = self._multi(pairs)
        ordered = [hit["_id"] for hit in answers[0]["hits"]["hits"]]
        facets = {
            field: {
                bucket["key"]: bucket["doc_count"] for bucket in answers[1]["aggregations"][field]["codes"]["buckets"]
            }
            for field in query.facets
        }
        return EngineAnswer(
            total=answers[0]["hits"]["total"]["value"],
            word_scores=words,
            meaning_scores=_mixed(meaning, answers[-1], query.whole_share),
            best_passages=passages,
            facets=facets,
            ordered_ids=ordered,
        )

    def vocabulary(self, name: str, without_ids: Collection[str] = ()) -> Mapping[str, int]:
        """As the protocol says; read page by page."""
        found: dict[str, int] = {}
        pages: dict[str, Any] = {"size": WORDS_A_PAGE, "sources": [{"word": {"terms": {"field": "surface"}}}]}
        shown = {"bool": {"must_not": [{"ids": {"values": list(without_ids)}}]}} if without_ids else {"match_all": {}}
        with _answering():
            while True:
                answer = self._slow.search(index=name, size=0, query=shown, aggs={"words": {"composite": pages}})
                words = answer["aggregations"]["words"]
                found.update({bucket["key"]["word"]: bucket["doc_count"] for bucket in words["buckets"]})
                if len(words["buckets"]) < WORDS_A_PAGE:
                    return found
                pages["after"] = words["after_key"]

    def nearest(
        self, name: str, vectors: Floats, limit: int, *, among: Collection[str] | None = None
    ) -> list[dict[str, float]]:
        """As the protocol says."""
        if not len(vectors):
            return []
        condition = queries.among_clause(among)
        with _answering():
            pairs = [
                (name, {"knn": queries.knn_body(row, limit, condition, None), "size": limit, "_source": False})
                for row in vectors
            ]
            return [_cosines(answer) for answer in self._multi(pairs)]

    def close(self) -> None:
        """As the protocol says."""
        self._client.close()

    def _score(
        self, name: str, query: EngineQuery
    ) -> tuple[dict[str, float], dict[str, float], dict[str, str], dict[str, set[str]]]:
        """Word scores, cosines, best passages, and the meaning hits without each facet's own filter."""
        pairs: list[tuple[str, dict[str, Any]]] = []
        if query.words:
            wanted = {"bool": {"must": [queries.word_query(query)], **queries.constraints(query)}}
            pairs.append((name, {"query": wanted, "size": query.window, "_source": False, "track_total_hits": False}))
        own_filter = [field for field in query.facets if query.filters.get(field)]
        if query.vector is not None:
            for field in (None, *own_filter):
                body = queries.knn(query, query.vector, without_filter=field)
                pairs.append((name, {"knn": body, "size": query.meaning_limit, "_source": False}))
        answers = self._multi(pairs) if pairs else []
        words = {hit["_id"]: hit["_score"] for hit in answers.pop(0)["hits"]["hits"]} if query.words else {}
        if query.vector is None:
            return words, {}, {}, {}
        meaning, passages = _cosines(answers[0]), _passages(answers[0])
        by_field = {field: set(_cosines(answer)) for field, answer in zip(own_filter, answers[1:], strict=True)}
        return words, meaning, passages, by_field

    def _multi(self, pairs: list[tuple[str, dict[str, Any]]]) -> list[Any]:
        answers = self._client.msearch(searches=queries.bodies(pairs))["responses"]
        for answer in answers:
            if "error" in answer:
                raise SearchUnavailable(f"Elasticsearch: {_cause(answer['error'])[:300]}")
        return list(answers)

    def _build(self, name: str) -> tuple[str, IndexDefinition]:
        """The build that a name or an alias stands for, and its definition."""
        if name not in self._definitions:
            with _answering():
                ((real, found),) = self._client.indices.get_mapping(index=name).items()
            self._definitions[real] = definition_from(found["mappings"]["_meta"])
            return real, self._definitions[real]
        return name, self._definitions[name]

    def _bulk(self, actions: list[dict[str, Any]], ignored: Collection[int]) -> dict[str, str]:
        """Send in chunks; returns the cause of each refused item, those with an ignored status left out."""
        causes: dict[str, str] = {}
        wait = "wait_for" if self._refresh_wait and len(actions) <= FEW else False
        with _answering():
            answers = streaming_bulk(
                self._slow,
                actions,
                raise_on_error=False,
                max_retries=RETRIES,
                initial_backoff=0.2,
                refresh=wait,
                require_alias=True,
            )
            for good, item in answers:
                (outcome,) = item.values()
                error = outcome.get("error", {})
                if isinstance(error, dict) and error.get("type") == "index_not_found_exception":
                    raise SearchUnavailable(f"there is no index behind {outcome['_index']}")
                if not good and outcome["status"] not in ignored:
                    causes[outcome["_id"]] = error.get("reason", "refused") if isinstance(error, dict) else str(error)
        return causes


def _writing(build: str) -> str:
    """The alias that writes to a build go through. A write that asks for an alias is refused where the build was
    dropped meanwhile; a plain one would make the index anew, without its mapping.
    """
    return f"{build}-w"


def _index_action(build: str, document: Document) -> dict[str, Any]:
    source: dict[str, Any] = {"key": document.id, **document.fields}
    whole = document.whole
    if whole is not None:
        source["whole"] = [float(number) for number in whole]
    source["passages"] = [
        {"key": passage.key, "vector": [float(number) for number in passage.vector]} for passage in document.passages
    ]
    return {
        "_op_type": "index",
        "_index": _writing(build),
        "_id": document.id,
        "version": document.version,
        "version_type": "external_gte",
        "_source": source,
    }


def _cosines(answer: Mapping[str, Any]) -> dict[str, float]:
    """Elasticsearch scores a cosine as (1 + cosine) / 2."""
    return {hit["_id"]: 2.0 * hit["_score"] - 1.0 for hit in answer["hits"]["hits"]}


def _mixed(best: Mapping[str, float], answer: Mapping[str, Any], share: float) -> dict[str, float]:
    """Cosines of the best passage mixed with those of the whole document."""
    if share == 0.0 or not best:
        return dict(best)
    whole = _cosines(answer)
    return {key: (1.0 - share) * cosine + share * whole.get(key, cosine) for key, cosine in best.items()}


def _cause(error: Mapping[str, Any]) -> str:
    """What a shard says; the request itself only says that all shards failed."""
    roots = error.get("root_cause") or [error]
    return str(roots[0].get("reason", error))


def _passages(answer: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for hit in answer["hits"]["hits"]:
        inner = hit["inner_hits"]["passages"]["hits"]["hits"]
        if inner:
            found[hit["_id"]] = inner[0]["fields"]["passages.key"][0]
    return found
