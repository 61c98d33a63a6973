"""What commands share: parts from the environment, progress bars, output for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from app.cli.preflight import prepare
from app.services.parts import Parts, build_parts
from config.logs import configure_logging
from config.settings import Settings


def read_settings() -> Settings:
    """The environment, read once a command."""
    return Settings.from_environ(os.environ)


@contextmanager
def opened_parts() -> Iterator[Parts]:
    """Parts on an up-to-date database; closed at the end."""
    settings = read_settings()
    configure_logging("WARNING", "cli")
    prepare(settings)
    parts = build_parts(settings)
    try:
        yield parts
    finally:
        parts.close()


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told (done, total); only its label where the output is no terminal."""
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield tell
        bar.update((bar.length or 1) - bar.pos)


def put(value: Any, text: str, *, as_json: bool) -> None:
    """Print for a program or for a person."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else text)


def table(rows: list[dict[str, Any]], columns: list[str]) -> str:
    """A plain table with aligned columns; numbers to the right."""
    cells = [[str(row.get(column, "")) for column in columns] for row in rows]
    widths = [
        max(len(column), *(len(line[i]) for line in cells), 1) if cells else len(column)
        for i, column in enumerate(columns)
    ]
    numeric = [all(isinstance(row.get(column), int | float) for row in rows) and bool(rows) for column in columns]

    def line(values: list[str]) -> str:
        return "  ".join(
            value.rjust(width) if right else value.ljust(width)
            for value, width, right in zip(values, widths, numeric, strict=True)
        ).rstrip()

    return "\n".join([line(columns), line(["-" * width for width in widths]), *(line(values) for values in cells)])
