from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.factory import LARGEST_REQUEST
from app.records.accounts import User
from app.records.challenges import Challenge
from app.records.work import JobRun, Outbox
from app.services.importing import batches
from app.services.importing.uploads import delete_old_uploads
from app.services.outbox.deliver import deliver
from app.services.parts import Parts
from tests.facilitation.world import START
from tests.web.portal import Visitor, error_of, fields

SignedIn = Callable[..., Visitor]
GOOD = 'd-1,Ville de Laval,Repérer les fuites,"Un cinquième de l’eau se perd.",2027-06-01\n'
BAD = "d-2,Ville de Laval,,Un problème.,2027-06-01\n"
FILE = f"ID,Organisme,Titre (fr),Problème (fr),Échéance\n{GOOD}{BAD}"


@pytest.fixture
def facilitator(signed_in: SignedIn) -> Visitor:
    return signed_in("fac@passerelle.example", role="facilitator")


def send_file(visitor: Visitor, data: str | bytes = FILE, name: str = "défis.csv", kind: str = "challenges") -> str:
    """Send a file; the address of its columns."""
    content = data.encode() if isinstance(data, str) else data
    answer = visitor.send("/fr/import/", {"kind": kind, "file": (io.BytesIO(content), name)})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return str(answer.location)


def start(visitor: Visitor, columns: str, **changes: str) -> str:
    """Send the form of the columns as it is suggested; the address of the dry run."""
    form = {name: value for name, value in fields(visitor.text(columns)).items() if name != "csrf_token"}
    answer = visitor.send(columns, {**form, "profile": "", **changes})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return str(answer.location)


def work_off(parts: Parts, topic: str = "import") -> int:
    """What the workers do with messages of a topic; returns how many there were."""
    count = 0
    while True:
        with parts.store.read() as work:
            due = (Outbox.topic == topic, Outbox.done_at.is_(None), Outbox.due_at.is_(None))
            message_id = work.session.scalars(select(Outbox.id).where(*due).order_by(Outbox.id).limit(1)).first()
        if message_id is None:
            return count
        deliver(parts, message_id)
        count += 1


def external_ids(parts: Parts) -> list[str | None]:
    with parts.store.read() as work:
        return list(work.session.scalars(select(Challenge.external_id).order_by(Challenge.external_id)))


@pytest.mark.parametrize(
    "path", ["", "0" * 32, f"{'0' * 32}/runs/{'0' * 12}", f"{'0' * 32}/runs/{'0' * 12}/report.csv"]
)
def test_only_facilitators_import(path: str, signed_in: SignedIn, visitor: Visitor) -> None:
    member = signed_in("jo@laval.example")

    assert member.get(f"/fr/import/{path}").status_code == 403
    assert visitor.get(f"/fr/import/{path}").status_code == 302


def test_a_file_goes_through_columns_and_dry_run_into_the_database(facilitator: Visitor, parts: Parts) -> None:
    columns = send_file(facilitator)
    page = facilitator.text(columns)
    chosen = fields(page)
    assert [chosen[f"column.{number}"] for number in range(5)] == [
        ["external_id"],
        ["owner"],
        ["title_fr"],
        ["problem_fr"],
        ["deadline"],
    ]
    assert "Repérer les fuites" in page

    run = start(facilitator, columns)
    assert "data-poll" in facilitator.text(run)
    assert facilitator.get(f"{run}/progress").get_json() == {"state": "waiting", "done": 0, "total": None}
    work_off(parts)
    tried = facilitator.text(run)
    assert "Titre (fr)" in tried  # the column of the row that is refused
    assert external_ids(parts) == []

    imported = str(facilitator.send(run).location)
    work_off(parts)
    assert facilitator.get(f"{imported}/progress").get_json() == {"state": "finished", "done": 2, "total": 2}
    assert external_ids(parts) == ["d-1"]
    with parts.store.read() as work:
        runs = work.session.scalars(select(JobRun).where(JobRun.job == "import")).all()
    assert [(one.state, one.done, one.total) for one in runs] == [("succeeded", 2, 2)] * 2


