"""The engine for growth: Elasticsearch 8 and 9, basic-licence features only."""

from indexing.engines.elastic.engine import ElasticEngine

__all__ = ["ElasticEngine"]
