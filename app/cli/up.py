"""`passerelle up`: everything on one machine, with one command, stopped with Ctrl-C."""

from __future__ import annotations

import os
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from app.cli.common import read_settings
from app.cli.preflight import check, only_one, prepare
from app.cli.supervisor import Child, Supervisor
from config.settings import Settings
from workers.broker import redis_socket

FIRST_PAGE_S = 300.0  # and for the model, on a machine that others keep busy; a portal that ends is told at once
REDIS_S = 15.0


@click.command()
def up() -> None:
    """Start portal, worker, schedule, relay, index writer and Redis; a taken port is replaced by a free one."""
    settings = read_settings()
    check(settings)
    prepare(settings)
    run(settings, lambda address: click.echo(f"\nPasserelle is ready: {address}\nCtrl-C stops everything."))


def run(settings: Settings, ready: Callable[[str], None]) -> None:
    """Start all, call `ready` with the address when the portal is warm, and watch until told to stop."""
    with only_one(settings):
        _run(settings, ready)


def _run(settings: Settings, ready: Callable[[str], None]) -> None:
    port = free_port(settings.host, settings.port)
    if port != settings.port:
        click.echo(f"port {settings.port} is taken: using {port}")
    address = settings.public_url or f"http://{settings.host}:{port}/"
    supervisor = Supervisor(settings.var / "log", environment(port))
    supervisor.heed_signals()
    good = True
    click.echo("\nstarting portal, worker, schedule and Redis ...")
    try:
        _start_portal(supervisor, settings, f"http://{settings.host}:{port}/health")
        _start_workers(supervisor)
        if not supervisor.stopping:
            ready(address)
            good = supervisor.watch(lambda text: click.echo(text, err=True))
    finally:
        click.echo("stopping ...")
        supervisor.stop()
    if not good:
        raise click.exceptions.Exit(1)


def environment(port: int) -> Mapping[str, str]:
    """The environment of the processes: ours, with the port that is free, and one model for all."""
    return {**os.environ, "PASSERELLE_PORT": str(port), "PASSERELLE_ENCODER": "shared", "PYTHONUNBUFFERED": "1"}


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or any free one where that is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise click.ClickException(f"no free port on {host}")


def listens(path: Path) -> bool:
    """Whether a server takes connections on a socket; a file that a killed server left behind does not count."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def status(url: str) -> int | None:
    """The status with which a page answers; None where nobody does."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 -- our own address
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def _start_portal(supervisor: Supervisor, settings: Settings, health: str) -> None:
    if settings.redis_url is None:
        redis = supervisor.start("redis")
        _await(supervisor, redis, lambda: listens(redis_socket(settings)), REDIS_S, "the bundled Redis")
    if settings.elasticsearch_url is None:
        supervisor.start("writer")
    web = supervisor.start("web")
    _await(supervisor, web, lambda: status(health) is not None, FIRST_PAGE_S, "the portal")
    encoder = supervisor.start("encoder")  # not before: it keeps a core busy for 10 s, and people wait for a page
    _await(supervisor, encoder, lambda: status(health) == 200, FIRST_PAGE_S, "the model")


def _start_workers(supervisor: Supervisor) -> None:
    """After the portal, for which people wait; what is edited meanwhile waits in the outbox."""
    for name in ("relay", "worker", "beat"):
        if not supervisor.stopping:
            supervisor.start(name)


def _await(supervisor: Supervisor, child: Child, ready: Callable[[], bool], seconds: float, what: str) -> None:
    if not supervisor.wait_for(child, ready, seconds) and not supervisor.stopping:
        raise click.ClickException(f"{what} did not start: {child.last_line()} (all of it: {child.log})")
