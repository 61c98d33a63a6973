"""The first page of results in the order of a reranker, where the settings name one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import structlog

from app.services.parts import Parts
from app.services.search.result import Result
from indexing.searcher import SearchRequest
from matching.errors import RerankerUnavailable

log = structlog.get_logger()


def rerank(
    parts: Parts, request: SearchRequest, query: str, results: Sequence[Result]
) -> tuple[tuple[Result, ...], bool]:
    """The results of a first page by relevance anew, and whether the reranker failed; any others as they are.

    The page keeps its results: what stands on the second page is not looked at, so that no result is shown twice.
    """
    unchanged = tuple(results)
    if request.sort != "relevance" or request.page > 1 or not query or len(unchanged) < 2:
        return unchanged, False
    try:
        reranker = parts.reranker
        if reranker is None:
            return unchanged, False
        titles = ("".join(piece.text for piece in one.title) for one in results)
        scores = reranker.scores(query, [f"{title}. {one.text}" for title, one in zip(titles, results, strict=True)])
    except RerankerUnavailable as error:
        log.warning("no reranker", cause=str(error))
        return unchanged, True
    return tuple(unchanged[place] for place in np.argsort(-scores, kind="stable")), False
