"""The relay: hands committed outbox messages to Celery, at least once, and again when nobody finished them."""

from __future__ import annotations

import signal
import threading

import structlog
from celery import Celery
from kombu.exceptions import OperationalError as BrokerError
from sqlalchemy.exc import OperationalError as DatabaseError

from app.services.outbox.outbox import BULK, give_back, take_due
from app.services.parts import Parts

POLL_S = 0.2  # an edit waits at most this long before its job is queued
LONGEST_PAUSE_S = 10.0
FIRST, LAST = 0, 9  # priorities as Celery has them on Redis: the workers take a lower number first

log = structlog.get_logger()


def relay_once(parts: Parts, celery: Celery) -> int:
    """Take what is due and send it; returns how many were sent.

    A crash in between delays what was taken until its lease runs out; so does a Redis that loses what it was sent.
    """
    taken = take_due(parts)
    sent = 0
    try:
        for outbox_id, topic in taken:
            priority = LAST if topic in BULK else FIRST
            celery.send_task(
                "passerelle.deliver", args=(outbox_id,), headers={"topic": topic}, priority=priority, retry=False
            )
            sent += 1
    finally:
        if sent < len(taken):
            give_back(parts, [outbox_id for outbox_id, _ in taken[sent:]])
    return sent


def relay_forever(parts: Parts, celery: Celery) -> None:
    """Until SIGTERM or SIGINT. Redis or the database may go and come back: the pause grows to 10 s meanwhile."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    pause = POLL_S
    while not stop.is_set():
        try:
            relay_once(parts, celery)
            pause = POLL_S
        except (BrokerError, DatabaseError, OSError) as error:
            pause = min(pause * 2, LONGEST_PAUSE_S)
            log.warning("relay waits", cause=type(error).__name__, pause_s=pause)
        stop.wait(pause)
