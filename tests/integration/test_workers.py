"""One site of real processes: what is changed in the portal shows everywhere, each message arrives once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from celery.beat import Scheduler, Service
from sqlalchemy import func, select

from app.records.challenges import Challenge
from app.records.matches import Match
from app.records.work import JobRun, Outbox
from app.services.actor import SYSTEM
from app.services.challenges.challenge_data import challenge_data
from app.services.challenges.move_challenge import withdraw
from app.services.challenges.save_challenge import save_challenge
from app.services.facilitation.review_match import approve
from app.services.index.kinds import ALIASES
from app.services.outbox.jobs import SCHEDULE
from app.services.search.result import ResultPage
from app.services.search.search_records import complete_search, search_records
from indexing.searcher import SearchRequest
from tests.integration.processes import Site, until
from workers.app import create_celery
from workers.schedule import beat_schedule

pytestmark = pytest.mark.service


def test_an_edit_shows_in_search_and_in_suggestions_without_a_manual_step(site: Site) -> None:
    firm = site.world.firm("Nordet", offer="Nous détectons le verglas avec des capteurs sous la chaussée.")
    challenge = site.world.challenge("Repérer le verglas", problem="Le verglas surprend les autobus chaque hiver.")
    site.tell("index_firm", firm)
    site.tell("index_challenge", challenge)
    site.settle()

    edit(site, challenge, "Les hérons gênent les autobus chaque hiver, et le verglas aussi.")
    until(lambda: challenge in ids(search(site, "hérons")), "the edit is found")
    site.settle()

    assert not search(site, "surprend", exact=True).total
    match = match_of(site, challenge, firm)
    assert match is not None
    assert (match.challenge_version, match.stale) == (2, False)


def test_a_withdrawn_challenge_vanishes_at_once_and_from_the_index_when_the_worker_runs(site: Site) -> None:
    gone = site.world.challenge("Compter les caribous", problem="Les caribous forestiers sont difficiles à compter.")
    site.tell("index_challenge", gone)
    site.settle()
    assert gone in ids(search(site, "caribous"))
    until(lambda: "caribous" in complete_search(site.parts, "challenge", "carib", 8), "its words are read (30 s)")

    with site.paused("relay"):
        with site.parts.store.write() as work:
            withdraw(work, SYSTEM, gone, "Le besoin a changé.")
        found = search(site, "caribous", exact=True)
        completed = complete_search(site.parts, "challenge", "carib", 8)
        held = str(gone) in site.parts.engine.versions(ALIASES["challenge"])
    site.settle()

    assert held, "the index was late on purpose"
    assert gone not in ids(found)
    assert completed == []
    assert found.total == sum(found.facets["status"].values())
    assert "withdrawn" not in found.facets["status"]
    assert str(gone) not in site.parts.engine.versions(ALIASES["challenge"])


def test_a_decided_match_survives_a_refresh(site: Site) -> None:
    firm = site.world.firm("Boréal", offer="Nous mesurons la neige sur les toits par radar.")
    challenge = site.world.challenge("Toits enneigés", problem="La neige sur les toits menace les arénas.")
    site.tell("index_firm", firm)
    site.tell("index_challenge", challenge)
    site.settle()
    before = match_of(site, challenge, firm)
    assert before is not None
    facilitator = site.world.facilitator()
    with site.parts.store.write() as work:
        approve(work, facilitator, before.id)

    edit(site, challenge, "Tout autre chose : des factures à lire.")
    site.settle()

    after = match_of(site, challenge, firm)
    assert after is not None
    assert (after.id, after.state, after.score) == (before.id, "approved", before.score)


def test_an_approval_mails_each_member_once_in_their_language(site: Site) -> None:
    french = site.world.user("eloise@exemple.example", language="fr")
    english = site.world.user("english@example.example", language="en")
    firm = site.world.firm("Évaluations Gagné", french, english)
    match = site.world.match(site.world.challenge("Égouts : prévoir les débordements à l'Île"), firm)

    facilitator = site.world.facilitator()
    with site.parts.store.write() as work:
        approve(work, facilitator, match)
    site.settle()
    site.tell("approval", match)
    site.settle()

    (fr,) = site.mail.sent_to("eloise@exemple.example")
    (en,) = site.mail.sent_to("english@example.example")
    assert fr["Subject"] == "Un défi vous est recommandé : Égouts : prévoir les débordements à l'Île"
    assert "recommande ce défi à Évaluations Gagné" in fr.get_content()
    assert en["Subject"].startswith("A challenge is recommended to you")
    assert "Évaluations Gagné" in en.get_content()
    assert fr["Message-ID"] != en["Message-ID"]


def test_mail_that_finds_no_server_arrives_once_when_it_is_back(site: Site) -> None:
    site.mail.down()
    message = site.tell_mail("later@example.org")
    until(lambda: any(run.state == "failed" for run in site.runs(message)), "a first try failed")
    cause = site.runs(message)[-1].cause or ""

    site.mail.up()
    site.settle()

    assert "MailUnavailable: the mail server did not take a message" in cause
    assert len(site.mail.sent_to("later@example.org")) == 1


def test_two_schedulers_make_one_effect_a_slot(site: Site) -> None:
    beats = []
    for _ in range(2):
        celery = create_celery(site.settings)
        celery.conf.beat_schedule = beat_schedule(knock=timedelta(seconds=0.5))
        beats.append(Service(celery, max_interval=1, scheduler_cls=Scheduler))
    threads = [threading.Thread(target=beat.start, daemon=True) for beat in beats]
    for thread in threads:
        thread.start()
    until(lambda: count(site, Outbox.slot.is_not(None)) >= len(SCHEDULE), "every job was asked for")
    for beat in beats:
        beat.stop(wait=False)
    site.settle()

    with site.parts.store.read() as work:
        slots = work.session.scalars(select(Outbox.slot).where(Outbox.slot.is_not(None))).all()
        ran = work.session.execute(
            select(JobRun.outbox_id, func.count()).where(JobRun.job.in_(SCHEDULE)).group_by(JobRun.outbox_id)
        ).all()
    assert len(slots) == len(set(slots)) == len(ran)
    assert {number for _, number in ran} == {1}


def search(site: Site, text: str, *, exact: bool = False) -> ResultPage:
    return search_records(site.parts, "challenge", SearchRequest(f'"{text}"' if exact else text, exact=exact))


def ids(page: ResultPage) -> set[int]:
    return {result.row.id for result in page.results}


def edit(site: Site, challenge_id: int, problem: str) -> None:
    """As the owner's page does it."""
    with site.parts.store.write() as work:
        row = work.session.get_one(Challenge, challenge_id)
        data = challenge_data(row)
        texts = {language: replace(text, problem=problem) for language, text in data.texts.items()}
        save_challenge(work, SYSTEM, replace(data, texts=texts, sectors=("transport",)), challenge_id=challenge_id)


def match_of(site: Site, challenge_id: int, firm_id: int) -> Match | None:
    with site.parts.store.read() as work:
        return work.session.scalar(select(Match).where(Match.challenge_id == challenge_id, Match.firm_id == firm_id))


def count(site: Site, *where: object) -> int:
    with site.parts.store.read() as work:
        return work.session.scalar(select(func.count()).select_from(Outbox).where(*where)) or 0  # type: ignore[arg-type]
