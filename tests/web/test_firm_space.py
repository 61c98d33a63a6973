from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.records.firms import FirmProfile
from app.records.matches import Decision, Match
from app.services.parts import Parts
from tests.facilitation.world import World
from tests.web.portal import Visitor, error_of, fields, refused

SignIn = Callable[..., Visitor]

FORM: dict[str, Any] = {
    "name": "Nordet",
    "original": "fr",
    "fr.summary": "Nordet trace des itinéraires de déneigement.",
    "fr.offer": "Nous disons à chaque camion où aller, et pourquoi.",
    "solutions.0.name": "Itinéro",
    "solutions.0.trl": "8",
    "solutions.0.fr.problem": "Les camions attendent.",
    "solutions.0.fr.description": "Un plan est refait toutes les cinq minutes.",
    "sectors": ["transport"],
    "technologies": ["internet-of-things"],
    "regions": "Montréal, Laval",
    "website": "https://nordet.example",
    "headcount": "11-50",
    "founded": "2012",
    "contact_email": "camille@nordet.example",
    "opted_out": "yes",
}


def a_reason(challenge_text: str, firm_text: str, need_id: int | None = None) -> dict[str, Any]:
    def cited(field: str, language: str, text: str) -> dict[str, Any]:
        return {"field": field, "language": language, "text": text, "start": 0, "end": len(text), "item_id": None}

    return {
        "feature": "meaning",
        "strength": 0.8,
        "challenge": cited("problem", "fr", challenge_text),
        "firm": cited("offer", "en", firm_text),
        "codes": [],
        "need_id": need_id,
    }


class Space:
    """A firm with one approved and one suggested match."""

    def __init__(self, world: World, signed_in: SignIn) -> None:
        self.world = world
        self.firm = world.firm("Nordet")
        with world.store.read() as work:
            self.organisation = work.session.get_one(FirmProfile, self.firm).organisation_id
        reasons = [a_reason("La neige bloque les pistes.", "We route trucks.")]
        self.approved = world.match(world.challenge("Déneiger les pistes"), self.firm, 55.0, state="approved")
        self.suggested = world.match(
            world.challenge("Compter les autobus"), self.firm, 71.5, reasons=reasons, stale=True
        )
        self.visitor = signed_in("camille@nordet.example", self.organisation)
        self.path = f"/fr/organisations/{self.organisation}/recommended"

    def answer(self, match_id: int, **data: Any) -> Any:
        row_version = self.world.stored(match_id).row_version
        path = f"/fr/matches/{match_id}/answer"
        return self.visitor.send(path, {"row_version": row_version, **data}, page=self.path)


@pytest.fixture
def space(world: World, signed_in: SignIn) -> Space:
    return Space(world, signed_in)


def test_what_the_facilitator_recommends_comes_first_and_is_told_apart_in_words(space: Space) -> None:
    page = space.visitor.text(space.path.replace("/fr/", "/en/"))

    assert page.index("Déneiger les pistes") < page.index("Compter les autobus")
    assert page.count("The facilitator recommends this challenge") == 1
    assert page.count("Suggested by the software") == 1
    assert "71.5" in page


def test_the_own_space_counts_what_is_recommended(space: Space) -> None:
    page = space.visitor.text("/en/workspace")

    assert "<strong>1</strong> by the facilitator" in page
    assert "<strong>1</strong> by the software" in page


def test_several_recommendations_are_compared_by_bars_that_lead_to_their_cards(space: Space, world: World) -> None:
    few = space.visitor.text(space.path)
    third = world.match(world.challenge("Éclairer les parcs"), space.firm, 40.0)
    page = space.visitor.text(space.path)

    assert 'href="#match-' not in few
    for match_id in (space.approved, space.suggested, third):
        assert f'href="#match-{match_id}"' in page
        assert f'id="match-{match_id}"' in page


def test_reasons_cite_both_sides_each_in_its_own_language(space: Space) -> None:
    page = space.visitor.text(space.path)

    assert '<p lang="fr"><q>La neige bloque les pistes.</q></p>' in page
    assert '<p lang="en"><q>We route trucks.</q></p>' in page


def test_unmet_needs_and_stale_suggestions_are_told(world: World, space: Space) -> None:
    with world.store.write() as work:
        match = work.session.get_one(Match, space.suggested)
        match.unmet = [match.challenge.needs[0].id]

    page = space.visitor.text(space.path.replace("/fr/", "/en/"))

    assert "Nothing in your profile speaks for" in page
    assert "Une carte mise à jour chaque heure" in page
    assert "One of the texts has changed since" in page


