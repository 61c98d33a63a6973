"""`SearchEngine` on a real Elasticsearch server."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

from elasticsearch import ApiError, Elasticsearch, NotFoundError

from indexing.definitions import IndexDefinition
from indexing.documents import Document
from indexing.engine import EngineAnswer, EngineQuery
from indexing.engines.elastic import searching
from indexing.engines.elastic.answering import answering
from indexing.engines.elastic.mapping import definition_from, mapping_of, settings_of
from indexing.engines.elastic.writing import GONE, OUTDATED, delete_action, index_action, send, writing_alias
from indexing.validation import fault_of
from matching.errors import RejectedDocuments, SearchUnavailable
from matching.model import Floats

SEARCH_WAIT_S = 5.0
WRITE_WAIT_S = 60.0
PAGE = 5000
WORDS_A_PAGE = 10_000  # of the vocabulary; a page may have at most 65,535 (search.max_buckets)
FEW = 50  # documents: so small a write waits until readers see it


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
        with answering():
            try:
                self._slow.indices.create(
                    index=name,
                    settings=settings_of(definition),
                    mappings=mapping_of(definition),
                    aliases={writing_alias(name): {}},
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
        self._send([index_action(build, document) for document in good], {OUTDATED}, causes)

    def delete(self, name: str, versions: Mapping[str, int]) -> None:
        """As the protocol says."""
        build, _ = self._build(name)
        target = writing_alias(build)
        with answering():  # a deletion makes a missing index too, and cannot ask for an alias as a write can
            if not self._slow.indices.exists_alias(name=target):
                raise SearchUnavailable(f"there is no index behind {target}")
        actions = [delete_action(build, key, version) for key, version in versions.items()]
        self._send(actions, {GONE, OUTDATED}, {})

    def refresh(self, name: str) -> None:
        """As the protocol says."""
        with answering():
            self._slow.indices.refresh(index=name)

    def swap(self, alias: str, to: str) -> None:
        """As the protocol says: one alias call."""
        with answering():
            self._slow.indices.update_aliases(
                actions=[
                    {"remove": {"index": f"{alias}-s*", "alias": alias, "must_exist": False}},
                    {"add": {"index": to, "alias": alias}},
                ]
            )

    def resolve(self, alias: str) -> str | None:
        """As the protocol says."""
        with answering():
            try:
                return next(iter(self._client.indices.get_alias(name=alias)), None)
            except NotFoundError:
                return None

    def names(self, alias: str) -> list[str]:
        """As the protocol says; the moment of its making ends each name."""
        with answering():
            found = self._client.indices.get(index=f"{alias}-s*", features="aliases")
        return sorted(found, key=lambda name: (name.rpartition("-")[2], name))

    def drop(self, name: str) -> None:
        """As the protocol says."""
        with answering():
            self._slow.indices.delete(index=name, ignore_unavailable=True)
        self._definitions.pop(name, None)

    def versions(self, name: str) -> dict[str, int]:
        """As the protocol says; what was written is made visible first."""
        self.refresh(name)
        found: dict[str, int] = {}
        after: list[Any] | None = None
        with answering():
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
        """As the protocol says."""
        return searching.search(self._client, name, query)

    def vocabulary(self, name: str, without_ids: Collection[str] = ()) -> Mapping[str, int]:
        """As the protocol says; read page by page."""
        found: dict[str, int] = {}
        pages: dict[str, Any] = {"size": WORDS_A_PAGE, "sources": [{"word": {"terms": {"field": "surface"}}}]}
        shown = {"bool": {"must_not": [{"ids": {"values": list(without_ids)}}]}} if without_ids else {"match_all": {}}
        with answering():
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
        return searching.nearest(self._client, name, vectors, limit, among)

    def wholes(self, name: str, ids: Collection[str]) -> dict[str, Floats]:
        """As the protocol says."""
        return searching.wholes(self._client, name, ids)

    def close(self) -> None:
        """As the protocol says."""
        self._client.close()

    def _build(self, name: str) -> tuple[str, IndexDefinition]:
        """The build that a name or an alias stands for, and its definition."""
        if name not in self._definitions:
            with answering():
                ((real, found),) = self._client.indices.get_mapping(index=name).items()
            self._definitions[real] = definition_from(found["mappings"]["_meta"])
            return real, self._definitions[real]
        return name, self._definitions[name]

    def _send(self, actions: Collection[dict[str, Any]], ignored: Collection[int], causes: Mapping[str, str]) -> None:
        """Raises RejectedDocuments with `causes` known before and those that the server tells."""
        wait: Literal["wait_for", False] = "wait_for" if self._refresh_wait and len(actions) <= FEW else False
        refused = {**causes, **send(self._slow, actions, refresh=wait, ignored=ignored)}
        if refused:
            raise RejectedDocuments(list(refused), refused)
