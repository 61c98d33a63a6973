from __future__ import annotations

from sqlalchemy import select

from app.records.taxonomy import Workshop
from tests.facilitation.world import World
from tests.web.portal import Visitor, error_of

GOOD = {
    "code": "atelier-neige",
    "title_fr": "Atelier neige",
    "title_en": "Snow workshop",
    "held_on": "2027-02-01",
    "place": "Laval",
}


def test_a_workshop_is_made_listed_with_its_challenges_and_edited(world: World, facilitator: Visitor) -> None:
    assert facilitator.send("/fr/facilitation/workshops/new", GOOD).status_code == 303
    world.challenge("Issu de l’atelier", workshop_code="atelier-neige")

    assert "Snow workshop" in facilitator.text("/en/facilitation/workshops")
    assert ">1</a>" in facilitator.text("/en/facilitation/workshops")

    facilitator.send(
        "/fr/facilitation/workshops/atelier-neige", GOOD | {"title_fr": "Atelier <glace>", "code": "autre"}
    )

    with world.store.read() as work:
        assert [(row.code, row.title_fr) for row in work.session.scalars(select(Workshop))] == [
            ("atelier-neige", "Atelier <glace>")
        ]
    assert "Atelier &lt;glace&gt;" in facilitator.text("/fr/facilitation/workshops")


def test_faults_are_told_beside_the_fields_and_what_was_typed_is_kept(world: World, facilitator: Visitor) -> None:
    facilitator.send("/fr/facilitation/workshops/new", GOOD)

    answer = facilitator.send("/fr/facilitation/workshops/new", GOOD)
    assert answer.status_code == 422
    assert error_of(answer.get_data(as_text=True), "code") == "Ce code est déjà pris."

    odd = {"code": "Mauvais Code", "title_fr": "x" * 500, "title_en": "", "held_on": "demain", "place": "a\x00b"}
    answer = facilitator.send("/fr/facilitation/workshops/new", odd)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert all(error_of(page, field) for field in odd)
    assert 'value="Mauvais Code"' in page and "x" * 500 in page


def test_an_unknown_workshop_is_not_found(facilitator: Visitor) -> None:
    assert facilitator.get("/fr/facilitation/workshops/rien").status_code == 404
