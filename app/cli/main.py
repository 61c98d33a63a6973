"""`passerelle`: one command line; each command is imported only when it is called, so that --help is fast."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping

import click

from config.reader import SettingsError
from matching.errors import MatchmakingError

COMMANDS: Mapping[str, tuple[str, str]] = {  # name: (module and object, one line of help)
    "up": ("app.cli.up:up", "Start portal, worker, schedule and Redis together."),
    "demo": ("app.cli.demo:demo", "Load the demo data, index it and compute its matches."),
    "import": ("app.cli.importing:import_", "Import challenges or firms from CSV, XLSX or JSONL."),
    "index": ("app.cli.index:index", "Rebuild, check or sweep the search index."),
    "match": ("app.cli.match:match", "Compute suggestions, or show the best ones."),
    "jobs": ("app.cli.jobs:jobs", "List job runs, or send a failed one again."),
    "real": ("app.cli.real:real", "Import, index, match and check the real collections."),
    "user": ("app.cli.user:user", "Create users and give them roles."),
    "db": ("app.cli.db:db", "Create or upgrade the tables."),
    "evaluate": ("app.cli.evaluate:evaluate", "Measure search and matching on a collection with judgements."),
    "lexicon": ("app.cli.lexicon:lexicon", "Learn the French-English lexicon, or see what it does."),
    "process": ("app.cli.process:process", "Run one of the processes that `up` starts."),
}


class LazyGroup(click.Group):
    """Imports a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are met."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of --help, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup)
@click.version_option(package_name="passerelle", prog_name="passerelle")
def cli() -> None:
    """Passerelle: challenges, ICT firms, and a facilitator who brings them together."""


def main() -> None:
    """Entry point. Exit codes: 0 done, 1 something failed, 2 wrong usage or settings."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1" if not os.environ.get("EMBEDDING_MODEL") else "0")
    # Read when numpy is imported. With a second thread a search's product took 8 ms of processor time for 1 ms, and the
    # thread waited for the next one busily.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        code = cli.main(standalone_mode=False)  # what a command raised as Exit comes back as a number
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except SettingsError as error:
        click.echo(f"settings:\n{error}", err=True)
        sys.exit(2)
    except MatchmakingError as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(1)
    sys.exit(code or 0)
