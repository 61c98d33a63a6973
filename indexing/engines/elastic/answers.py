"""Parts of Elasticsearch's answers → values of an `EngineAnswer`. Nothing here talks to a server."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from matching.model import Floats


def word_scores(answer: Mapping[str, Any]) -> dict[str, float]:
    """BM25 of each hit, by document id."""
    return {hit["_id"]: hit["_score"] for hit in answer["hits"]["hits"]}


def cosines(answer: Mapping[str, Any]) -> dict[str, float]:
    """Cosine of each hit, by document id. Elasticsearch scores a cosine as (1 + cosine) / 2."""
    return {hit["_id"]: 2.0 * hit["_score"] - 1.0 for hit in answer["hits"]["hits"]}


def mixed(best: Mapping[str, float], answer: Mapping[str, Any], share: float) -> dict[str, float]:
    """Cosines of the best passage mixed with those of the whole document; `share`, 0 to 1, is that of the latter."""
    if share == 0.0 or not best:
        return dict(best)
    whole = cosines(answer)
    return {key: (1.0 - share) * cosine + share * whole.get(key, cosine) for key, cosine in best.items()}


def best_passages(answer: Mapping[str, Any]) -> dict[str, str]:
    """The key of the best passage of each hit, by document id."""
    found: dict[str, str] = {}
    for hit in answer["hits"]["hits"]:
        inner = hit["inner_hits"]["passages"]["hits"]["hits"]
        if inner:
            found[hit["_id"]] = inner[0]["fields"]["passages.key"][0]
    return found


def wholes(answer: Mapping[str, Any]) -> dict[str, Floats]:
    """The vector of each whole document, shape (dims,), by document id."""
    return {
        hit["_id"]: np.frombuffer(base64.b64decode(hit["_source"]["whole_bytes"]), dtype="<f4")
        for hit in answer["hits"]["hits"]
        if "whole_bytes" in hit["_source"]
    }


def facet_counts(answer: Mapping[str, Any], fields: Iterable[str]) -> dict[str, dict[str, int]]:
    """How many documents hold each code, by field and code."""
    found = answer["aggregations"]
    return {
        field: {bucket["key"]: bucket["doc_count"] for bucket in found[field]["codes"]["buckets"]} for field in fields
    }
