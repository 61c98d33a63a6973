"""The default engine: tantivy for words, exact vectors for meaning, files in one folder, no server."""

from indexing.engines.embedded.engine import EmbeddedEngine
from indexing.engines.embedded.owner import serve_writer

__all__ = ["EmbeddedEngine", "serve_writer"]
