"""The Celery app. Every setting against lost, poisoned and doubled tasks is here with its reason."""

from __future__ import annotations

from celery import Celery

from config.settings import Settings
from workers.broker import broker_url

SOFT_STOP_S = 4.0  # what a worker that is told to end gives to the jobs in hand; the rest are handed out again


def create_celery(settings: Settings) -> Celery:
    """Wire Celery; opens no connection.

    The limits follow from the lease (90 s: 75, 85, 180): soft < hard < lease < visibility timeout. So a run has ended,
    one way or the other, before its message is handed out again, by the outbox first and by the broker only later.
    """
    lease = settings.job_lease_s
    celery = Celery("passerelle", broker=broker_url(settings), include=["workers.tasks"])
    transport = {
        "visibility_timeout": 2 * lease,
        "unacked_restore_interval": 5,  # the defaults bring a dead worker's tasks back only after 100 s more
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,  # unlimited by default: a dead connection would block for ever
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
    }
    celery.conf.update(
        task_acks_late=True,  # with the next two: a killed pool process loses no task
        task_reject_on_worker_lost=True,
        task_retry_on_worker_lost=True,
        task_ignore_result=True,  # a row a run is kept in our own table
        worker_prefetch_multiplier=1,  # nothing is hoarded by a dead worker
        task_soft_time_limit=lease * 5 // 6,
        task_time_limit=lease * 17 // 18,
        broker_transport_options=transport,
        broker_connection_retry_on_startup=True,
        broker_pool_acquire_timeout=10,
        worker_pool_start_method="spawn",  # torch may hang after a fork
        worker_proc_alive_timeout=120.0,  # a pool process loads the model before it is up
        worker_soft_shutdown_timeout=SOFT_STOP_S,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        worker_max_tasks_per_child=5000,
        worker_max_memory_per_child=1_600_000,  # KiB
        worker_concurrency=settings.worker_processes,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        task_serializer="json",
        accept_content=["json"],
        timezone="UTC",
        beat_max_loop_interval=30,
        beat_schedule_filename=str(settings.var / "celerybeat-schedule"),
    )
    return celery
