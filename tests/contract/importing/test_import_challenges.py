from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from app.records.accounts import Organisation
from app.records.challenges import Challenge
from app.records.store import Store
from app.records.work import Outbox
from app.services.actor import ANONYMOUS, SYSTEM
from app.services.importing import ImportOptions, Report, SourceFile, import_challenges
from matching.errors import Forbidden, InvalidInput

COLUMNS = ("external_id", "owner", "title_fr", "problem_fr", "deadline", "sectors")
GOOD = (
    "d-1",
    "Ville de Laval",
    "Repérer les fuites d’eau",
    "Nous perdons un cinquième de l’eau.",
    "2027-06-01",
    "health",
)
OTHER = ("d-2", "Ville de Laval", "Compter les cyclistes", "Les compteurs manuels coûtent cher.", "2027-07-01", "")
LATE = ("d-3", "Ville de Laval", "Trier les dossiers", "Les dossiers attendent trois mois.", "2026-01-15", "")


def as_csv(*rows: Sequence[object], columns: Sequence[str] = COLUMNS) -> SourceFile:
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return SourceFile("file.csv", out.getvalue().encode())


def as_xlsx(*rows: Sequence[object], columns: Sequence[str] = COLUMNS) -> SourceFile:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (columns, *rows):
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return SourceFile("file.xlsx", out.getvalue())


def as_jsonl(*rows: Sequence[object], columns: Sequence[str] = COLUMNS) -> SourceFile:
    lines = [json.dumps(dict(zip(columns, row, strict=True))) for row in rows]
    return SourceFile("file.jsonl", "\n".join(lines).encode())


def run(store: Store, source: SourceFile, **options: Any) -> Report:
    return import_challenges(store, SYSTEM, source, ImportOptions(**options))


def challenges(store: Store) -> dict[str | None, Challenge]:
    with store.read() as work:
        return {row.external_id: row for row in work.session.scalars(select(Challenge))}


@pytest.mark.parametrize("make", [as_csv, as_xlsx, as_jsonl])
def test_good_rows_go_in_and_a_bad_one_is_refused_whole_and_named(store: Store, make: Any) -> None:
    bad = ("d-9", "Ville de Brossard", "Un titre", "Un problème.", "demain", "")

    report = run(store, make(GOOD, bad, OTHER))

    assert (report.created, report.failed) == (2, 1)
    assert challenges(store).keys() == {"d-1", "d-2"}
    (note,) = [note for note in report.notes if note.severity == "fault"]
    assert (note.line, note.external_id, note.field, note.cause) == (
        2 if make is as_jsonl else 3,
        "d-9",
        "deadline",
        "not_a_date",
    )


@pytest.mark.parametrize("make", [as_csv, as_xlsx, as_jsonl])
def test_the_report_shows_no_value_where_a_cell_was_empty(store: Store, make: Any) -> None:
    report = run(store, make(("d-9", None, "Un titre", "Un problème.", "2027-06-01", "")))

    assert [(note.field, note.value) for note in report.notes] == [("owner", "")]


def test_nothing_of_a_refused_row_stays_not_even_its_new_owner(store: Store) -> None:
    run(store, as_csv(("d-9", "Ville de Nulle-Part", "Un titre", "", "2027-06-01", "")))

    with store.read() as work:
        assert work.session.scalars(select(Organisation)).all() == []
    assert challenges(store) == {}


def test_the_same_file_again_changes_nothing_and_tells_the_workers_nothing(store: Store) -> None:
    run(store, as_csv(GOOD, OTHER), publish=True)
    before = {key: row.version for key, row in challenges(store).items()}
    with store.read() as work:
        messages = len(work.session.scalars(select(Outbox)).all())

    report = run(store, as_csv(GOOD, OTHER), publish=True)

    assert (report.created, report.updated, report.unchanged) == (0, 0, 2)
    assert {key: row.version for key, row in challenges(store).items()} == before
    with store.read() as work:
        assert len(work.session.scalars(select(Outbox)).all()) == messages


def test_a_changed_row_changes_its_challenge_alone(store: Store) -> None:
    run(store, as_csv(GOOD, OTHER))

    report = run(store, as_csv((*GOOD[:2], "Trouver les fuites d’eau", *GOOD[3:]), OTHER))

    assert (report.updated, report.unchanged) == (1, 1)
    assert challenges(store)["d-1"].texts[0].title == "Trouver les fuites d’eau"


