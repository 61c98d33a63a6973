from __future__ import annotations

import json

from sqlalchemy import select

from app.records.firms import FirmProfile
from app.records.store import Store
from app.services.actor import SYSTEM
from app.services.importing import ColumnMapping, ImportOptions, SourceFile, import_firms

LINE = {
    "external_id": "f-1",
    "name": "Atelier Boréal",
    "summary_fr": "Nous faisons parler les données des réseaux d’eau.",
    "website": "https://boreal.example",
    "solutions": [{"name": "Fuitomètre", "description_fr": "Un capteur qui entend les fuites.", "trl": 7}],
}


def as_jsonl(*rows: dict[str, object]) -> SourceFile:
    return SourceFile("firms.jsonl", "\n".join(json.dumps(row) for row in rows).encode())


def firms(store: Store) -> dict[str | None, FirmProfile]:
    with store.read() as work:
        return {row.external_id: row for row in work.session.scalars(select(FirmProfile))}


def test_a_firm_comes_in_with_its_organisation_and_solutions(store: Store) -> None:
    report = import_firms(store, SYSTEM, as_jsonl(LINE), ImportOptions(publish=True))

    firm = firms(store)["f-1"]
    assert report.created == 1
    assert (firm.status, firm.organisation.name, firm.organisation.is_firm) == ("published", "Atelier Boréal", True)
    assert [(solution.name, solution.trl) for solution in firm.solutions] == [("Fuitomètre", 7)]


def test_a_fault_deep_in_a_row_refuses_the_whole_firm(store: Store) -> None:
    bad = {**LINE, "external_id": "f-2", "solutions": [{"name": "Fuitomètre", "trl": 12}]}

    report = import_firms(store, SYSTEM, as_jsonl(bad, LINE), ImportOptions())

    assert firms(store).keys() == {"f-1"}
    assert {(note.line, note.field) for note in report.notes if note.severity == "fault"} == {(1, "solutions")}


def test_columns_of_another_source_are_read_through_a_mapping(store: Store) -> None:
    mapping = ColumnMapping(
        columns={"id": "external_id", "nom": "name", "texte": "summary", "secret": ""},
        prefixes={"external_id": "annuaire-"},
        constants={"original": "fr"},
    )
    row = {"id": 12, "nom": "Atelier Boréal", "texte": "Des capteurs pour l’eau.", "secret": "x", "autre": "y"}

    report = import_firms(store, SYSTEM, as_jsonl(row), ImportOptions(mapping=mapping))

    assert firms(store).keys() == {"annuaire-12"}
    assert report.ignored_columns == ["autre"]  # "secret" was left out on purpose


def test_a_firm_that_withdrew_is_left_alone(store: Store) -> None:
    import_firms(store, SYSTEM, as_jsonl(LINE), ImportOptions(publish=True))
    with store.write() as work:
        work.session.scalars(select(FirmProfile)).one().status = "withdrawn"

    report = import_firms(store, SYSTEM, as_jsonl({**LINE, "name": "Autre nom"}), ImportOptions(publish=True))

    assert report.unchanged == 1
    assert firms(store)["f-1"].organisation.name == "Atelier Boréal"
