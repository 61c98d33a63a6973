"""What tests leave behind in a database that several of them share."""

from __future__ import annotations

from collections.abc import Collection

from app.records.store import Store
from app.records.tables import Base


def empty(store: Store, keep: Collection[str] = ()) -> None:
    """Delete every row but those of the tables to keep."""
    with store.write() as work:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in keep:
                work.session.execute(table.delete())
