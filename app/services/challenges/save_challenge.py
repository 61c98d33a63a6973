"""Post a challenge, or change one."""

from __future__ import annotations

from app.records.accounts import Organisation
from app.records.challenges import PUBLIC_STATUSES, Challenge, ChallengeText, ChallengeVersion, Need
from app.records.store import Work
from app.services.access import ensure, may_edit_challenge, may_post_challenge
from app.services.actor import Actor
from app.services.challenges.challenge_data import (
    LISTS,
    PLAIN,
    TEXT_FIELDS,
    ChallengeData,
    NeedData,
    challenge_data,
    public_content,
)
from app.services.challenges.check_challenge import challenge_warnings, check_challenge
from app.services.changes import ensure_version, mark_stale, raise_version, tell_index
from app.services.days import today
from app.services.load_records import locked_challenge
from app.services.saving import Known, Saved, ensure_own_external_id, fill_columns, fill_texts, load_known
from matching.errors import InvalidInput

__all__ = ["ChallengeData", "Saved", "save_challenge"]


def save_challenge(
    work: Work,
    actor: Actor,
    data: ChallengeData,
    *,
    challenge_id: int | None = None,
    expected_version: int | None = None,
    known: Known | None = None,
    any_deadline: bool = False,
) -> Saved:
    """Create a draft, or change a challenge; an edit of an open one is an amendment: a new version that stays open.

    Nothing happens where nothing changed. `known` saves reading the taxonomy for every row of an import;
    `any_deadline` lets an import keep the past deadline of a challenge that its source says is closed.
    Raises InvalidInput, NotFound, Forbidden, StaleDecision (`expected_version` is no longer the stored one).
    """
    challenge = _load(work, actor, data, challenge_id, expected_version)
    stored = challenge_data(challenge) if challenge is not None else None
    earliest = None if any_deadline or (stored and stored.deadline == data.deadline) else today(work)
    cleaned = check_challenge(data, known or load_known(work), earliest)
    ensure_own_external_id(work, Challenge, cleaned.external_id, challenge)
    warnings = challenge_warnings(cleaned)
    if challenge is not None and stored is not None:
        if _same(stored, cleaned):
            return Saved(challenge.id, challenge.version, "unchanged", warnings)
        _change(work, actor, challenge, stored, cleaned)
        return Saved(challenge.id, challenge.version, "updated", warnings)
    challenge = Challenge(created_at=work.now, updated_at=work.now, status="draft", version=1)
    _fill(challenge, cleaned)
    work.session.add(challenge)
    work.session.flush()
    keep_version(work, actor, challenge)
    work.audit(actor.user_id, "create_challenge", "challenge", challenge.id)
    return Saved(challenge.id, 1, "created", warnings)


def keep_version(work: Work, actor: Actor, challenge: Challenge) -> None:
    """Keep what the challenge says and its state under its version."""
    content = public_content(challenge_data(challenge), challenge.status)
    work.session.add(
        ChallengeVersion(
            challenge_id=challenge.id,
            version=challenge.version,
            content=content,
            user_id=actor.user_id,
            at=work.now,
        )
    )


def _load(
    work: Work, actor: Actor, data: ChallengeData, challenge_id: int | None, expected_version: int | None
) -> Challenge | None:
    if challenge_id is None:
        if work.session.get(Organisation, data.organisation_id) is None:
            raise InvalidInput({"organisation_id": "unknown_organisation"})
        ensure(may_post_challenge(actor, data.organisation_id), "post a challenge for this organisation")
        return None
    challenge = locked_challenge(work, actor, challenge_id)
    ensure(may_edit_challenge(actor, challenge), "edit this challenge")
    ensure(actor.facilitator or data.organisation_id == challenge.organisation_id, "give a challenge to another owner")
    ensure_version(challenge, expected_version)
    return challenge


def _same(stored: ChallengeData, data: ChallengeData) -> bool:
    """Whether nothing at all changed, private fields included."""
    plain = all(getattr(stored, name) == getattr(data, name) for name in PLAIN)
    return plain and public_content(stored, "") == public_content(data, "")


def _change(work: Work, actor: Actor, challenge: Challenge, stored: ChallengeData, data: ChallengeData) -> None:
    """Change the row; readers and matching are told only of what they can see."""
    before, after = public_content(stored, ""), public_content(data, "")
    changed = sorted(name for name in after if after[name] != before[name])
    _fill(challenge, data)
    challenge.updated_at = work.now
    if changed:
        raise_version(work, challenge)
        keep_version(work, actor, challenge)
        mark_stale(work, challenge)
        if challenge.status in PUBLIC_STATUSES:
            tell_index(work, challenge)
    action = "amend_challenge" if challenge.status == "open" else "edit_challenge"
    work.audit(actor.user_id, action, "challenge", challenge.id, version=challenge.version, changed=changed)


def _fill(challenge: Challenge, data: ChallengeData) -> None:
    fill_columns(challenge, data, PLAIN, LISTS)
    challenge.reopened = dict(data.reopened) if data.reopened is not None else None
    fill_texts(challenge.texts, ChallengeText, data.texts, TEXT_FIELDS)
    _fill_needs(challenge, data.needs)


def _fill_needs(challenge: Challenge, needs: tuple[NeedData, ...]) -> None:
    """Keep the ids of needs where they can be told: matches and submissions name them."""
    free = {need.id: need for need in challenge.needs}
    kept: list[Need | None] = []
    for data in needs:
        kept.append(free.pop(data.id, None) if data.id is not None else None)
    for place, data in enumerate(needs):
        if kept[place] is None:
            same = next((n for n in free.values() if (n.text_fr or "", n.text_en or "") == (data.fr, data.en)), None)
            kept[place] = free.pop(same.id) if same is not None else None
    for place, data in enumerate(needs):
        if kept[place] is None and data.id is None:
            here = next((need for need in free.values() if need.position == place), None)
            kept[place] = free.pop(here.id) if here is not None else None
    rows = [need or Need() for need in kept]
    for place, (row, data) in enumerate(zip(rows, needs, strict=True)):
        row.position, row.essential = place, data.essential
        row.text_fr, row.text_en = data.fr or None, data.en or None
    challenge.needs = rows
