"""Celery app, tasks, schedule and the outbox relay."""
