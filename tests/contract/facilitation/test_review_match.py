from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.records.matches import Decision, Match
from app.records.work import AuditEntry
from app.services.actor import Actor
from app.services.facilitation.review_many import review_many, undo_many
from app.services.facilitation.review_match import Verdict, approve, legal_moves, reject, reopen, snooze
from app.services.facilitation.undo_review import undo, undo_last
from app.services.firms.answer_match import decline
from matching.errors import Forbidden, IllegalMove, InvalidInput, NotFound, StaleDecision
from tests.facilitation.world import World


def test_an_approval_keeps_who_decided_what_on_which_score_and_texts(world: World) -> None:
    match_id, actor = world.pair(71.5), world.facilitator()

    with world.store.write() as work:
        approve(work, actor, match_id, "Bonne piste")

    with world.store.read() as work:
        decision = work.session.scalars(select(Decision)).one()
        audit = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "approve_match")).one()
    assert world.stored(match_id).state == "approved"
    assert (decision.user_id, decision.side, decision.move, decision.note) == (
        actor.user_id,
        "facilitator",
        "approve",
        "Bonne piste",
    )
    assert (decision.before["state"], decision.after["state"]) == ("suggested", "approved")
    assert (decision.score, decision.encoder, decision.challenge_version) == (71.5, "test-encoder", 1)
    assert (audit.user_id, audit.object_id) == (actor.user_id, match_id)


@pytest.mark.parametrize("actor", [Actor(None, "fr"), Actor(7, "fr", memberships={1: "manager"})])
def test_nobody_but_a_facilitator_decides(world: World, actor: Actor) -> None:
    match_id = world.pair()

    with pytest.raises(Forbidden), world.store.write() as work:
        approve(work, actor, match_id)
    with pytest.raises(Forbidden), world.store.write() as work:
        review_many(work, actor, {match_id: None}, Verdict("approve"))

    assert world.stored(match_id).state == "suggested"


@pytest.mark.parametrize(
    ("reason", "note", "faults"),
    [
        ("", "", {"reason": "required"}),
        ("because", "", {"reason": "unknown_value"}),
        ("off_topic", "x" * 1001, {"note": "too_long:1000"}),
        ("off_topic", "a\x00b", {"note": "nul_byte"}),
    ],
)
def test_a_rejection_without_a_typed_reason_or_with_a_bad_note_is_refused(
    world: World, reason: str, note: str, faults: dict[str, str]
) -> None:
    match_id, actor = world.pair(), world.facilitator()

    with pytest.raises(InvalidInput) as refused, world.store.write() as work:
        reject(work, actor, match_id, reason, note)

    assert refused.value.faults == faults
    assert world.stored(match_id).state == "suggested"


@pytest.mark.parametrize(
    ("until", "cause"),
    [("", "required"), ("soon", "not_a_date"), ("2027-03-01", "not_ahead"), ("2029-01-01", "not_ahead")],
)
def test_a_snooze_needs_a_day_ahead(world: World, until: str, cause: str) -> None:
    match_id, actor = world.pair(), world.facilitator()

    with pytest.raises(InvalidInput) as refused, world.store.write() as work:
        snooze(work, actor, match_id, until)

    assert refused.value.faults == {"until": cause}


def test_a_decision_on_a_match_that_somebody_moved_meanwhile_is_stale(world: World) -> None:
    match_id, first, second = world.pair(), world.facilitator(), world.facilitator()
    seen = world.stored(match_id).row_version
    with world.store.write() as work:
        snooze(work, first, match_id, "2027-04-01", expected=seen)

    with pytest.raises(StaleDecision), world.store.write() as work:
        approve(work, second, match_id, expected=seen)

    assert world.stored(match_id).state == "snoozed"


def test_what_is_decided_must_be_reopened_before_it_is_decided_otherwise(world: World) -> None:
    match_id, actor = world.pair(), world.facilitator()
    with world.store.write() as work:
        reject(work, actor, match_id, "conflict")

    with pytest.raises(IllegalMove), world.store.write() as work:
        approve(work, actor, match_id)
    with world.store.write() as work:
        reopen(work, actor, match_id)
        approve(work, actor, match_id)

    assert world.stored(match_id).state == "approved"


@pytest.mark.parametrize("side", ["challenge", "firm"])
def test_a_firm_is_not_told_of_what_it_could_not_answer(world: World, side: str) -> None:
    challenge_id = world.challenge(status="closed" if side == "challenge" else "open")
    firm_id = world.firm(status="withdrawn" if side == "firm" else "published")
    match_id, actor = world.match(challenge_id, firm_id), world.facilitator()

    with pytest.raises(IllegalMove), world.store.write() as work:
        approve(work, actor, match_id)

    with world.store.read() as work:
        assert "approve" not in legal_moves(work.session.get_one(Match, match_id))


