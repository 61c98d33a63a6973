"""A real SMTP server that keeps what it was sent."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from tests.services.elastic import free_port
from tests.services.missing import missing


@dataclass
class Mailbox:
    """Where to send, and the messages that arrived, in order. `refusing`: answers 550 to every message."""

    url: str
    messages: list[EmailMessage] = field(default_factory=list)
    refusing: bool = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """What aiosmtpd calls for each message."""
        if self.refusing:
            return "550 not wanted here"
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@contextmanager
def smtp_server() -> Iterator[Mailbox]:
    """Listens on a free port of this machine."""
    try:
        from aiosmtpd.controller import Controller
    except ImportError:
        missing("SMTP", "the package aiosmtpd is not installed")
    port = free_port()
    mailbox = Mailbox(f"smtp://127.0.0.1:{port}")
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
