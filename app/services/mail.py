"""Messages: by SMTP, or written to a folder as .eml where no server is set."""

from __future__ import annotations

import os
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from matching.errors import MailRefused, MailUnavailable

TIMEOUT_S = 15.0
REFUSED_FOR_GOOD = 500  # reply codes from here on: RFC 5321, 4.2.1


class Mailer(Protocol):
    """Sends one message. Raises MailUnavailable where the server takes it later, MailRefused where it never will."""

    def send(self, to: str, subject: str, body: str, *, key: str) -> None:
        """`key` names the message: the same key gives the same Message-ID, so that a repeat can be told."""


def compose(sender: str, to: str, subject: str, body: str, key: str) -> EmailMessage:
    """A plain-text message; line breaks in headers are refused by the standard library."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate()
    message["Message-ID"] = (
        make_msgid(idstring=key, domain="passerelle.invalid") if not key else f"<{key}@passerelle.invalid>"
    )
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message


class FolderMailer:
    """Writes each message to a folder; a repeated key overwrites its own file, so nothing is doubled."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def send(self, to: str, subject: str, body: str, *, key: str) -> None:
        """As the protocol says."""
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = self._folder / f".{key}.{os.getpid()}"  # whoever reads the folder finds whole messages only
        beside.write_bytes(bytes(compose(self._sender, to, subject, body, key)))
        beside.replace(self._folder / f"{key}.eml")


class SmtpMailer:
    """Speaks to one SMTP server, given as smtp://user:password@host:port or smtps://."""

    def __init__(self, url: str, sender: str) -> None:
        self._parts = urlsplit(url)
        self._sender = sender

    def send(self, to: str, subject: str, body: str, *, key: str) -> None:
        """As the protocol says."""
        message = compose(self._sender, to, subject, body, key)
        try:
            with self._connect() as server:
                if self._parts.username:
                    server.login(unquote(self._parts.username), unquote(self._parts.password or ""))
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            codes = _codes(error)
            told = f"{type(error).__name__} {' '.join(map(str, codes))}".rstrip()
            if isinstance(error, smtplib.SMTPNotSupportedError) or (codes and min(codes) >= REFUSED_FOR_GOOD):
                raise MailRefused(f"the mail server refused a message: {told}") from error
            raise MailUnavailable(f"the mail server did not take a message: {told}") from error

    def _connect(self) -> smtplib.SMTP:
        host = self._parts.hostname or "localhost"
        context = ssl.create_default_context()
        if self._parts.scheme == "smtps":
            return smtplib.SMTP_SSL(host, self._parts.port or 465, timeout=TIMEOUT_S, context=context)
        server = smtplib.SMTP(host, self._parts.port or 25, timeout=TIMEOUT_S)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
        return server


def _codes(error: Exception) -> list[int]:
    """The server's reply codes, where it gave any. What it wrote beside them may name the recipient: left out."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return []  # about this service's own account: somebody will mend it, and the message can go then
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []
