"""One page of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from app.records.store import Work

R = TypeVar("R")
A_PAGE = 50
LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Rows of one page, how many there are in all, and which page this is (from 1)."""

    rows: Sequence[R]
    total: int
    number: int
    size: int = A_PAGE

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


def one_page(work: Work, query: Select[Any], number: int, size: int = A_PAGE) -> Page[Any]:
    """Run a query for one of its pages. A page that is not there comes out empty."""
    number = min(max(number, 1), LAST_PAGE)
    total = work.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = work.session.scalars(query.limit(size).offset((number - 1) * size)).unique().all()
    return Page(rows, total, number, size)