def test_a_firm_says_that_it_is_interested_and_takes_it_back(space: Space) -> None:
    space.answer(space.suggested, move="interested")
    interested = space.world.stored(space.suggested).firm_answer
    space.answer(space.suggested, move="take_back")

    assert interested == "interested"
    assert space.world.stored(space.suggested).firm_answer is None


def test_declining_keeps_reason_and_note_and_moves_the_challenge_to_the_end(space: Space) -> None:
    space.answer(space.suggested, move="decline", reason="no_capacity", note="Pas avant l'automne")

    page = space.visitor.text(space.path)
    with space.world.store.read() as work:
        decision = work.session.scalars(select(Decision)).one()
    assert (decision.move, decision.reason, decision.note) == ("decline", "no_capacity", "Pas avant l'automne")
    assert page.index('id="declined"') < page.index("Compter les autobus")


@pytest.mark.parametrize(("lang", "told"), [("fr", "obligatoire"), ("en", "required")])
def test_declining_without_a_reason_keeps_the_note_and_tells_it_beside_the_field(
    space: Space, lang: str, told: str
) -> None:
    path = f"/{lang}/matches/{space.suggested}/answer"
    answer = space.visitor.send(path, {"move": "decline", "note": "Trop loin <b>d'ici</b>"}, page=space.path)
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert told in error_of(page, f"reason-{space.suggested}")
    assert "Trop loin &lt;b&gt;d&#39;ici&lt;/b&gt;" in page
    assert space.world.stored(space.suggested).firm_answer is None


@pytest.mark.parametrize("note", ["x" * 1001, "a\x00b"])
def test_a_note_that_cannot_be_kept_is_told_beside_its_field(space: Space, note: str) -> None:
    answer = space.answer(space.suggested, move="decline", reason="off_topic", note=note)

    assert answer.status_code == 422
    assert error_of(answer.get_data(as_text=True), f"note-{space.suggested}")


def test_one_more_solution_is_one_more(space: Space) -> None:
    path = f"/fr/firms/{space.firm}/edit"
    first = space.visitor.text(path)
    form = fields(first)
    shown = first.count("<legend>Solution ")

    second = space.visitor.send(path, {**form, "then": "more"}, page=path).get_data(as_text=True)

    assert f'formaction="#solutions.{shown}.name"' in first
    assert f'id="solutions.{shown}.name"' in second
    assert second.count("<legend>Solution ") == shown + 1


@pytest.mark.parametrize(
    ("field", "data"), [("reason", {"note": "Trop loin"}), ("note", {"reason": "off_topic", "note": "x" * 1001})]
)
def test_the_summary_of_a_refused_answer_leads_to_the_field(space: Space, field: str, data: dict[str, str]) -> None:
    page = space.answer(space.suggested, move="decline", **data).get_data(as_text=True)

    assert f'<a href="#{field}-{space.suggested}">' in page
    assert page.count(f' id="{field}-{space.suggested}"') == 1


def test_an_answer_never_leads_to_another_site(space: Space) -> None:
    for move in ({"move": "interested"}, {"move": "take_back"}, {"move": "decline", "reason": "conflict"}):
        answer = space.answer(space.suggested, back_to="https://evil.example/", **move)
        assert answer.location.startswith(space.path)


def test_an_answer_to_a_match_that_somebody_moved_meanwhile_changes_nothing(space: Space) -> None:
    stale = space.world.stored(space.suggested).row_version
    space.answer(space.suggested, move="interested")

    path = f"/fr/matches/{space.suggested}/answer"
    late = space.visitor.send(path, {"move": "decline", "reason": "conflict", "row_version": stale})

    assert late.status_code == 409
    assert space.world.stored(space.suggested).firm_answer == "interested"


def test_people_of_another_firm_find_none_of_it(space: Space, signed_in: SignIn) -> None:
    rival = signed_in("x@rival.example", space.world.organisation("Rivale", firm=True))
    paths = [space.path, f"/fr/organisations/{space.organisation}/profile", f"/fr/firms/{space.firm}/edit"]

    statuses = [rival.get(path).status_code for path in paths]
    statuses += [
        rival.send(f"/fr/matches/{space.suggested}/answer", {"move": "interested"}).status_code,
        rival.send(f"/fr/firms/{space.firm}/edit", FORM).status_code,
        rival.send(f"/fr/firms/{space.firm}/move", {"move": "withdraw"}).status_code,
        rival.send(f"/fr/organisations/{space.organisation}/profile", FORM).status_code,
    ]

    assert set(statuses) == {404}
    assert space.world.stored(space.suggested).firm_answer is None


def test_a_facilitator_reads_along_but_has_no_buttons_to_answer_for_the_firm(space: Space, signed_in: SignIn) -> None:
    page = signed_in("f@p.example", role="facilitator").text(space.path)

    assert "Compter les autobus" in page
    assert f"/matches/{space.suggested}/answer" not in page


