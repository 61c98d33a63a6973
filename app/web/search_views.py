"""The search page of challenges and of firms: a URL for every state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from flask import request, url_for

from app.services.index.kinds import Kind
from app.services.search.result import ResultPage
from app.services.search.search_records import FACETS, search_records
from app.web.context import language, other_language, parts
from app.web.taxonomy import code_labels, facet_labels, other_code_labels
from indexing.engine import Sort
from indexing.highlight import Piece, highlight
from indexing.searcher import SearchRequest

PER_PAGE = 20
MOST_TAGS = 4  # technologies shown on a result
LONGEST_BOX = 2000  # characters typed into the box
FACETS_SHOWN = 12  # codes of a facet before "more"
FACETS_LISTED = 60  # behind "more" too: nobody reads a thousand towns, and they would be most of the page


def read_request(kind: Kind) -> SearchRequest:
    """The state in the address. Anything odd is brought to the nearest sensible state, never an error."""
    arguments = request.args
    sort = arguments.get("sort", "relevance")
    ticked = {name: tuple(code for code in arguments.getlist(name)[:50] if code) for name in FACETS[kind]}
    filters = {name: codes for name, codes in ticked.items() if codes}
    ranges: dict[str, tuple[int | None, int | None]] = {}
    if kind == "challenge" and "status" not in arguments and arguments.get("all") != "1":
        filters["status"] = ("open",)
    if kind == "challenge" and (last := _day(arguments.get("until"))) is not None:
        ranges["deadline_day"] = (None, last)
    return SearchRequest(
        text=arguments.get("q", "").replace("\x00", " ")[:LONGEST_BOX].strip(),
        language=language(),
        filters=filters,
        ranges=ranges,
        sort=cast("Sort", sort if sort in ("relevance", "newest", "deadline") else "relevance"),
        page=max(1, min(arguments.get("page", 1, type=int) or 1, 500)),
        per_page=PER_PAGE,
        exact=arguments.get("exact") == "1",
    )


def _search(kind: Kind) -> tuple[SearchRequest, ResultPage]:
    """Read the address and search. A page behind the last one, as an old link may name, becomes the last one."""
    wanted = read_request(kind)
    page = search_records(parts(), kind, wanted)
    last = max(1, -(-page.reachable // PER_PAGE))
    if wanted.page > last:
        wanted = replace(wanted, page=last)
        page = search_records(parts(), kind, wanted)
    return wanted, page


def page_links(page: int, total: int) -> list[tuple[int | None, str | None]]:
    """Numbers around the current page with their addresses; None stands for a gap."""
    last = max(1, -(-total // PER_PAGE))
    numbers = sorted({1, last, *range(max(1, page - 2), min(last, page + 2) + 1)})
    links: list[tuple[int | None, str | None]] = []
    previous = 0
    for number in numbers:
        if number - previous > 1:
            links.append((None, None))
        links.append((number, with_arguments(page=number)))
        previous = number
    return links


def with_arguments(**changes: Any) -> str:
    """The current address with some arguments changed; None removes one, and a change goes back to the first page."""
    arguments: dict[str, Any] = request.args.to_dict(flat=False)
    if "page" not in changes:
        arguments.pop("page", None)
    for name, value in changes.items():
        arguments.pop(name, None)
        if value is not None and not (name == "page" and value == 1):
            arguments[name] = value
    return url_for(request.endpoint or "pages.home", **{**(request.view_args or {}), **arguments})


@dataclass(frozen=True, slots=True)
class FacetRow:
    """One code of a facet to tick."""

    code: str
    label: str
    count: int
    chosen: bool


def facet_rows(counts: Mapping[str, int], chosen: tuple[str, ...], label: Mapping[str, str]) -> list[FacetRow]:
    """Codes of one facet with label and count: the chosen ones first, then the most frequent ones."""
    order = sorted(
        (code not in chosen, -counts.get(code, 0), label.get(code, code), code) for code in {*counts, *chosen}
    )
    return [
        FacetRow(code, text, -fewer, not other) for other, fewer, text, code in order[: max(FACETS_LISTED, len(chosen))]
    ]


class TagMarker:
    """Labels of sectors and technologies with the words of the query marked: they are searched beside the texts.

    A label that is found by its name in the other language is marked whole. The labels are at hand for the facets, and
    each is looked through once a page.
    """

    def __init__(self, tokens: Mapping[str, Collection[str]]) -> None:
        self._tokens = tokens
        self._seen: dict[str, tuple[Piece, ...]] = {}

    def tags(self, codes: Iterable[str]) -> list[tuple[Piece, ...]]:
        """A label each."""
        return [self._pieces(code) for code in codes]

    def matched(self, codes: Iterable[str]) -> list[tuple[Piece, ...]]:
        """Only those that hold a word of the query, those with the most of them first."""
        marks = [(sum(piece.marked for piece in tag), tag) for tag in self.tags(codes)]
        found = sorted((mark for mark in marks if mark[0]), key=lambda mark: -mark[0])
        return [tag for _marks, tag in found[:MOST_TAGS]]

    def _pieces(self, code: str) -> tuple[Piece, ...]:
        if code not in self._seen:
            self._seen[code] = self._marked(code)
        return self._seen[code]

    def _marked(self, code: str) -> tuple[Piece, ...]:
        label = code_labels().get(code, code)
        own = highlight(label, language(), self._tokens)
        if any(piece.marked for piece in own):
            return own
        other = highlight(other_code_labels().get(code, ""), other_language(), self._tokens)
        return (Piece(label, True),) if any(piece.marked for piece in other) else own


def _day(text: str | None) -> int | None:
    try:
        return (date.fromisoformat(text or "") - date(1970, 1, 1)).days
    except ValueError:
        return None


def context(kind: Kind) -> dict[str, Any]:
    """Search as the address says; returns what the templates of both search pages need."""
    wanted, page = _search(kind)
    facets = [
        (name, facet_rows(page.facets.get(name, {}), wanted.filters.get(name, ()), facet_labels(name)))
        for name in FACETS[kind]
    ]
    chosen = [
        (name, code, facet_labels(name).get(code, code), with_arguments(**_without(name, code, wanted)))
        for name, codes in wanted.filters.items()
        for code in codes
        if (name, code) != ("status", "open")
    ]
    return {
        "wanted": wanted,
        "page": page,
        "facets": [(name, rows) for name, rows in facets if rows],
        "chosen": chosen,
        "links": page_links(wanted.page, page.reachable),
        "exact_url": with_arguments(exact="1"),
        "shown_at_once": FACETS_SHOWN,
        "kind": kind,
        "marker": TagMarker(page.tokens),
    }


def _without(name: str, code: str, wanted: SearchRequest) -> dict[str, Any]:
    rest = [other for other in wanted.filters[name] if other != code]
    return {name: rest or None}
