"""gunicorn, told how this portal is served."""

from __future__ import annotations

import socket
import struct
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # its stubs lag behind
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from app.cli.portal import build_portal
from config.logs import configure_logging
from config.settings import Settings

SILENT_S = 30  # so long the kernel keeps a connection to itself on which nothing was asked yet
MOST_KEPT = 1000  # connections of readers who may ask again, about as gunicorn has it
STALLED_S = 20  # a reader who neither sends nor takes anything for so long gives the thread back


class EvenWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Takes a connection only while one of its threads is free: what waits is for whichever process is free first.

    gunicorn's own worker takes all that come, and of eight readers five wait for one process while another idles:
    the slowest of them (p95) waited 7.8 times the processor time of a page, so they wait 5.8 times.
    """

    busy = 0

    @property
    def worker_connections(self) -> int:
        """Of how many connections there may be, as gunicorn asks before it takes one."""
        held: int = self.nr_conns
        return held + 1 if self.busy < self.cfg.threads else held

    @worker_connections.setter
    def worker_connections(self, _limit: int) -> None:
        """The limit of the configuration, which gunicorn sets: the threads are the tighter one."""

    @property
    def max_keepalived(self) -> int:
        """Of how many connections may be kept: none while all threads are taken, for it would stay with this process.

        Those that wait to be taken at all would wait behind it: of eight readers some for 1.9 s.
        """
        return MOST_KEPT if self.busy < self.cfg.threads else 0

    @max_keepalived.setter
    def max_keepalived(self, _limit: int) -> None:
        """As above."""

    def enqueue_req(self, conn: Any) -> None:
        """A request gets a thread."""
        self.busy += 1
        super().enqueue_req(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """A thread is free again."""
        self.busy -= 1
        super().finish_request(conn, fs)


class Portal(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """The portal in its processes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """All that differs from gunicorn's defaults."""
        settings = self._settings
        options: dict[str, Any] = {
            "bind": f"{settings.host}:{settings.port}",
            "worker_class": EvenWorker,
            "workers": settings.web_processes,
            "threads": settings.web_threads,
            "when_ready": _limit_waits,
            "timeout": 120,
            "graceful_timeout": 5,
            "loglevel": settings.log_level.lower(),
            "proc_name": "passerelle-web",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """In each process, after the fork."""
        configure_logging(self._settings.log_level, "web")
        return build_portal(self._settings)


def serve_portal(settings: Settings) -> None:
    """Until the process is told to end."""
    Portal(settings).run()


def _limit_waits(arbiter: Any) -> None:
    """Set on the listening sockets, from which Linux hands it on to each connection.

    Browsers open connections ahead, and each would take a thread for 5 s; half a request would take one for good.
    """
    stalled = struct.pack("@ll", STALLED_S, 0)  # struct timeval
    for listener in arbiter.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, stalled)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, stalled)
        if hasattr(socket, "TCP_DEFER_ACCEPT"):
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_S)
