"""The relay: hands committed outbox messages to Celery, at least once, and again when nobody finished them."""

from __future__ import annotations

import signal
import threading

import structlog
from celery import Celery
from kombu.exceptions import OperationalError as BrokerError
from sqlalchemy.exc import OperationalError as DatabaseError

from app.services.jobs import due_messages, mark_sent
from app.services.parts import Parts

POLL_S = 0.2  # an edit waits at most this long before its job is queued
BATCH = 200
LONGEST_PAUSE_S = 10.0

log = structlog.get_logger()


def relay_once(parts: Parts, celery: Celery) -> int:
    """Send what is due, then mark it: a crash in between sends twice, which tasks bear, and never loses.

    Returns how many were sent. What Redis loses afterwards is sent again when its lease runs out.
    """
    sent: list[int] = []
    try:
        for outbox_id, topic in due_messages(parts, BATCH):
            celery.send_task("passerelle.deliver", args=(outbox_id,), headers={"topic": topic}, retry=False)
            sent.append(outbox_id)
    finally:
        if sent:
            mark_sent(parts, sent)
    return len(sent)


def relay_forever(parts: Parts, celery: Celery) -> None:
    """Until SIGTERM or SIGINT. Redis or the database may go and come back: the pause grows to 10 s meanwhile."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    pause = POLL_S
    while not stop.is_set():
        try:
            sent = relay_once(parts, celery)
            pause = 0.0 if sent == BATCH else POLL_S
        except (BrokerError, DatabaseError, OSError) as error:
            pause = min(max(pause, POLL_S) * 2, LONGEST_PAUSE_S)
            log.warning("relay waits", cause=type(error).__name__, pause_s=pause)
        stop.wait(pause)