def test_a_challenge_that_the_firm_turned_down_is_not_approved(world: World) -> None:
    user_id = world.user("membre@firme.example")
    match_id, actor = world.match(world.challenge(), world.firm("Nordet", user_id)), world.facilitator()
    with world.store.write() as work:
        decline(work, world.actor(user_id), match_id, "no_capacity")

    with pytest.raises(IllegalMove, match="declined"), world.store.write() as work:
        approve(work, actor, match_id)


def test_an_undo_brings_back_the_state_and_keeps_the_answer_that_the_firm_gave_since(world: World) -> None:
    user_id = world.user("membre@firme.example")
    match_id, actor = world.match(world.challenge(), world.firm("Nordet", user_id)), world.facilitator()
    with world.store.write() as work:
        snooze(work, actor, match_id, "2027-04-01")
    with world.store.write() as work:
        approve(work, actor, match_id)
    with world.store.write() as work:
        decline(work, world.actor(user_id), match_id, "too_early")

    with world.store.write() as work:
        undo_last(work, actor, match_id)

    match = world.stored(match_id)
    assert (match.state, match.snoozed_until, match.firm_answer) == ("snoozed", date(2027, 4, 1), "declined")


def test_the_same_undo_twice_takes_back_one_decision_only(world: World) -> None:
    match_id, actor = world.pair(), world.facilitator()
    with world.store.write() as work:
        snooze(work, actor, match_id, "2027-04-01")
    with world.store.write() as work:
        second = reject(work, actor, match_id, "off_topic")
        work.session.flush()
        second_id = second.id
    with world.store.write() as work:
        undo(work, actor, second_id)

    with pytest.raises(StaleDecision), world.store.write() as work:
        undo(work, actor, second_id)

    assert world.stored(match_id).state == "snoozed"


def test_undoing_step_by_step_ends_where_nothing_was_decided(world: World) -> None:
    match_id, actor = world.pair(), world.facilitator()
    with world.store.write() as work:
        reject(work, actor, match_id, "off_topic")
    with world.store.write() as work:
        reopen(work, actor, match_id)

    for expected in ("rejected", "suggested"):
        with world.store.write() as work:
            undo_last(work, actor, match_id)
        assert world.stored(match_id).state == expected
    with pytest.raises(IllegalMove), world.store.write() as work:
        undo_last(work, actor, match_id)


def test_a_decision_of_the_firm_is_not_for_the_facilitator_to_undo(world: World) -> None:
    user_id = world.user("membre@firme.example")
    match_id, actor = world.match(world.challenge(), world.firm("Nordet", user_id)), world.facilitator()
    with world.store.write() as work:
        decline(work, world.actor(user_id), match_id, "too_early")
    with world.store.read() as work:
        decision_id = work.session.scalars(select(Decision.id)).one()

    with pytest.raises(NotFound), world.store.write() as work:
        undo(work, actor, decision_id)


def test_a_bulk_move_tells_of_each_match_what_happened_and_is_undone_in_one_go(world: World) -> None:
    actor = world.facilitator()
    good, other, moved, decided = (world.pair() for _ in range(4))
    with world.store.write() as work:
        snooze(work, actor, moved, "2027-04-01")
        approve(work, actor, decided)
    asked = {good: 1, other: None, moved: 1, decided: None, 999: None}

    with world.store.write() as work:
        outcomes = review_many(work, actor, asked, Verdict("reject", "too_mature"))

    assert [outcome.result for outcome in outcomes] == ["done", "done", "stale", "illegal", "gone"]
    assert [world.stored(one).state for one in (good, other, moved, decided)] == [
        "rejected",
        "rejected",
        "snoozed",
        "approved",
    ]

    with world.store.write() as work:
        undone = undo_many(work, actor, [one.decision_id for one in outcomes if one.decision_id is not None])
    assert [one.result for one in undone] == ["done", "done"]
    assert [world.stored(one).state for one in (good, other)] == ["suggested", "suggested"]


def test_a_bulk_move_of_nothing_or_of_too_much_is_refused_as_a_whole(world: World) -> None:
    match_id, actor = world.pair(), world.facilitator()

    for asked, cause in (({}, "nothing_chosen"), (dict.fromkeys(range(101)), "too_many:100")):
        with pytest.raises(InvalidInput) as refused, world.store.write() as work:
            review_many(work, actor, asked, Verdict("approve"))
        assert refused.value.faults == {"matches": cause}

    assert world.stored(match_id).state == "suggested"
