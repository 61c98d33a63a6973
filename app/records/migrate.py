"""Bring the tables of a database to this version of the product."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.records.store import open_engine, retried
from config.paths import ROOT

SCRIPTS = ROOT / "migrations"
ADVISORY_LOCK = 7_305_116_211  # any number that nothing else of this database locks


def upgrade(database_url: str) -> None:
    """Create the tables or bring them to this version; nothing happens where they are.

    One transaction: whole or not at all. Where several processes start at once, one migrates and the others wait.
    Raises sqlalchemy.exc.SQLAlchemyError where the database does not answer or a migration fails.
    """
    config = make_config()
    engine = open_engine(database_url)
    try:
        with engine.connect() as connection:
            if _is_current(connection, config):
                return
        with engine.connect() as connection:
            _lock(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _check_references(connection)
            connection.commit()
    finally:
        engine.dispose()


def make_config() -> Config:
    """Alembic's configuration, with the scripts of this repository."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def _is_current(connection: Connection, config: Config) -> bool:
    heads = ScriptDirectory.from_config(config).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)


def _lock(connection: Connection) -> None:
    """Hold every other migration off until the commit; Alembic reads the version again under this lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        return
    # A table is altered by copying it: with foreign keys on, dropping the old one would delete what refers to it.
    # Outside of a transaction only can they be switched off, hence through the driver.
    connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
    retried(lambda: connection.execution_options(passerelle_write=True).begin())


def _check_references(connection: Connection) -> None:
    """SQLite, with foreign keys off meanwhile: nothing may refer to a row that is gone."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration left {len(broken)} broken references; nothing was changed")
