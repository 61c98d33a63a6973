"""The four real sources go in whole; a part of each here, all of them in the integration run."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.records.store import Store
from app.services.actor import SYSTEM
from app.services.importing import ImportOptions, SourceFile, import_challenges, import_firms, load_mapping

ROWS = 60


def first_rows(shared: Path, source: str, name: str) -> SourceFile:
    path = shared / "data" / source / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return SourceFile(name, b"\n".join(path.read_bytes().split(b"\n")[:ROWS]))


@pytest.mark.real
@pytest.mark.parametrize(("source", "name"), [("challenge-gov", "challenges.jsonl"), ("eig-defis", "defis.jsonl")])
def test_real_challenges_go_in_once(store: Store, shared: Path, source: str, name: str) -> None:
    rows = first_rows(shared, source, name)
    options = ImportOptions(mapping=load_mapping(source), publish=True, reopen=True)

    first, again = (import_challenges(store, SYSTEM, rows, options) for _ in range(2))

    assert (first.created, first.failed) == (ROWS, 0)
    assert again.unchanged == ROWS


@pytest.mark.real
@pytest.mark.parametrize("source", ["remoteintech-companies", "financedb-ict-companies"])
def test_real_firms_go_in_once(store: Store, shared: Path, source: str) -> None:
    rows = first_rows(shared, source, "companies.jsonl")
    options = ImportOptions(mapping=load_mapping(source), publish=True)

    first, again = (import_firms(store, SYSTEM, rows, options) for _ in range(2))

    assert (first.created, first.failed) == (ROWS, 0)
    assert again.unchanged == ROWS
