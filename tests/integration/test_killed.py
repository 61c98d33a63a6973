"""Processes are killed in the middle: nothing is lost, and every effect is there once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
import redis
from sqlalchemy import func, select

from app.records.matches import Match
from app.records.queries import visible_versions
from app.records.work import JobRun, Outbox
from app.services.index.kinds import ALIASES, Kind
from app.services.outbox.deliver import LOST, TRIES
from app.services.outbox.jobs import retry
from tests.integration.processes import LEASE_S, PATIENCE_S, STALLED, Site, until
from workers.broker import redis_socket

pytestmark = pytest.mark.service

CHALLENGES, FIRMS, MAILS = 6, 4, 12
KINDS: tuple[Kind, ...] = ("challenge", "firm")


@pytest.mark.parametrize("name", ["site", "postgres_site"])
def test_a_killed_process_and_a_killed_worker_lose_nothing_and_double_nothing(
    name: str, request: pytest.FixtureRequest
) -> None:
    site: Site = request.getfixturevalue(name)
    much = much_work(site)

    until(lambda: running(site), "a job runs")
    site.kill_pool_child()
    until(lambda: done(site, much) >= len(much.messages) // 3, "a third is done")
    site.kill("worker")
    site.start("worker")
    site.settle()

    assert_each_effect_once(site, much)


def test_an_emptied_redis_that_was_killed_gets_everything_again(site: Site) -> None:
    with site.paused("worker"):
        much = much_work(site)
        until(lambda: handed_out(site, much.messages), "messages are in Redis")
        with redis.Redis(unix_socket_path=str(redis_socket(site.settings))) as client:
            client.flushall()
        site.kill("redis")
        site.start("redis")
    seconds = site.settle()

    assert_each_effect_once(site, much)
    print(f"everything was done {seconds:.0f} s after Redis came back empty; the lease is {LEASE_S} s")


def test_a_job_that_ends_its_process_is_put_aside_while_others_go_on_and_can_be_revived(site: Site) -> None:
    poison = site.tell_mail(STALLED)

    killed: dict[int, int] = {}  # run of the poison → another message, told just before the kill

    def put_aside() -> bool:
        run = next(iter(site.runs(poison)[-1:]), None)
        if run is not None and run.state == "running" and run.id not in killed:
            killed[run.id] = site.tell_mail(f"other-{run.id}@example.org")
            site.kill_pool_child()
        return run is not None and run.state == "dead"

    until(put_aside, "it is put aside", patience_s=2 * PATIENCE_S)
    until(lambda: all(site.runs(other) for other in killed.values()), "other jobs go on")

    assert [(run.state, run.cause) for run in site.runs(poison)] == [("failed", LOST)] * (TRIES - 1) + [("dead", LOST)]

    site.mail.answering = True
    retry(site.parts, site.runs(poison)[-1].id, None)
    site.settle()

    assert site.runs(poison)[-1].state == "succeeded"
    assert len(site.mail.sent_to(STALLED)) == 1


@dataclass
class Much:
    """Records to index and match, mail to send, and the messages that ask for it."""

    ids: Mapping[Kind, list[int]]
    messages: list[int]


def much_work(site: Site) -> Much:
    firms = [site.world.firm(f"Firme {number}") for number in range(FIRMS)]
    challenges = [site.world.challenge(f"Pistes de la ville {number}") for number in range(CHALLENGES)]
    site.mail.messages.clear()
    messages = [
        *[site.tell("index_firm", firm) for firm in firms],
        *[site.tell_mail(f"{number}@example.org") for number in range(MAILS)],
        *[site.tell("index_challenge", challenge) for challenge in challenges],
    ]
    return Much({"challenge": challenges, "firm": firms}, messages)


def running(site: Site) -> int:
    with site.parts.store.read() as work:
        return work.session.scalar(select(func.count()).select_from(JobRun).where(JobRun.state == "running")) or 0


def done(site: Site, much: Much) -> int:
    with site.parts.store.read() as work:
        query = select(func.count()).where(Outbox.id.in_(much.messages), Outbox.done_at.is_not(None))
        return work.session.scalar(query) or 0


def handed_out(site: Site, messages: list[int]) -> int:
    with site.parts.store.read() as work:
        query = select(func.count()).where(Outbox.id.in_(messages), Outbox.published_at.is_not(None))
        return work.session.scalar(query) or 0


def assert_each_effect_once(site: Site, much: Much) -> None:
    """One successful run a message, the index equal to the database, suggestions for all, each mail once."""
    succeeded = {message: [run for run in site.runs(message) if run.state == "succeeded"] for message in much.messages}
    assert {message: len(found) for message, found in succeeded.items() if len(found) != 1} == {}
    with site.parts.store.read() as work:
        assert work.session.scalars(select(JobRun.job).where(JobRun.state == "running")).all() == []
        for kind in KINDS:
            held = site.parts.engine.versions(ALIASES[kind])
            wanted = visible_versions(work, kind)
            assert {key: held.get(str(key)) for key in much.ids[kind]} == {key: wanted[key] for key in much.ids[kind]}
        pairs = work.session.execute(select(Match.challenge_id, Match.firm_id)).all()
    assert len(pairs) == len(set(pairs))
    assert {challenge for challenge, _ in pairs} >= set(much.ids["challenge"])
    sent = Counter(str(message["To"]) for message in site.mail.messages)
    assert set(sent) == {f"{number}@example.org" for number in range(MAILS)}
    # SMTP has no transactions: a process killed between the server's answer and our note of it sends once more, with
    # the same Message-ID. Never more often than mail runs were lost.
    assert sum(sent.values()) - MAILS <= lost_mails(site, much)
    assert len({message["Message-ID"] for message in site.mail.messages}) == MAILS


def lost_mails(site: Site, much: Much) -> int:
    with site.parts.store.read() as work:
        query = select(func.count()).where(
            JobRun.outbox_id.in_(much.messages), JobRun.job == "mail", JobRun.cause == LOST
        )
        return work.session.scalar(query) or 0
