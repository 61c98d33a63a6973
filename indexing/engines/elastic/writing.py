"""Bulk writes: documents and deletions → actions, and the answer to them read item by item."""

from __future__ import annotations

import base64
from collections.abc import Collection
from typing import Any, Literal

from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from indexing.documents import Document
from indexing.engines.elastic.answering import answering
from matching.errors import SearchUnavailable

RETRIES = 3
GONE, OUTDATED = 404, 409  # the document of a deletion is not there; a newer version of it is there


def writing_alias(build: str) -> str:
    """The alias that writes to a build go through. A write that asks for an alias is refused where the build was
    dropped meanwhile; a plain one would make the index anew, without its mapping.
    """
    return f"{build}-w"


def index_action(build: str, document: Document) -> dict[str, Any]:
    """Insert or replace a document; a newer version of it stays."""
    source: dict[str, Any] = {"key": document.id, **document.fields}
    whole = document.whole
    if whole is not None:
        source["whole"] = [float(number) for number in whole]
        source["whole_bytes"] = base64.b64encode(whole.astype("<f4").tobytes()).decode("ascii")
    source["passages"] = [
        {"key": passage.key, "vector": [float(number) for number in passage.vector]} for passage in document.passages
    ]
    return _action("index", build, document.id, document.version) | {"_source": source}


def delete_action(build: str, key: str, version: int) -> dict[str, Any]:
    """Remove a document unless it is newer than `version`."""
    return _action("delete", build, key, version)


def _action(kind: str, build: str, key: str, version: int) -> dict[str, Any]:
    return {
        "_op_type": kind,
        "_index": writing_alias(build),
        "_id": key,
        "version": version,
        "version_type": "external_gte",
    }


def send(
    client: Elasticsearch,
    actions: Collection[dict[str, Any]],
    *,
    refresh: Literal["wait_for", False],
    ignored: Collection[int],
) -> dict[str, str]:
    """Send in chunks; returns the cause of each refused item by id, those with an ignored status left out.

    Raises SearchUnavailable, also where the build was dropped meanwhile.
    """
    causes: dict[str, str] = {}
    with answering():
        answers = streaming_bulk(
            client,
            actions,
            raise_on_error=False,
            max_retries=RETRIES,
            initial_backoff=0.2,
            refresh=refresh,
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
