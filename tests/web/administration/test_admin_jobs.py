from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from app.records.store import Store
from app.records.work import AuditEntry, IndexState, JobRun, Outbox
from app.services.outbox.deliver import deliver
from app.services.parts import Parts
from tests.facilitation.world import START, World
from tests.web.portal import Visitor


@pytest.fixture
def admin(signed_in: Callable[..., Visitor]) -> Visitor:
    return signed_in("ada@passerelle.example", role="administrator")


def a_failed_import(parts: Parts) -> tuple[int, int]:
    """A message whose job fails for good: ids of the message and of its run."""
    with parts.store.write() as work:
        work.tell("import", f"{'a' * 32}-{'b' * 12}")
    with parts.store.read() as work:
        message = work.session.scalars(select(Outbox)).one()
    assert deliver(parts, message.id) == "dead"
    with parts.store.read() as work:
        return message.id, work.session.scalars(select(JobRun)).one().id


def messages(store: Store) -> list[Outbox]:
    with store.read() as work:
        return list(work.session.scalars(select(Outbox).order_by(Outbox.id)))


def test_a_run_that_failed_is_shown_with_its_cause_and_sent_again(admin: Visitor, parts: Parts) -> None:
    message_id, run_id = a_failed_import(parts)
    page = admin.text("/fr/admin/jobs?state=dead")
    assert "NotFound: upload aaaa" in page

    admin.send(f"/fr/admin/jobs/{run_id}/retry")

    (message,) = messages(parts.store)
    assert (message.id, message.done_at, message.published_at, message.attempts) == (message_id, None, None, 0)
    with parts.store.read() as work:
        assert work.session.get_one(JobRun, run_id).state == "retried"
        assert work.session.scalars(select(AuditEntry.action)).all() == ["retry_job"]


def test_another_try_leads_back_to_the_list_as_it_was_narrowed(admin: Visitor, parts: Parts) -> None:
    _message_id, run_id = a_failed_import(parts)
    page = admin.text("/fr/admin/jobs?state=dead&job=import&lang=en&run_id=7")
    found = re.search(rf'action="([^"]*/jobs/{run_id}/retry[^"]*)"', page)
    assert found

    answer = admin.send(unescape(found[1]))

    assert answer.location == "/fr/admin/jobs?state=dead&job=import"


def test_another_try_is_offered_only_where_it_can_be_had(admin: Visitor, parts: Parts) -> None:
    message_id, run_id = a_failed_import(parts)
    with parts.store.write() as work:
        values = {"job": "purge", "started_at": work.now}
        older = JobRun(outbox_id=message_id, state="failed", **values)
        newer = JobRun(outbox_id=message_id, state="dead", **values)
        gone = JobRun(outbox_id=999_999, state="dead", **values)  # its message was purged
        none = JobRun(outbox_id=None, state="dead", **values)
        work.session.add_all([older, newer, gone, none])
        work.session.flush()
        newest = newer.id

    page = admin.text("/fr/admin/jobs")

    assert re.findall(r"/admin/jobs/(\d+)/retry", page) == [str(newest)]
    assert admin.send(f"/fr/admin/jobs/{run_id}/retry").status_code == 302
    assert messages(parts.store)[0].done_at is not None, "an older run of the message sends nothing"


def test_a_run_is_sent_again_only_once(admin: Visitor, parts: Parts) -> None:
    message_id, run_id = a_failed_import(parts)
    admin.send(f"/fr/admin/jobs/{run_id}/retry")
    deliver(parts, message_id)

    admin.send(f"/fr/admin/jobs/{run_id}/retry")

    assert messages(parts.store)[0].done_at is not None