def test_the_report_names_line_column_and_cause_in_the_language_of_the_page(facilitator: Visitor, parts: Parts) -> None:
    run = start(facilitator, send_file(facilitator))
    work_off(parts)

    french = facilitator.get(f"{run}/report.csv")
    english = facilitator.text(f"{run}/report.csv".replace("/fr/", "/en/"))

    assert french.mimetype == "text/csv"
    assert "attachment" in french.headers["Content-Disposition"]
    assert re.search(
        r"^3,d-2,refus,Titre \(fr\),required,Ce champ est obligatoire", french.get_data(as_text=True), re.M
    )
    assert "ligne,identifiant externe,gravité,champ,code,message,valeur" in french.get_data(as_text=True)
    assert "line,external_id,severity,field,cause,message,value" in english
    assert "This field is required." in english


def test_a_row_with_an_unknown_sector_is_refused_unless_it_is_said_otherwise(
    facilitator: Visitor, parts: Parts
) -> None:
    data = "external_id,owner,title_fr,problem_fr,sectors\nd-1,Ville,Un titre,Un problème.,zorglub\n"
    columns = send_file(facilitator, data)
    strict, lenient = start(facilitator, columns), start(facilitator, columns, skip_unknown="yes")
    work_off(parts)

    assert "Ce secteur n’existe pas ici." in facilitator.text(strict)
    assert "Ce secteur n’existe pas ici." not in facilitator.text(lenient)


def test_a_cell_that_a_spreadsheet_would_run_is_text_in_the_report(facilitator: Visitor, parts: Parts) -> None:
    data = "external_id,owner,title_fr,problem_fr\n=1+1,@SUM(1),,+x\n"
    run = start(facilitator, send_file(facilitator, data))
    work_off(parts)

    report = facilitator.text(f"{run}/report.csv")

    assert "'=1+1" in report
    assert ",=" not in report


