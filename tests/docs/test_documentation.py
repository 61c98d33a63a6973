"""What the documents promise is there."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from app.cli.main import COMMANDS, cli
from config.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Settings whose default in the table is said in words.
IN_WORDS = {"not set", "made once", "SQLite"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", document.read_text(encoding="utf-8"), re.MULTILINE))

    assert named <= TARGETS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_is_linked_exists(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", document.read_text(encoding="utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_target_is_declared_phony_or_makes_a_file() -> None:
    phony = set(" ".join(re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)).split())

    assert phony >= TARGETS


def test_the_readme_shows_the_commands_that_a_newcomer_needs() -> None:
    for target in ("demo", "test", "check", "clean"):
        assert f"make {target}" in README


def test_every_command_of_the_readme_exists() -> None:
    shown = re.findall(r"^passerelle ([a-z]+)(?: ([a-z|]+))?", README, re.MULTILINE)

    assert shown
    for name, rest in shown:
        command = _command(name)
        if isinstance(command, click.Group):
            assert set(rest.split("|")) <= set(command.commands), name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    command = _command(name)
    paths = [[name, own] for own in command.commands] if isinstance(command, click.Group) else []

    for path in ([name], *paths):
        answer = CliRunner().invoke(cli, [*path, "--help"])
        assert answer.exit_code == 0, answer.output
        assert "Usage:" in answer.output
        assert len(answer.output.splitlines()) > 3, path


def _command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None, name
    return found


def test_the_documented_defaults_are_the_ones_in_force() -> None:
    table = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)` \| `(\w+)` \| ([^|]+) \|", table, re.MULTILINE)
    settings = Settings.from_environ({})

    assert [name for _, name, _ in rows] == [field.name for field in dataclasses.fields(Settings)]
    for variable, name, default in rows:
        value = getattr(settings, name)
        told = default.strip().strip("`")
        if any(told.startswith(words) for words in IN_WORDS):
            assert value is None or variable == "DATABASE_URL", variable
        elif isinstance(value, Path):
            assert value == Path(told).absolute(), variable
        else:
            assert str(value) == told, variable