def test_a_second_row_with_the_same_identifier_is_refused_also_in_another_transaction(store: Store) -> None:
    many = [(f"m-{number}", *OTHER[1:]) for number in range(60)]

    report = run(store, as_csv(GOOD, *many, GOOD))

    assert (report.created, report.failed) == (61, 1)
    assert [(note.line, note.cause) for note in report.notes] == [(63, "duplicate_external_id")]


def test_a_dry_run_reports_the_same_and_keeps_nothing(store: Store) -> None:
    report = run(store, as_csv(GOOD, ("", *OTHER[1:])), dry_run=True)

    assert (report.dry_run, report.created, report.failed) == (True, 1, 1)
    assert challenges(store) == {}


def test_what_is_over_is_refused_unless_it_is_to_be_opened_again(store: Store) -> None:
    assert run(store, as_csv(LATE)).failed == 1

    run(store, as_csv(LATE), reopen=True, publish=True)

    reopened = challenges(store)["d-3"]
    assert reopened.status == "open"
    assert reopened.deadline is not None
    assert 30 <= (reopened.deadline - date(2027, 3, 1)).days <= 180
    assert reopened.reopened == {"deadline": "2026-01-15", "status": None}


def test_a_reopened_challenge_keeps_its_new_deadline_at_the_next_import(store: Store) -> None:
    run(store, as_csv(LATE), reopen=True, publish=True)

    assert run(store, as_csv(LATE), reopen=True, publish=True).unchanged == 1


def test_with_reopen_an_empty_text_takes_the_tagline(store: Store) -> None:
    columns = ("external_id", "owner", "title_en", "teaser_en", "problem_en")
    row = ("t-1", "City", "Count the bicycles", "Counters that people read by hand cost too much.", "")

    run(store, as_csv(row, columns=columns), reopen=True, publish=True)

    assert challenges(store)["t-1"].texts[0].problem == "Counters that people read by hand cost too much."


def test_markup_becomes_plain_text_and_scripts_go(store: Store) -> None:
    html = "<p>Les <b>tuyaux</b> fuient.</p><script>alert(1)</script><ul><li>partout</li></ul>"

    run(store, as_csv((*GOOD[:3], html, *GOOD[4:])))

    text = challenges(store)["d-1"].texts[0].problem
    assert "tuyaux fuient" in text
    assert "<" not in text
    assert "alert" not in text


@pytest.mark.parametrize(
    ("place", "value", "cause"),
    [
        (3, "mot " * 2_500_000, "too_long:20000"),
        (2, "a\x00b", "nul_byte"),
        (2, "x" * 201, "too_long:200"),
        (5, "secteur martien", "unknown_sector"),
        (1, "", "required"),
    ],
)
def test_a_cell_that_cannot_be_kept_is_told_with_its_cause(store: Store, place: int, value: str, cause: str) -> None:
    row = [*GOOD]
    row[place] = value

    report = run(store, as_csv(row, OTHER))

    assert (report.created, report.failed) == (1, 1)
    assert {note.cause for note in report.notes} == {cause}


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        (SourceFile("a.csv", b""), "empty_file"),
        (SourceFile("a.csv", b"external_id,title\n"), "empty_file"),
        (SourceFile("a.pdf", b"%PDF-1.4"), "unknown_format"),
        (SourceFile("a.csv", b"foo,bar\n1,2\n"), "no_known_column"),
        (SourceFile("a.xlsx", b"PK\x03\x04 no zip"), "unreadable_file"),
        (SourceFile("a.csv", bytes(range(256)) * 40), "unreadable_file"),
    ],
)
def test_a_file_that_is_no_good_is_refused_as_a_whole(store: Store, source: SourceFile, cause: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        run(store, source)

    assert caught.value.faults == {"file": cause}


def test_a_table_of_western_spreadsheets_keeps_its_accents(store: Store) -> None:
    text = as_csv(GOOD).data.decode().replace("’", "'")

    run(store, SourceFile("excel.csv", text.replace(",", ";").encode("cp1252")))

    assert challenges(store)["d-1"].texts[0].title == "Repérer les fuites d'eau"


def test_whoever_may_not_import_is_refused(store: Store) -> None:
    with pytest.raises(Forbidden):
        import_challenges(store, ANONYMOUS, as_csv(GOOD), ImportOptions())


def test_the_report_as_csv_runs_nothing_in_a_spreadsheet(store: Store) -> None:
    report = run(store, as_csv(("=cmd|' /C calc'!A0", "", "@SUM(1)", "", "demain", "+1")))

    cells = [cell for row in csv.reader(io.StringIO(report.to_csv("fr"))) for cell in row]
    assert any("calc" in cell for cell in cells)
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell]
