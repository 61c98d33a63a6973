"""What may go wrong between this side and the server, as errors of our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError, TransportError

from matching.errors import MatchmakingError, SearchUnavailable


@contextmanager
def answering() -> Iterator[None]:
    """Turn whatever the client raises about the server's state into SearchUnavailable."""
    try:
        yield
    except MatchmakingError:
        raise
    except (TransportError, ApiError) as error:
        raise SearchUnavailable(f"Elasticsearch: {type(error).__name__}: {str(error)[:300]}") from error


def cause_of(error: Mapping[str, Any]) -> str:
    """What a shard says; the request itself only says that all shards failed."""
    roots = error.get("root_cause") or [error]
    return str(roots[0].get("reason", error))
