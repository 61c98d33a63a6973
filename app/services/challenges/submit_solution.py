"""A firm's submission: saved as a draft, submitted before the deadline, edited, withdrawn, submitted again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.matches import Submission
from app.records.store import Work
from app.services.access import ensure, may_see_challenge
from app.services.actor import Actor
from app.services.checks import LONG, SHORT, Checks
from app.services.days import today
from matching.errors import IllegalMove, NotFound, StaleDecision

ANSWER = 5_000  # characters of one answer
EDITABLE = frozenset({"draft", "submitted", "withdrawn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionData:
    """What the form holds. `answers` by need id."""

    summary: str = ""
    answers: Mapping[int, str] = field(default_factory=dict)
    solution_id: int | None = None
    trl: int | str | None = None
    contact_name: str = ""
    contact_email: str = ""


def save_submission(
    work: Work,
    actor: Actor,
    firm_id: int,
    challenge_id: int,
    data: SubmissionData,
    *,
    submit: bool,
    expected_version: int | None = None,
) -> Submission:
    """Save as a draft (nothing but lengths is checked) or submit. One a firm and challenge.

    Raises InvalidInput, NotFound, Forbidden, IllegalMove (closed, past its deadline, under evaluation), StaleDecision.
    """
    firm, challenge = _load(work, actor, firm_id, challenge_id)
    submission = find_submission(work, firm_id, challenge_id)
    if submission is not None and submission.state not in EDITABLE:
        raise IllegalMove(f"the submission is {submission.state}")
    if submission is not None and expected_version is not None and submission.version != expected_version:
        raise StaleDecision(f"submission {submission.id}")
    submit = submit or (submission is not None and submission.state == "submitted")  # an edit never takes it back
    cleaned = _check(data, challenge, firm, complete=submit)
    if submission is None:
        submission = Submission(
            challenge_id=challenge_id, firm_id=firm_id, state="draft", version=0, created_at=work.now, language="fr"
        )
        work.session.add(submission)
    first = submit and submission.state != "submitted"
    _fill(work, actor, submission, cleaned)
    if submit:
        submission.state, submission.reason = "submitted", None
        submission.submitted_at = submission.submitted_at if not first else work.now
    elif submission.state == "withdrawn":
        submission.state = "draft"
    work.session.flush()
    work.audit(actor.user_id, "submit" if first else "save_submission", "submission", submission.id)
    return submission


def withdraw_submission(work: Work, actor: Actor, submission_id: int) -> Submission:
    """Take a submission back, until its evaluation starts. Raises NotFound, IllegalMove."""
    submission = work.session.get(Submission, submission_id)
    if submission is None or not actor.is_member(submission.firm.organisation_id):
        raise NotFound(f"submission {submission_id}")
    if submission.state not in ("draft", "submitted"):
        raise IllegalMove(f"the submission is {submission.state}")
    submission.state = "withdrawn"
    submission.updated_at = work.now
    submission.version += 1
    work.audit(actor.user_id, "withdraw_submission", "submission", submission.id)
    return submission


def find_submission(work: Work, firm_id: int, challenge_id: int) -> Submission | None:
    """The one submission of a firm to a challenge."""
    query = select(Submission).where(Submission.firm_id == firm_id, Submission.challenge_id == challenge_id)
    return work.session.scalars(query).first()


def submissions_of(work: Work, firm_id: int) -> list[Submission]:
    """All submissions of a firm, newest first."""
    query = (
        select(Submission)
        .where(Submission.firm_id == firm_id)
        .options(joinedload(Submission.challenge))
        .order_by(Submission.updated_at.desc())
    )
    return list(work.session.scalars(query).unique())


def may_submit(work: Work, challenge: Challenge) -> bool:
    """Whether a challenge takes submissions today."""
    return challenge.status == "open" and (challenge.deadline is None or challenge.deadline >= today(work))


def _load(work: Work, actor: Actor, firm_id: int, challenge_id: int) -> tuple[FirmProfile, Challenge]:
    firm, challenge = work.session.get(FirmProfile, firm_id), work.session.get(Challenge, challenge_id)
    if firm is None or challenge is None or not may_see_challenge(actor, challenge):
        raise NotFound(f"firm {firm_id} or challenge {challenge_id}")
    ensure(actor.is_member(firm.organisation_id), "submit for this firm")
    ensure(firm.organisation_id != challenge.organisation_id, "submit to its own challenge")
    if not may_submit(work, challenge):
        raise IllegalMove("the challenge takes no submissions any more")
    return firm, challenge


def _check(data: SubmissionData, challenge: Challenge, firm: FirmProfile, *, complete: bool) -> SubmissionData:
    checks = Checks()
    summary = checks.text("summary", data.summary, LONG, required=complete)
    answers: dict[int, str] = {}
    for need in challenge.needs:
        name = f"answers.{need.id}"
        answer = checks.text(name, data.answers.get(need.id, ""), ANSWER, required=complete and need.essential)
        if answer:
            answers[need.id] = answer
    if data.solution_id is not None and data.solution_id not in {solution.id for solution in firm.solutions}:
        checks.fault("solution_id", "unknown_value")
    trl = checks.integer("trl", data.trl, 1, 9)
    if complete and trl is None:
        checks.fault("trl", "required")
    if complete and not data.contact_email.strip():
        checks.fault("contact_email", "required")
    cleaned = SubmissionData(
        summary=summary,
        answers=answers,
        solution_id=data.solution_id,
        trl=trl,
        contact_name=checks.line("contact_name", data.contact_name, SHORT, required=complete),
        contact_email=checks.email("contact_email", data.contact_email) or "",
    )
    checks.raise_faults()
    return cleaned


def _fill(work: Work, actor: Actor, submission: Submission, data: SubmissionData) -> None:
    submission.summary = data.summary
    submission.answers = {str(need_id): text for need_id, text in data.answers.items()}
    submission.solution_id = data.solution_id
    submission.trl = data.trl if isinstance(data.trl, int) else None
    submission.contact_name, submission.contact_email = data.contact_name, data.contact_email
    submission.language = actor.language
    submission.updated_at = work.now
    submission.version += 1
