from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.records.store import Store
from app.records.taxonomy import Sector, Technology
from app.records.work import Outbox
from app.services.parts import Parts
from app.services.taxonomy.taxonomy import load_names
from tests.web.portal import Visitor, error_of, fields


@pytest.fixture
def admin(signed_in: Callable[..., Visitor]) -> Visitor:
    return signed_in("ada@passerelle.example", role="administrator")


def form_of(admin: Visitor, path: str) -> dict[str, list[str]]:
    return {name: value for name, value in fields(admin.text(path)).items() if name != "csrf_token"}


def topics(store: Store) -> list[tuple[str, str]]:
    with store.read() as work:
        return [(row.topic, row.key) for row in work.session.scalars(select(Outbox).order_by(Outbox.id))]


def test_a_label_that_changes_sends_its_records_to_the_index(admin: Visitor, parts: Parts) -> None:
    path = "/fr/admin/taxonomy/sector/health"
    form = form_of(admin, path)

    answer = admin.send(path, {**form, "label_fr": "Santé et soins", "synonyms_fr": "hôpitaux\ncliniques\n"})

    assert answer.status_code == 302
    with parts.store.read() as work:
        row = work.session.get_one(Sector, "health")
        assert (row.label_fr, row.synonyms_fr) == ("Santé et soins", ["hôpitaux", "cliniques"])
        assert load_names(work).sector("Cliniques") == "health"
    assert ("reindex_code", "health") in topics(parts.store)


def test_saving_what_is_there_changes_nothing(admin: Visitor, parts: Parts) -> None:
    path = "/fr/admin/taxonomy/sector/health"

    admin.send(path, form_of(admin, path))

    assert topics(parts.store) == []


def test_a_technology_that_is_no_longer_offered_stays_in_the_database(admin: Visitor, parts: Parts) -> None:
    with parts.store.read() as work:
        code = work.session.scalars(select(Technology.code).order_by(Technology.code)).first()
    path = f"/en/admin/taxonomy/technology/{code}"
    form = form_of(admin, path)
    form.pop("active")

    assert admin.send(path, form).status_code == 302

    with parts.store.read() as work:
        assert work.session.get_one(Technology, code).active is False


def test_a_new_sector_is_offered_at_once(admin: Visitor, parts: Parts) -> None:
    given = {"code": "bioalimentaire", "label_fr": "Bioalimentaire", "label_en": "Agrifood", "active": "yes"}

    assert admin.send("/fr/admin/taxonomy/sector/new", given).status_code == 302

    assert "Bioalimentaire" in admin.text("/fr/")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "Santé"),
        ("code", "health"),
        ("label_fr", ""),
        ("label_en", "Health"),
        ("label_fr", "x" * 121),
        ("label_fr", "a\x00b"),
        ("position", "beaucoup"),
        ("synonyms_en", "x" * 121),
    ],
)
def test_a_fault_is_told_beside_its_field_and_what_was_typed_stays(admin: Visitor, field: str, value: str) -> None:
    given = {"code": "bioalimentaire", "label_fr": "Bioalimentaire", "label_en": "Agrifood", field: value}

    answer = admin.send("/fr/admin/taxonomy/sector/new", given)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert error_of(page, field)
    other = "label_fr" if field != "label_fr" else "label_en"
    assert fields(page)[other] == [given[other]]


@pytest.mark.parametrize("path", ["sector/nowhere", "sector/%00", "colour/red", "technology/health"])
def test_a_term_that_is_not_there_is_a_page_that_is_not_there(admin: Visitor, path: str) -> None:
    assert admin.get(f"/fr/admin/taxonomy/{path}").status_code == 404


def test_a_synonym_that_already_means_another_technology_is_refused_by_name(admin: Visitor, parts: Parts) -> None:
    path = "/fr/admin/taxonomy/technology/drones"
    form = form_of(admin, path)

    answer = admin.send(path, {**form, "synonyms_fr": "Télépilotage\nmachine learning"})

    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "machine learning" in error_of(page, "synonyms_fr")
    assert fields(page)["synonyms_fr"] == ["Télépilotage\nmachine learning"]
    with parts.store.read() as work:
        assert "machine learning" not in work.session.get_one(Technology, "drones").synonyms_fr


def test_a_clash_that_was_there_before_hinders_no_other_edit(admin: Visitor, parts: Parts) -> None:
    with parts.store.write() as work:
        work.session.get_one(Technology, "drones").synonyms_en = ["machine learning"]
    path = "/fr/admin/taxonomy/technology/drones"

    answer = admin.send(path, {**form_of(admin, path), "label_fr": "Drones et télépilotage"})

    assert answer.status_code == 302


def test_an_acronym_is_no_plural_of_another_but_a_plural_still_finds_its_singular(parts: Parts) -> None:
    with parts.store.read() as work:
        names = load_names(work)

    assert names.technology("RPA") == "robotic-process-automation"
    assert names.technology("rpas") == "drones"
    assert names.technology("Drone") == "drones"
