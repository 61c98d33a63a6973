"""`passerelle lexicon tune` as somebody types it, with the real packaged model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.main import cli
from matching.errors import MatchmakingError

ROWS = [
    ("Les fuites d'eau coûtent cher.", "Water leaks cost much."),
    ("La ville compte les voyageurs.", "The city counts the passengers."),
    ("Le tri des déchets est lent.", "Sorting waste is slow."),
    ("Un drone voit la forêt.", "A drone sees the forest."),
]


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    path.write_text("".join(json.dumps({"fr": french, "en": english}) + "\n" for french, english in ROWS))
    return path


def tune(pairs: Path, *options: str) -> Result:
    folder = pairs.parent / "out"
    given = ["lexicon", "tune", str(pairs), str(folder), "--batch", "2", "--held", "1", *options]
    return CliRunner().invoke(cli, given)


def test_a_run_whose_time_is_up_is_finished_by_the_same_command(pairs: Path) -> None:
    first, second = tune(pairs, "--minutes", "0"), tune(pairs)

    assert first.exit_code == second.exit_code == 0
    assert "4 pairs; 0 of 3 steps" in first.output
    assert "4 pairs; 3 of 3 steps" in second.output
    assert (pairs.parent / "out" / "model" / "model.safetensors").exists()


def test_other_options_do_not_go_on_in_the_same_folder(pairs: Path) -> None:
    tune(pairs, "--minutes", "0")
    refused = tune(pairs, "--seed", "8")

    assert isinstance(refused.exception, MatchmakingError)
    assert "another plan" in str(refused.exception)


def test_a_line_that_is_no_pair_is_named(pairs: Path) -> None:
    pairs.write_text('{"fr": "Bonjour"}\n')
    refused = tune(pairs)

    assert isinstance(refused.exception, MatchmakingError)
    assert "line 1" in str(refused.exception)
