"""A part of the real data, from the files to checked matches. All of it: `make real`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from app.cli.compute import compute_all
from app.cli.preflight import prepare
from app.cli.real import COLLECTIONS, import_real
from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.matches import Match
from app.records.store import Work
from app.records.work import StoredVector
from app.services.importing import Report, SourceFile
from app.services.parts import Parts, build_parts
from app.services.suggestions.check_results import check_results
from app.services.suggestions.refresh_matches import refresh_challenge, refresh_firm
from config.settings import Settings
from tests.services.missing import missing

pytestmark = pytest.mark.real

CHALLENGES, FIRMS = 20, 150  # of each of two files: half of the challenges are in French


def _beginning(path: Path) -> SourceFile:
    rows = CHALLENGES if any(path.parts[-2] == one.name and one.challenges for one in COLLECTIONS) else FIRMS
    with path.open("rb") as file:
        return SourceFile(path.name, b"".join(line for line, _ in zip(file, range(rows), strict=False)))


@pytest.fixture(scope="module")
def parts(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """Imported, encoded, indexed and matched."""
    for collection in COLLECTIONS:
        if not collection.path(shared / "data").is_file():
            missing(collection.name, f"{collection.path(shared / 'data')} is not there")
    settings = Settings.from_environ({"PASSERELLE_VAR": str(tmp_path_factory.mktemp("real"))})
    prepare(settings)
    built = build_parts(settings)
    built.reports = import_real(built, shared / "data", _beginning)  # type: ignore[attr-defined]  # for one test
    compute_all(built)
    yield built
    built.close()


def test_every_row_of_the_real_files_goes_in(parts: Parts) -> None:
    reports: dict[str, Report] = parts.reports  # type: ignore[attr-defined]

    assert {name: (report.created, report.failed) for name, report in reports.items()} == {
        one.name: (CHALLENGES if one.challenges else FIRMS, 0) for one in COLLECTIONS
    }


def test_index_suggestions_and_reasons_hold_when_looked_at_from_the_outside(parts: Parts) -> None:
    checks = {check.name: check for check in check_results(parts)}

    assert [check for check in checks.values() if not check.good] == []
    assert checks["every open challenge has suggestions"].looked_at == 2 * CHALLENGES
    assert checks["every open French challenge has suggestions"].looked_at == CHALLENGES
    assert checks["index and database agree: firms"].looked_at == 2 * FIRMS


def test_a_passage_that_is_not_in_its_text_is_found_out(parts: Parts) -> None:
    with parts.store.write() as work:
        match = _best(work)
        reasons, kept = [dict(reason) for reason in match.reasons], match.reasons
        cited = next(reason for reason in reasons if reason["firm"])
        cited["firm"] = {**cited["firm"], "start": cited["firm"]["start"] + 1, "end": cited["firm"]["end"] + 1}
        match.reasons = reasons
    wrong = {check.name for check in check_results(parts) if not check.good}
    with parts.store.write() as work:
        _best(work).reasons = kept

    assert wrong == {"cited passages stand in the firm"}


def test_one_challenge_and_one_firm_alone_get_what_they_got_in_the_whole_run(parts: Parts) -> None:
    with parts.store.read() as work:
        challenge_ids = list(work.session.scalars(select(Challenge.id).order_by(Challenge.id)))[::7]
        firm_ids = list(work.session.scalars(select(FirmProfile.id).order_by(FirmProfile.id)))[::43]
        before = _matches(work)
    for challenge_id in challenge_ids:
        refresh_challenge(parts, challenge_id)
    for firm_id in firm_ids:
        refresh_firm(parts, firm_id)
    with parts.store.read() as work:
        after = _matches(work)

    assert after == before


def test_what_is_not_encoded_yet_is_encoded_while_it_is_matched(parts: Parts) -> None:
    with parts.store.write() as work:  # as after a change of the model, before the index is rebuilt
        challenge_id = _best(work).challenge_id
        before = {key: kept for key, kept in _matches(work).items() if key[0] == challenge_id}
        work.session.execute(delete(StoredVector))
    refresh_challenge(parts, challenge_id)
    with parts.store.read() as work:
        after = {key: kept for key, kept in _matches(work).items() if key[0] == challenge_id}

    assert after.keys() == before.keys()
    # In bfloat16 the other texts of a batch move a vector by some 1e-4: a score may be another one in its last digit.
    scores = {key: score for key, (score, *_) in before.items()}
    assert {key: score for key, (score, *_) in after.items()} == pytest.approx(scores, abs=0.2)
    assert parts.vectors.count() > FIRMS


def test_imported_challenges_are_open_with_a_deadline_ahead_and_what_the_source_said_is_kept(parts: Parts) -> None:
    with parts.store.read() as work:
        rows = work.session.scalars(select(Challenge)).all()

    assert {row.status for row in rows} == {"open"}
    assert all(row.deadline is not None for row in rows)
    assert all(row.reopened is not None and "status" in row.reopened for row in rows)
    assert all(any(text.problem for text in row.texts) for row in rows)


def _best(work: Work) -> Match:
    return work.session.scalars(select(Match).order_by(Match.score.desc(), Match.id).limit(1)).one()


def _matches(work: Work) -> dict[tuple[int, int], tuple[float, bool, bool]]:
    return {
        (row.challenge_id, row.firm_id): (row.score, row.for_challenge, row.for_firm)
        for row in work.session.scalars(select(Match))
    }