def test_a_firm_without_a_profile_is_told_what_to_do(world: World, signed_in: SignIn) -> None:
    organisation = world.organisation("Neuve", firm=True)
    visitor = signed_in("n@neuve.example", organisation)

    page = visitor.text(f"/fr/organisations/{organisation}/recommended")

    assert f'href="/fr/organisations/{organisation}/profile"' in page


def test_a_new_profile_is_kept_as_typed_and_sent_to_the_facilitator(
    world: World, signed_in: SignIn, parts: Parts
) -> None:
    organisation = world.organisation("Nordet", firm=True)
    visitor = signed_in("n@nordet.example", organisation)
    path = f"/fr/organisations/{organisation}/profile"

    visitor.send(path, {**FORM, "then": "review"}, page=path)
    firm = _only_firm(parts)
    form = fields(visitor.text(f"/en/firms/{firm.id}/edit"))

    assert firm.status == "in_review"
    for name, value in FORM.items():
        assert form[name] == (value if isinstance(value, list) else [value]), name


def test_a_profile_can_be_withdrawn_and_taken_up_again(space: Space, parts: Parts) -> None:
    states = []
    for move in ("withdraw", "reopen_for_edit", "submit_for_review"):
        space.visitor.send(f"/fr/firms/{space.firm}/move", {"move": move}, page=space.path)
        states.append(_only_firm(parts).status)

    assert states == ["withdrawn", "draft", "in_review"]


BAD: list[tuple[str, str, str, str]] = [
    ("name", "", "obligatoire", "required"),
    ("fr.summary", " ", "obligatoire", "required"),
    ("fr.offer", "x" * 20_001, "20\u202f000", "20,000"),
    ("fr.offer", "a\x00b", "nul", "NUL"),
    ("solutions.0.name", "", "obligatoire", "required"),
    ("solutions.0.name", "x" * 201, "200", "200"),
    ("solutions.0.fr.description", "", "obligatoire", "required"),
    ("solutions.0.trl", "huit", "nombre", "number"),
    ("website", "javascript:alert(1)", "adresse", "address"),
    ("founded", "l'an dernier", "nombre", "number"),
    ("founded", "3020", "limites", "range"),
    ("headcount", "beaucoup", "liste", "list"),
    ("sectors", "atlantis", "secteur", "sector"),
    ("excluded_sectors", "atlantis", "secteur", "sector"),
    ("technologies", "alchemy", "technologie", "technology"),
    ("contact_email", "nobody", "courriel", "e-mail"),
    ("budget_min", "1.5", "nombre", "number"),
]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_faults_of_a_profile_are_told_beside_their_fields_and_nothing_typed_is_lost(
    space: Space, parts: Parts, lang: str
) -> None:
    path = f"/{lang}/firms/{space.firm}/edit"
    for field, value, french, english in BAD:
        answer = space.visitor.send(path, {**FORM, field: value}, page=path)

        kept = refused(answer, field, french if lang == "fr" else english)
        for name, typed in FORM.items():
            if name != field and not isinstance(typed, list):
                assert kept[name] == [typed]
    assert _only_firm(parts).version == 1


def test_two_people_who_edit_the_profile_at_once_do_not_overwrite_each_other_unseen(space: Space, parts: Parts) -> None:
    path = f"/fr/firms/{space.firm}/edit"
    form = fields(space.visitor.text(path))
    space.visitor.send(path, {**form, "fr.offer": "Le premier texte"}, page=path)

    late = space.visitor.send(path, {**form, "fr.offer": "Le second texte"}, page=path)

    assert late.status_code == 409
    assert fields(late.get_data(as_text=True))["fr.offer"] == ["Le second texte"]
    assert _only_firm(parts).texts[0].offer == "Le premier texte"


def test_script_in_a_profile_is_shown_as_text(space: Space, visitor: Visitor) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    path = f"/fr/firms/{space.firm}/edit"
    space.visitor.send(path, {**FORM, "name": evil, "fr.summary": evil, "solutions.0.name": evil}, page=path)

    for page in (
        space.visitor.text(path),
        visitor.text(f"/fr/firms/{space.firm}"),
        space.visitor.text("/fr/workspace"),
    ):
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_contact_of_a_firm_is_not_public(space: Space, visitor: Visitor) -> None:
    path = f"/fr/firms/{space.firm}/edit"
    space.visitor.send(path, FORM, page=path)

    assert "camille@nordet.example" in space.visitor.text(path)
    assert "camille@nordet.example" not in visitor.text(f"/fr/firms/{space.firm}")


def _only_firm(parts: Parts) -> FirmProfile:
    with parts.store.read() as work:
        return work.session.scalars(select(FirmProfile)).one()
