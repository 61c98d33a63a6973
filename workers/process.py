"""What a worker process holds: its settings, its Celery app, and its parts, made once after the process started."""

from __future__ import annotations

import os
from functools import lru_cache

from celery import Celery
from celery.signals import worker_process_init, worker_process_shutdown

from app.services.parts import Parts, build_parts
from config.logs import configure_logging
from config.settings import Settings
from workers.app import create_celery
from workers.schedule import beat_schedule

MODEL_S = 60.0  # below `worker_proc_alive_timeout`; tasks that need it are tried again later


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Read once a process."""
    return Settings.from_environ(os.environ)


@lru_cache(maxsize=1)
def parts() -> Parts:
    """Made once a process, never before a fork."""
    return build_parts(settings())


celery: Celery = create_celery(settings())
celery.conf.beat_schedule = beat_schedule()


@worker_process_init.connect
def _start(**_sender: object) -> None:
    """Warm before the first task: the model has answered once."""
    configure_logging(settings().log_level, "worker")
    parts().warm_up(MODEL_S)


@worker_process_shutdown.connect
def _stop(**_sender: object) -> None:
    parts().close()
