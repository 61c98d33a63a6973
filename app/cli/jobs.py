"""`passerelle jobs`: what the workers did."""

from __future__ import annotations

import click
from sqlalchemy import select

from app.cli.common import opened_parts, put, table
from app.records.work import JobRun
from app.services.jobs import retry as retry_job


@click.group()
def jobs() -> None:
    """Runs of the workers' jobs."""


@jobs.command(name="list")
@click.option("--state", type=click.Choice(["running", "succeeded", "failed", "dead", "retried"]), help="Only these.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_runs(state: str | None, limit: int, as_json: bool) -> None:
    """The newest runs, with the cause of those that failed."""
    query = select(JobRun).order_by(JobRun.id.desc()).limit(limit)
    if state:
        query = query.where(JobRun.state == state)
    columns = ["id", "job", "key", "state", "attempts", "started_at", "cause"]
    with opened_parts() as parts, parts.store.read() as work:
        rows = [{name: getattr(run, name) for name in columns} for run in work.session.scalars(query)]
    put(rows, table(rows, columns), as_json=as_json)


@jobs.command()
@click.argument("run_id", type=int)
def retry(run_id: int) -> None:
    """Send the message of a run again, with fresh tries."""
    with opened_parts() as parts:
        with parts.store.read() as work:
            if work.session.get(JobRun, run_id) is None:
                raise click.ClickException(f"there is no job run {run_id}")
        retry_job(parts, run_id, None)
    click.echo("sent again")