def test_an_import_that_is_cut_off_goes_on_where_it_stopped(facilitator: Visitor, parts: Parts) -> None:
    rows = "".join(f"m-{number:03},Ville de Laval,Titre {number},Un problème réel.,\n" for number in range(120))
    again = "m-000,Ville de Laval,Titre 0,Un problème réel.,\n"
    head = FILE.split("\n", 1)[0]
    parts.settings = replace(parts.settings, job_slice_s=0)  # every slice is over after one transaction

    run = start(facilitator, send_file(facilitator, f"{head}\n{rows}{again}"))
    imported = str(facilitator.send(run).location)
    slices = work_off(parts)

    assert slices == 2 * (-(-121 // batches.A_TRANSACTION))
    assert len(external_ids(parts)) == 120
    page = facilitator.text(imported)
    assert "m-000" in page  # the second row of the same identifier, seen slices later
    assert facilitator.get(f"{imported}/progress").get_json()["done"] == 121


def test_a_message_that_comes_twice_counts_nothing_twice(facilitator: Visitor, parts: Parts) -> None:
    run = start(facilitator, send_file(facilitator))
    imported = str(facilitator.send(run).location)
    work_off(parts)
    before = facilitator.text(imported)

    with parts.store.write() as work:
        for message in work.session.scalars(select(Outbox).where(Outbox.topic == "import")):
            message.done_at = None
    work_off(parts)

    assert fields(facilitator.text(imported)).keys() == fields(before).keys()
    assert facilitator.get(f"{imported}/progress").get_json()["done"] == 2


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b""),
        ("a.pdf", b"%PDF-1.4"),
        ("a.xlsx", b"PK\x03\x04 no zip"),
        ("a.csv", bytes(range(256))),
        ("no-suffix", b"a,b\n1,2\n"),
        ("../../../etc/passwd", b"x"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_beside_the_field_and_not_kept(
    facilitator: Visitor, parts: Parts, name: str, data: bytes
) -> None:
    answer = facilitator.send("/fr/import/", {"kind": "challenges", "file": (io.BytesIO(data), name)})

    assert answer.status_code == 422
    assert error_of(answer.get_data(as_text=True), "file")
    assert not list((parts.settings.var / "uploads").glob("*"))


@pytest.mark.parametrize(("lang", "told"), [("fr", "trop gros"), ("en", "too large")])
def test_a_file_that_is_too_large_is_told_beside_the_field(facilitator: Visitor, lang: str, told: str) -> None:
    path = f"/{lang}/import/"

    answer = facilitator.send(path, {"kind": "firms", "file": (io.BytesIO(b"x" * (LARGEST_REQUEST + 1)), "a.jsonl")})

    assert answer.status_code == 413
    assert told in error_of(answer.get_data(as_text=True), "file")
    assert f'<a href="{path}" aria-current="true">' in answer.get_data(as_text=True)


def test_a_stranger_learns_nothing_of_the_import_by_a_file_that_is_too_large(visitor: Visitor) -> None:
    answer = visitor.client.post("/fr/import/", data={"file": (io.BytesIO(b"x" * (LARGEST_REQUEST + 1)), "a.jsonl")})

    assert answer.status_code == 413
    assert 'name="file"' not in answer.get_data(as_text=True)


@pytest.mark.parametrize("data", [b"{{{\nnope\n", b"[1, 2]\n", b"[" * 100_000])
def test_a_file_without_any_readable_row_is_told_beside_the_field(facilitator: Visitor, data: bytes) -> None:
    answer = facilitator.send("/en/import/", {"kind": "firms", "file": (io.BytesIO(data), "a.jsonl")})

    assert answer.status_code == 422
    assert "can be read" in error_of(answer.get_data(as_text=True), "file")


def test_a_broken_line_is_told_by_its_number_and_lists_are_shown_as_people_write_them(
    facilitator: Visitor, parts: Parts
) -> None:
    good = {"id": "j-1", "title": "Repérer les fuites", "problem": "L’eau se perd.", "owner": "Laval"}
    lines = (json.dumps({**good, "sectors": ["health", "atlantis"]}), '{"id": "j-2", "title":', json.dumps(good))

    columns = send_file(facilitator, "\n".join(lines), "a.jsonl")
    preview = facilitator.text(columns)
    run = start(facilitator, columns)
    work_off(parts)
    page = facilitator.text(run)

    assert '<li class="break">health, atlantis</li>' in preview
    assert '<td class="break">health, atlantis</td>' in page
    assert re.search(r'<td class="number">2</td>.*?Cette ligne ne peut pas être lue', page, re.DOTALL)


def test_no_file_and_no_kind_are_told_too(facilitator: Visitor) -> None:
    assert error_of(facilitator.send("/fr/import/", {"kind": "firms"}).get_data(as_text=True), "file")
    answer = facilitator.send("/fr/import/", {"kind": "planets", "file": (io.BytesIO(FILE.encode()), "a.csv")})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"column.0": ""}, "columns"),
        ({"column.1": "external_id"}, "column.1"),
        ({"column.1": "no_such_field"}, "column.1"),
        ({"prefix": "x" * 41}, "prefix"),
        ({"prefix": "a\x00b"}, "prefix"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_told_and_the_choices_stay(
    facilitator: Visitor, parts: Parts, change: dict[str, str], field: str
) -> None:
    columns = send_file(facilitator)
    form = {name: value for name, value in fields(facilitator.text(columns)).items() if name != "csrf_token"}

    answer = facilitator.send(columns, {**form, "language": "en", **change})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in page
    assert fields(page)["language"] == ["en"]
    assert work_off(parts) == 0


def test_what_a_facilitator_sent_is_not_shown_to_another(facilitator: Visitor, signed_in: SignedIn) -> None:
    columns = send_file(facilitator)
    other = signed_in("other@passerelle.example", role="facilitator")

    assert other.get(columns).status_code == 404
    assert "défis.csv" not in other.text("/fr/import/")
    assert "défis.csv" in facilitator.text("/fr/import/")


def test_a_name_and_cells_with_markup_are_shown_as_text(facilitator: Visitor) -> None:
    data = 'external_id,"<script>alert(1)</script>"\n1,<img src=x onerror=alert(1)>\n'

    page = facilitator.text(send_file(facilitator, data, name="<b>x</b>.csv"))

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>x</b>" not in page


def test_files_are_deleted_after_a_day_or_at_once_on_demand(facilitator: Visitor, parts: Parts) -> None:
    var = parts.settings.var
    columns = send_file(facilitator)
    assert delete_old_uploads(var, START + timedelta(hours=23)) == 0
    assert delete_old_uploads(var, START + timedelta(hours=25)) == 1
    assert facilitator.get(columns).status_code == 404

    columns = send_file(facilitator)
    facilitator.send(f"{columns}/delete")
    assert facilitator.get(columns).status_code == 404
    assert not list((var / "uploads").glob("*"))


def test_whoever_lost_the_role_imports_nothing_any_more(facilitator: Visitor, parts: Parts) -> None:
    run = start(facilitator, send_file(facilitator))
    facilitator.send(run)
    with parts.store.write() as work:
        user = work.session.scalars(select(User)).one()
        user.roles.clear()

    work_off(parts)

    assert external_ids(parts) == []
