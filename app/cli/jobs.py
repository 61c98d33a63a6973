"""`passerelle jobs`: what the workers did and what waits."""

from __future__ import annotations

from dataclasses import asdict

import click

from app.cli.common import opened_parts, put, table
from app.services.actor import SYSTEM
from app.services.administration import job_runs
from matching.errors import IllegalMove, NotFound

COLUMNS = ["id", "job", "key", "state", "attempts", "done", "total", "started_at", "finished_at", "cause"]
SHOWN = ["id", "job", "key", "state", "attempts", "started_at", "cause"]


@click.group()
def jobs() -> None:
    """Runs of the workers' jobs."""


@jobs.command(name="list")
@click.option("--state", type=click.Choice(job_runs.STATES), help="Only these.")
@click.option("--job", default="", help="Only this job, such as index_firm.")
@click.option("--key", default="", help="Only this record.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="The newest so many.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_runs(state: str | None, job: str, key: str, limit: int, as_json: bool) -> None:
    """The newest runs, with the cause of those that failed."""
    with opened_parts() as parts, parts.store.read() as work:
        page = job_runs.list_runs(work, SYSTEM, state=state or "", job=job, key=key, size=limit)
        again = job_runs.retryable_of(work, SYSTEM, page.rows)
        rows = [{**{name: getattr(run, name) for name in COLUMNS}, "retryable": run.id in again} for run in page.rows]
    put(rows, table(rows, SHOWN), as_json=as_json)


@jobs.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def backlog(as_json: bool) -> None:
    """Messages that wait, and how old the oldest is."""
    with opened_parts() as parts, parts.store.read() as work:
        row = asdict(job_runs.backlog(work, SYSTEM))
    put(row, table([row], list(row)), as_json=as_json)


@jobs.command()
@click.argument("run_id", type=click.IntRange(1, 2**31 - 1))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def retry(run_id: int, as_json: bool) -> None:
    """Send the message of a failed run again, with fresh tries. Exit code 1 where it cannot be sent."""
    with opened_parts() as parts:
        try:
            job_runs.retry_run(parts, SYSTEM, run_id)
        except NotFound as error:
            raise click.ClickException(f"there is no job run {run_id}") from error
        except IllegalMove as error:
            raise click.ClickException(f"{error}: only a failed run whose message is kept can be sent again") from error
    put({"id": run_id, "sent": True}, "sent again", as_json=as_json)
