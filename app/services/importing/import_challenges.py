"""Import challenges; their owners are found by name, or made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from app.records.accounts import Organisation
from app.records.challenges import Challenge
from app.records.store import Store, Work
from app.services.access import ensure, may_import
from app.services.actor import Actor
from app.services.challenges.challenge_data import challenge_data
from app.services.challenges.move_challenge import apply_move
from app.services.challenges.save_challenge import save_challenge
from app.services.days import today
from app.services.importing.batches import Steps, import_rows
from app.services.importing.challenge_rows import COLUMNS, ChallengeRow, Owner, merged, read_challenge, schedule
from app.services.importing.files import SourceFile, read_rows
from app.services.importing.options import ImportOptions
from app.services.importing.report import Report
from app.services.saving import load_known
from app.services.taxonomy.taxonomy import load_names
from matching.errors import InvalidInput

MOVES_TO = {  # (state, state that the row asks for) → move
    ("draft", "open"): "publish",
    ("in_review", "open"): "publish",
    ("closed", "open"): "reopen",
    ("open", "closed"): "close",
    ("draft", "closed"): "import_closed",
    ("in_review", "closed"): "import_closed",
}
FINISHED = frozenset({"concluded", "archived", "withdrawn"})  # an import leaves these alone


def import_challenges(store: Store, actor: Actor, source: SourceFile, options: ImportOptions) -> Report:
    """Import every good row and name every bad one; the same file again changes nothing.

    Raises Forbidden, and InvalidInput({"file": cause}) where the file as a whole is no good.
    """
    ensure(may_import(actor), "import challenges")
    return import_rows(store, read_rows(source), options, challenge_steps(store, actor, options))


def challenge_steps(store: Store, actor: Actor, options: ImportOptions) -> Steps[ChallengeRow, Challenge]:
    """What an import of challenges does with a row. Raises Forbidden."""
    ensure(may_import(actor), "import challenges")
    with store.read() as work:
        names, known = load_names(work), load_known(work)
    take_teaser = options.reopen or options.mapping.empty_problem_takes_teaser

    def save(work: Work, row: ChallengeRow, stored: Challenge | None) -> tuple[str, Mapping[str, str]]:
        if stored is not None and stored.status in FINISHED:
            return "unchanged", {"external_id": "not_allowed_now"}
        organisation_id = _owner(work, row.owner, stored)
        before = challenge_data(stored) if stored is not None else None
        data = merged(row, before, organisation_id, take_teaser=take_teaser)
        data, wanted = schedule(row, data, today(work), reopen=options.reopen)
        saved = save_challenge(
            work,
            actor,
            data,
            challenge_id=stored.id if stored is not None else None,
            known=known,
            any_deadline=wanted == "closed",
        )
        moved = _move(work, actor, work.session.get_one(Challenge, saved.id), wanted, publish=options.publish)
        return "updated" if moved and saved.outcome == "unchanged" else saved.outcome, saved.warnings

    return Steps(
        is_column=COLUMNS.__contains__,
        read=lambda values: read_challenge(values, options.mapping, names, options.language),
        stored=_stored,
        save=save,
    )


def _stored(work: Work, external_ids: Sequence[str]) -> Mapping[str, Challenge]:
    rows = work.session.scalars(select(Challenge).where(Challenge.external_id.in_(external_ids)))
    return {row.external_id: row for row in rows if row.external_id is not None}


def _owner(work: Work, owner: Owner | None, stored: Challenge | None) -> int:
    """The id of the owner that the row names, else of the stored one's."""
    if owner is None:
        if stored is None:
            raise InvalidInput({"owner": "required"})
        return stored.organisation_id
    query = select(Organisation).where(Organisation.name == owner.name, Organisation.is_owner)
    found = work.session.scalars(query.order_by(Organisation.id).limit(1)).first()
    if found is None:
        found = Organisation(name=owner.name, is_owner=True, created_at=work.now, place=owner.place)
        found.kind = owner.kind or "company"
        work.session.add(found)
        work.session.flush()
    return found.id


def _move(work: Work, actor: Actor, challenge: Challenge, wanted: str, *, publish: bool) -> bool:
    """Bring a challenge to the state that its row asks for; returns whether it moved.

    Without `publish` a new one goes to review; with it, it is open (or was open once and is closed).
    """
    if not publish:
        if challenge.status != "draft":
            return False
        apply_move(work, actor, challenge, "submit_for_review")
        return True
    move = MOVES_TO.get((challenge.status, wanted))
    if move is None:
        return False
    apply_move(work, actor, challenge, move)
    if challenge.published_at is None:
        challenge.published_at = work.now
    return True
