"""Alembic's entry: works on the connection that `app.records.migrate` hands over, or on `-x url=...` by hand."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from app.records.base import UtcDateTime
from app.records.store import open_engine
from app.records.tables import Base


def render_item(kind: str, value: Any, _context: AutogenContext) -> str | Literal[False]:
    """Migrations name plain column types: they must not change when our own types do."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Run the migrations that were asked for in one transaction: SQLite and PostgreSQL both roll DDL back."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transactional_ddl=True,
        render_as_batch=True,  # SQLite alters a table by copying it
        render_item=render_item,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with open_engine(context.get_x_argument(as_dictionary=True)["url"]).connect() as opened:
        run(opened)
        opened.commit()