def test_runs_are_filtered_by_state_and_job(admin: Visitor, parts: Parts) -> None:
    with parts.store.write() as work:
        for job, state in (("purge", "succeeded"), ("match_firm", "failed")):
            work.session.add(JobRun(job=job, key=f"key-{job}", state=state, started_at=work.now))

    assert "key-match_firm" in admin.text("/en/admin/jobs?state=failed")
    assert "key-purge" not in admin.text("/en/admin/jobs?state=failed")
    assert "key-purge" in admin.text("/en/admin/jobs?job=purge")
    assert "key-" not in admin.text("/en/admin/jobs?job=no-such-job&state=%00&page=-1")


def test_a_run_that_is_not_there_is_not_sent(admin: Visitor) -> None:
    assert admin.send("/fr/admin/jobs/999/retry").status_code == 404


def test_the_state_of_an_index_tells_what_is_missing(admin: Visitor, world: World) -> None:
    world.challenge()

    page = admin.text("/en/admin/indexes")

    assert "Differs from the database" in page


def test_a_document_that_the_engine_refused_is_named_with_its_cause(admin: Visitor, parts: Parts) -> None:
    with parts.store.write() as work:
        state = IndexState(kind="firm", object_id=7, version=1, visible=True, indexed_at=START)
        state.rejected = "surface: 9999 values are too many"
        work.session.add(state)

    assert "9999 values are too many" in admin.text("/fr/admin/indexes")


@pytest.mark.parametrize(("what", "topic"), [("sweep", "sweep_index"), ("rebuild", "rebuild_index")])
def test_a_button_sends_the_work_to_the_workers_and_only_once(
    admin: Visitor, parts: Parts, what: str, topic: str
) -> None:
    for _ in range(2):
        admin.send("/fr/admin/indexes/challenge", {"what": what})

    assert [(row.topic, row.key) for row in messages(parts.store)] == [(topic, "challenge")]


@pytest.mark.parametrize(("kind", "what"), [("nothing", "sweep"), ("firm", "explode"), ("firm", "")])
def test_no_other_work_can_be_asked_for(admin: Visitor, parts: Parts, kind: str, what: str) -> None:
    assert admin.send(f"/fr/admin/indexes/{kind}", {"what": what}).status_code == 404
    assert messages(parts.store) == []


def test_the_audit_log_is_filtered_by_action_person_and_day(admin: Visitor, parts: Parts, world: World) -> None:
    somebody = world.user("jo@laval.example")
    with parts.store.write() as work:
        work.audit(somebody, "edit_firm", "firm", 41, mark="first-entry")
        work.audit(None, "close_challenge", "challenge", 42, mark="second-entry")
        work.session.flush()
        work.session.scalars(select(AuditEntry).where(AuditEntry.object_id == 42)).one().at = START - timedelta(days=3)

    def marks(query: str) -> set[str]:
        page = admin.text(f"/fr/admin/audit?{query}")
        return {mark for mark in ("first-entry", "second-entry") if mark in page}

    assert marks("") == {"first-entry", "second-entry"}
    assert marks("action=edit_firm") == {"first-entry"}
    assert marks("who=LAVAL") == {"first-entry"}
    assert marks("object_kind=challenge&object_id=42") == {"second-entry"}
    assert marks("since=2027-03-01&until=2027-03-01") == {"first-entry"}
    assert marks("until=2027-02-28") == {"second-entry"}


@pytest.mark.parametrize(
    "query", ["since=demain", "object_id=x", "object_id=99999999999", "since=2027-05-01&until=2027-04-01"]
)
def test_a_filter_that_cannot_be_read_is_told_beside_its_field(admin: Visitor, query: str) -> None:
    page = admin.text(f"/fr/admin/audit?{query}", status=422)

    assert "-error" in page


def test_a_run_over_many_records_names_their_kind_in_the_language_of_the_page(admin: Visitor, parts: Parts) -> None:
    with parts.store.write() as work:
        work.session.add(JobRun(job="index_slice", key="challenge", state="succeeded", started_at=work.now))

    assert '<td class="break">Défis</td>' in admin.text("/fr/admin/jobs")
    assert '<td class="break">Challenges</td>' in admin.text("/en/admin/jobs")
