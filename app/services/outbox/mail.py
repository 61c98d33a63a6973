"""Messages: by SMTP, or written to a folder as .eml where no server is set."""

from __future__ import annotations

import os
import smtplib
import ssl
from email.header import Header
from email.mime.text import MIMEText
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


def compose(sender: str, to: str, subject: str, body: str, key: str) -> MIMEText:
    """A plain-text message. No value can begin a header of its own: line breaks become spaces.

    Not EmailMessage: in Python 3.11 its folding loses spaces of a long subject with accents ("Égouts :prévoir").
    """
    message = MIMEText(body, "plain", "utf-8")
    message["From"] = " ".join(sender.split())
    message["To"] = " ".join(to.split())
    message["Subject"] = Header(" ".join(subject.split()), "utf-8", header_name="Subject").encode()
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{key}@passerelle.invalid>" if key else make_msgid(domain="passerelle.invalid")
    message["Auto-Submitted"] = "auto-generated"
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
