"""Commands as somebody types them: real database, real exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.main import COMMANDS, cli
from app.records.store import Store
from app.records.work import JobRun, Outbox
from indexing.loaded_model import packaged_model

PASSWORD = "une-phrase-assez-longue"
HEAD = "external_id,owner,title_fr,problem_fr"
ROWS = f"{HEAD}\nd-1,Ville,Repérer les fuites,L’eau se perd.\nd-2,,Sans porteur,Un problème.\n"


@pytest.fixture
def run(seeded_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Runs a command on a database of this test's own."""
    var = tmp_path / "var"
    var.mkdir()
    shutil.copy(seeded_database, var / "passerelle.db")
    for name in ("DATABASE_URL", "ELASTICSEARCH_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PASSERELLE_VAR", str(var))
    return lambda *arguments: CliRunner().invoke(cli, [str(argument) for argument in arguments])


def failed_runs(var: Path) -> None:
    store = Store(f"sqlite:///{var}/passerelle.db")
    with store.write() as work:
        work.session.add(JobRun(job="purge", state="dead", cause="RuntimeError: no room", started_at=work.now))
    store.close()


def failed_message(var: Path) -> int:
    store = Store(f"sqlite:///{var}/passerelle.db")
    with store.write() as work:
        message = Outbox(topic="match_firm", key="1", payload={}, created_at=work.now, done_at=work.now)
        work.session.add(message)
        work.session.flush()
        failed = JobRun(job="match_firm", outbox_id=message.id, state="dead", started_at=work.now)
        work.session.add(failed)
        work.session.flush()
        run_id = failed.id
    store.close()
    return run_id


@pytest.mark.parametrize("command", ["import", "index", "jobs", "user"])
def test_every_command_says_what_it_does(command: str, run: object) -> None:
    group = cli.get_command(None, command)  # type: ignore[arg-type]
    assert COMMANDS[command][1]
    assert "Commands:" in output(run, command, "--help")
    for name in group.commands:  # type: ignore[union-attr]
        assert "--help" in output(run, command, name, "--help")


def output(run: object, *arguments: object, code: int = 0) -> str:
    result: Result = run(*arguments)  # type: ignore[operator]
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def test_an_import_with_a_bad_row_ends_with_1_and_writes_a_report(run: object, tmp_path: Path) -> None:
    file, report = tmp_path / "rows.csv", tmp_path / "report.csv"
    file.write_text(ROWS, encoding="utf-8")

    told = output(run, "import", "challenges", file, "--report", report, code=1)

    assert "1 created" in told
    assert "1 refused" in told
    lines = report.read_text(encoding="utf-8-sig").splitlines()
    assert lines[1].startswith("3,d-2,fault,owner,required")


def test_an_import_without_a_bad_row_ends_with_0_and_again_changes_nothing(run: object, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("\n".join(ROWS.splitlines()[:2]), encoding="utf-8")

    output(run, "import", "challenges", file, "--publish")
    told = output(run, "import", "challenges", file, "--publish", "--json")

    counts = json.loads(told[told.index("{") :])
    assert (counts["created"], counts["unchanged"], counts["failed"]) == (0, 1, 0)


def test_wrong_usage_ends_with_2(run: object, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("", encoding="utf-8")

    assert "holds no rows" in output(run, "import", "challenges", empty, code=2)
    assert "does not exist" in output(run, "import", "firms", tmp_path / "nowhere.csv", code=2)
    assert "mapping" in output(run, "import", "firms", empty, "--mapping", "no-such-source", code=2)


def test_users_are_made_listed_and_kept_from_locking_everybody_out(run: object) -> None:
    output(run, "user", "create", "ada@exemple.ca", "--role", "administrator", "--password", PASSWORD)

    (row,) = json.loads(output(run, "user", "list", "--json"))
    assert (row["email"], row["roles"], row["confirmed"]) == ("ada@exemple.ca", ["administrator"], True)
    assert "already has an account" in output(run, "user", "create", "ADA@exemple.ca", "--password", PASSWORD, code=1)
    assert "must be able to administer" in output(run, "user", "revoke", "ada@exemple.ca", "administrator", code=1)
    assert "must be able to administer" in output(run, "user", "deactivate", "ada@exemple.ca", code=1)
    assert "12 characters" in output(run, "user", "create", "bea@exemple.ca", "--password", "court", code=2)
    assert "there is no user" in output(run, "user", "grant", "nobody@exemple.ca", "facilitator", code=1)


def test_a_program_reads_what_a_command_changed(run: object, tmp_path: Path) -> None:
    output(run, "user", "create", "ada@exemple.ca", "--password", PASSWORD)

    for arguments, changed, expected in (
        (("grant", "ada@exemple.ca", "facilitator"), True, {"roles": ["facilitator"]}),
        (("grant", "ada@exemple.ca", "facilitator"), False, {"roles": ["facilitator"]}),
        (("revoke", "ada@exemple.ca", "facilitator"), True, {"roles": []}),
        (("deactivate", "ada@exemple.ca"), True, {"active": False}),
        (("activate", "ada@exemple.ca"), True, {"active": True}),
    ):
        told = json.loads(output(run, "user", *arguments, "--json"))
        assert (told["email"], told["changed"]) == ("ada@exemple.ca", changed)
        assert {name: told[name] for name in expected} == expected


def test_a_program_reads_which_run_was_sent_again(run: object, tmp_path: Path) -> None:
    run_id = failed_message(tmp_path / "var")
    (row,) = json.loads(output(run, "jobs", "list", "--json"))
    assert row["retryable"] is True

    assert json.loads(output(run, "jobs", "retry", run_id, "--json")) == {"id": run_id, "sent": True}

    (row,) = json.loads(output(run, "jobs", "list", "--json"))
    assert (row["state"], row["retryable"]) == ("retried", False)


def test_jobs_are_listed_with_their_cause_and_only_what_can_be_is_sent_again(run: object, tmp_path: Path) -> None:
    failed_runs(tmp_path / "var")

    (row,) = json.loads(output(run, "jobs", "list", "--state", "dead", "--json"))

    assert row["cause"] == "RuntimeError: no room"
    assert json.loads(output(run, "jobs", "backlog", "--json"))["failed_last_day"] == 1
    assert run("jobs", "retry", "99").exit_code == 1  # type: ignore[operator]


def test_the_state_of_the_indexes_is_told_to_programs_by_the_exit_code(run: object, tmp_path: Path) -> None:
    assert json.loads(output(run, "index", "status", "--json"))[0]["agrees"] is True
    file = tmp_path / "rows.csv"
    file.write_text("\n".join(ROWS.splitlines()[:2]), encoding="utf-8")
    output(run, "import", "challenges", file, "--publish")

    assert json.loads(output(run, "index", "status", "--json", code=1))[0]["missing"] == 1


def test_an_index_that_was_made_for_another_model_says_so_until_it_is_rebuilt(
    run: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    output(run, "index", "rebuild")
    monkeypatch.setenv("EMBEDDING_MODEL", str(packaged_model()))  # named, it gets no gloss

    told = output(run, "index", "status", code=1)
    assert "challenges: made for another schema or encoder" in told
    output(run, "index", "rebuild", "--processes", "1")
    assert not any(row["outdated"] for row in json.loads(output(run, "index", "status", "--json")))
