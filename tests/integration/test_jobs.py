"""What a worker does with a message, on both databases, without the processes around it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from app.records.work import JobRun, Outbox
from app.services.outbox.deliver import LOST, MAIL_PATIENCE, TRIES, deliver
from app.services.outbox.jobs import retry
from app.services.outbox.mail import SmtpMailer
from app.services.outbox.outbox import IN_HAND, ask_for_slot, give_back, take_due
from app.services.parts import Parts
from matching.errors import IllegalMove
from tests.facilitation.world import START, Clock
from tests.services.smtp import Mailbox

NOWHERE = SmtpMailer("smtp://127.0.0.1:1", "passerelle@example.org")  # nothing listens there


@pytest.fixture(autouse=True)
def empty(parts: Parts) -> None:
    """The PostgreSQL database is shared by the tests of this module."""
    with parts.store.write() as work:
        work.session.execute(delete(JobRun))
        work.session.execute(delete(Outbox))


def test_a_message_is_handed_out_once_until_its_lease_runs_out(parts: Parts, clock: Clock) -> None:
    message = tell(parts, "close")

    assert take_due(parts) == [(message, "close")]
    clock.forward(seconds=89)
    assert take_due(parts) == []
    clock.forward(seconds=2)
    assert take_due(parts) == [(message, "close")]


def test_a_message_that_the_broker_did_not_take_is_due_at_once(parts: Parts) -> None:
    message = tell(parts, "close")
    take_due(parts)

    give_back(parts, [message])

    assert [taken for taken, _ in take_due(parts)] == [message]


def test_a_new_message_does_not_wait_behind_thousands(parts: Parts) -> None:
    for number in range(60):
        tell(parts, "close", number)
    edit = tell(parts, "close", "edit")

    taken = [message for message, _ in take_due(parts)]

    assert edit in taken
    assert len(taken) == IN_HAND


def test_mail_goes_before_everything_else(parts: Parts) -> None:
    for number in range(60):
        tell(parts, "close", number)
    mail = tell_mail(parts)
    for number in range(60):
        tell(parts, "close", number)

    assert mail in [message for message, _ in take_due(parts)]


def test_two_relays_share_the_messages(parts: Parts) -> None:
    for number in range(IN_HAND):
        tell(parts, "close", number)

    taken = together(lambda: take_due(parts), 2)

    handed = [message for found in taken for message, _ in found]
    assert len(handed) == len(set(handed)) == IN_HAND


def test_a_message_that_two_processes_get_runs_once(parts: Parts, smtp_server: Mailbox) -> None:
    parts = replace(parts, mailer=SmtpMailer(smtp_server.url, "passerelle@example.org"))
    message = tell_mail(parts)

    states = together(lambda: deliver(parts, message), 2)

    assert sorted(states)[-1] == "succeeded"
    assert set(states) <= {"succeeded", "elsewhere", "done"}
    assert len(smtp_server.messages) == 1


def test_a_done_message_does_nothing(parts: Parts) -> None:
    message = tell_mail(parts)

    assert [deliver(parts, message), deliver(parts, message)] == ["succeeded", "done"]
    assert [run.state for run in runs(parts, message)] == ["succeeded"]


def test_a_lost_run_is_left_alone_until_its_lease_ran_out(parts: Parts, clock: Clock) -> None:
    message = tell_mail(parts)
    lose_a_run(parts, message)

    assert deliver(parts, message) == "elsewhere"
    clock.forward(seconds=91)
    assert deliver(parts, message) == "succeeded"
    assert [(run.state, run.cause) for run in runs(parts, message)] == [("failed", LOST), ("succeeded", None)]


def test_a_run_that_the_broker_knows_to_be_lost_is_taken_over_at_once(parts: Parts) -> None:
    message = tell_mail(parts)
    lose_a_run(parts, message)

    assert deliver(parts, message, redelivered=True) == "succeeded"


def test_a_job_that_ends_its_process_is_put_aside_with_its_cause(parts: Parts) -> None:
    message = tell_mail(parts)
    for _ in range(TRIES):
        lose_a_run(parts, message)

    assert deliver(parts, message, redelivered=True) == "dead"
    assert [run.state for run in runs(parts, message)] == ["failed"] * (TRIES - 1) + ["dead"]
    assert runs(parts, message)[-1].cause == LOST
    assert take_due(parts) == []


def test_a_job_that_fails_by_itself_is_tried_a_bounded_number_of_times(parts: Parts, clock: Clock) -> None:
    message = tell(parts, "no such topic")

    states = []
    for _ in range(TRIES):
        states.append(deliver(parts, message))
        clock.forward(minutes=2)

    assert states == ["failed"] * (TRIES - 1) + ["dead"]
    assert "KeyError" in (runs(parts, message)[-1].cause or "")
    assert take_due(parts) == []


def test_a_mail_server_that_is_away_is_tried_again_and_again_at_growing_intervals(parts: Parts, clock: Clock) -> None:
    away = replace(parts, mailer=NOWHERE)
    message = tell_mail(parts)

    waits = []
    for _ in range(12):
        assert deliver(away, message) == "failed"
        due = stored(parts, message).due_at
        assert due is not None
        waits.append((due - clock.now).total_seconds())
        assert deliver(away, message) == "early"
        clock.now = due

    assert waits[:4] == [2, 4, 8, 16]
    assert max(waits) == MAIL_PATIENCE.longest_wait.total_seconds()
    assert deliver(parts, message) == "succeeded"


def test_a_mail_server_that_stays_away_is_said_to_be_so(parts: Parts, clock: Clock) -> None:
    away = replace(parts, mailer=NOWHERE)
    message = tell_mail(parts)

    state = ""
    for _ in range(MAIL_PATIENCE.tries):
        state = deliver(away, message)
        clock.forward(hours=1)

    assert state == "dead"
    assert "the mail server did not take a message: ConnectionRefusedError" in (runs(parts, message)[-1].cause or "")
    assert len(runs(parts, message)) < 10


def test_a_message_that_the_server_refuses_for_good_is_dead_at_once(parts: Parts, smtp_server: Mailbox) -> None:
    smtp_server.refusing = True
    parts = replace(parts, mailer=SmtpMailer(smtp_server.url, "passerelle@example.org"))
    message = tell_mail(parts)

    assert deliver(parts, message) == "dead"
    assert "550" in (runs(parts, message)[-1].cause or "")


def test_a_retry_gives_fresh_tries(parts: Parts, clock: Clock) -> None:
    message = tell_mail(parts)
    for _ in range(TRIES):
        lose_a_run(parts, message)
    deliver(parts, message, redelivered=True)

    retry(parts, runs(parts, message)[-1].id, None)

    assert take_due(parts) == [(message, "mail")]
    assert deliver(parts, message) == "succeeded"


def test_what_succeeded_since_is_not_done_twice_by_a_retry(parts: Parts) -> None:
    message = tell_mail(parts)
    lose_a_run(parts, message)
    deliver(parts, message, redelivered=True)

    for run in runs(parts, message):
        with pytest.raises(IllegalMove):
            retry(parts, run.id, None)


def test_a_slot_has_one_message_however_many_ask(parts: Parts, clock: Clock) -> None:
    answers = together(lambda: ask_for_slot(parts, "close_expired", START), 4)

    assert sorted(answers) == ["asked", "taken", "taken", "taken"]
    (message,) = [taken for taken, _ in take_due(parts)]
    assert deliver(parts, message) == "succeeded"
    assert ask_for_slot(parts, "close_expired", START) == "taken"
    assert ask_for_slot(parts, "close_expired", START + timedelta(minutes=10)) == "asked"
    assert [run.job for run in runs(parts, message)] == ["close_expired"]


def tell(parts: Parts, topic: str, key: int | str = 1, **payload: Any) -> int:
    with parts.store.write() as work:
        message = Outbox(topic=topic, key=str(key), payload=payload, created_at=work.now)
        work.session.add(message)
        work.session.flush()
        return message.id


def tell_mail(parts: Parts) -> int:
    values = {"title": "Déneiger", "owner": "Ville", "firm": "Nordet", "score": 80, "deadline": "", "path": "/fr/"}
    return tell(parts, "mail", "1", template="match_approved", to="a@example.org", language="fr", values=values)


def lose_a_run(parts: Parts, message: int) -> None:
    """As a process leaves it that took the message and was killed."""
    with parts.store.write() as work:
        for run in work.session.scalars(select(JobRun).where(JobRun.outbox_id == message, JobRun.state == "running")):
            run.state, run.cause = "failed", LOST
            work.session.get_one(Outbox, message).faults += 1
        work.session.add(
            JobRun(job="mail", key="1", outbox_id=message, state="running", attempts=1, started_at=work.now)
        )
        work.session.get_one(Outbox, message).published_at = work.now


def runs(parts: Parts, message: int) -> list[JobRun]:
    with parts.store.read() as work:
        return list(work.session.scalars(select(JobRun).where(JobRun.outbox_id == message).order_by(JobRun.id)))


def stored(parts: Parts, message: int) -> Outbox:
    with parts.store.read() as work:
        return work.session.get_one(Outbox, message)


def together(action: Callable[[], Any], count: int) -> list[Any]:
    """Run an action in threads that begin at the same moment; their answers."""
    answers: list[Any] = []
    barrier = threading.Barrier(count)

    def run() -> None:
        barrier.wait()
        answers.append(action())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
