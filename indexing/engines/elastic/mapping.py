"""Index definition → settings and strict mapping, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from indexing.definitions import IndexDefinition

SETTINGS: Mapping[str, Any] = {
    "number_of_shards": 1,  # one shard: exact document counts for BM25 at the sizes of one metropolitan cluster
    "number_of_replicas": 0,
    "auto_expand_replicas": "0-1",
    "refresh_interval": "1s",  # stated, or a shard that is idle for 30 s stops refreshing
    "gc_deletes": "1h",  # how long the version of a deleted document keeps a late older write out
    "max_result_window": 10_000,
    # Text comes analysed (indexing.analysis), so that both engines and the highlights see the same words.
    "analysis": {"analyzer": {"tokens": {"type": "custom", "tokenizer": "whitespace"}}},
}


def settings_of(definition: IndexDefinition) -> dict[str, Any]:
    """Settings of a new index."""
    return dict(SETTINGS)


def mapping_of(definition: IndexDefinition) -> dict[str, Any]:
    """Strict: an unknown field is refused. The definition itself is kept in `_meta`."""
    properties: dict[str, Any] = {"key": {"type": "keyword"}}
    properties |= {name: {"type": "text", "analyzer": "tokens"} for name in definition.text_fields}
    properties |= {name: {"type": "keyword"} for name in definition.keyword_fields}
    properties |= {name: {"type": "long"} for name in definition.integer_fields}
    properties["passages"] = {
        "type": "nested",
        "dynamic": "strict",
        "properties": {
            "key": {"type": "keyword"},
            "vector": _vector(definition),
        },
    }
    properties["whole"] = _vector(definition)
    properties["whole_bytes"] = {"type": "binary"}  # the same to be read: vectors are kept out of the source
    return {
        "dynamic": "strict",
        "_source": {"excludes": ["passages.vector", "whole", *definition.text_fields]},
        "_meta": {"definition": asdict(definition)},
        "properties": properties,
    }


def _vector(definition: IndexDefinition) -> dict[str, Any]:
    return {
        "type": "dense_vector",
        "dims": definition.dims,
        "element_type": "float",
        "index": True,
        "similarity": "cosine",
        # Stated: from 9.1 on the default of 384 dims would be one-bit vectors. Unquantised, so that both engines
        # agree on the cosine; at 25,000 passages that is 38 MB.
        "index_options": {"type": "hnsw", "m": 16, "ef_construction": 100},
    }


def definition_from(meta: Mapping[str, Any]) -> IndexDefinition:
    """The definition that an index was made with."""
    kept = dict(meta["definition"])
    for name in ("text_fields", "keyword_fields", "integer_fields"):
        kept[name] = tuple(kept[name])
    return IndexDefinition(**kept)
