"""Two search engines, Elasticsearch and an embedded one, behind the protocol of `indexing.engine`."""
