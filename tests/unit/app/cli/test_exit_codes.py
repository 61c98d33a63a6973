"""What the shell gets back from `passerelle`, through the entry point that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HEAD = "external_id,owner,title_fr,problem_fr"
GOOD = "d-1,Ville,Repérer les fuites,L’eau se perd."
BAD = "d-2,,Sans porteur,Un problème."


@pytest.mark.parametrize(
    ("rows", "code"), [([GOOD], 0), ([GOOD, BAD], 1), ([], 2)], ids=["all in", "one refused", "no rows"]
)
def test_an_import_tells_the_shell_whether_every_row_went_in(
    rows: list[str], code: int, seeded_database: Path, tmp_path: Path
) -> None:
    shutil.copy(seeded_database, tmp_path / "passerelle.db")
    file = tmp_path / "rows.csv"
    file.write_text("\n".join([HEAD, *rows]) if rows else "")

    done = passerelle(tmp_path, "import", "challenges", str(file), "--dry-run")

    assert done.returncode == code, done.stderr


def passerelle(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, with its own data."""
    without = {"DATABASE_URL", "ELASTICSEARCH_URL", "REDIS_URL"}
    environ = {name: value for name, value in os.environ.items() if name not in without}
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        env={**environ, "PASSERELLE_VAR": str(var)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
