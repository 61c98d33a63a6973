from __future__ import annotations

from collections.abc import Callable

from tests.facilitation.world import World
from tests.web.portal import Visitor

PAGES = (
    "/fr/facilitation",
    "/fr/facilitation/matches/1",
    "/fr/facilitation/moderation",
    "/fr/facilitation/moderation/challenges/1",
    "/fr/facilitation/moderation/firms/1",
    "/fr/facilitation/why",
    "/fr/facilitation/workshops",
    "/fr/facilitation/workshops/new",
)
FORMS = (
    "/fr/facilitation/matches/1/review",
    "/fr/facilitation/bulk",
    "/fr/facilitation/undo",
    "/fr/facilitation/moderation/challenges/1",
    "/fr/facilitation/moderation/firms/1",
    "/fr/facilitation/workshops/new",
)


def test_a_visitor_is_sent_to_sign_in(world: World, visitor: Visitor) -> None:
    world.pair()

    for path in PAGES:
        assert "/account/login" in visitor.get(path).headers["Location"], path


def test_a_member_of_a_firm_sees_nothing_and_decides_nothing(world: World, signed_in: Callable[..., Visitor]) -> None:
    match_id = world.pair()
    member = signed_in("camille@firme.example", world.organisation("Nordet", firm=True))

    for path in PAGES:
        assert member.get(path).status_code == 403, path
    for path in FORMS:
        assert member.send(path, {"move": "approve", "match": f"{match_id}:1", "code": "x"}).status_code == 403, path

    assert world.stored(match_id).state == "suggested"


def test_a_form_without_its_token_is_refused(world: World, facilitator: Visitor) -> None:
    match_id = world.pair()

    for path in FORMS:
        answer = facilitator.client.post(path, data={"move": "approve", "match": f"{match_id}:1"})
        assert answer.status_code == 400, path

    assert world.stored(match_id).state == "suggested"


def test_an_administrator_may_do_what_a_facilitator_may(world: World, signed_in: Callable[..., Visitor]) -> None:
    match_id = world.pair()
    administrator = signed_in("admin@passerelle.example", role="administrator")

    administrator.text("/fr/facilitation")
    assert administrator.send(f"/fr/facilitation/matches/{match_id}/review", {"move": "approve"}).status_code == 303

    assert world.stored(match_id).state == "approved"
