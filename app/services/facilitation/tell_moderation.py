"""Mail an organisation's people what became of a challenge or profile in moderation: each once for an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.store import Store, Work
from app.services.accounts.members import members_to_tell, reads, told_keys
from app.services.changes import Record, kind_of
from app.services.public_texts import is_visible

TOPIC = "moderation"
PUBLISHED, CHANGES = "published", "changes"
TEMPLATES: Mapping[tuple[str, str], str] = {
    ("challenge", PUBLISHED): "challenge_published",
    ("challenge", CHANGES): "challenge_changes",
    ("firm", PUBLISHED): "firm_published",
    ("firm", CHANGES): "firm_changes",
}


def ask_to_tell(work: Work, row: Record, outcome: str) -> None:
    """Have the organisation's people told of an outcome, in the transaction that brings it about."""
    work.tell(TOPIC, row.id, kind=kind_of(row), outcome=outcome, version=row.version)


def tell_moderation(store: Store, key: str, payload: Mapping[str, Any]) -> int:
    """Write the messages of an outcome that still stands; returns how many are new.

    What was withdrawn, or sent for review again, before this ran mails nobody.
    """
    kind, outcome, record_id = payload["kind"], payload["outcome"], int(key)
    with store.write() as work:
        row = _locked(work, kind, record_id)
        if row is None or not _stands(row, outcome):
            return 0
        prefix = f"{kind}-{record_id}-v{payload['version']}-user-"
        told = told_keys(work, prefix)
        new = [user for user in members_to_tell(work, row.organisation_id) if f"{prefix}{user.id}" not in told]
        for user in new:
            language = reads(user)
            work.tell(
                "mail",
                f"{prefix}{user.id}",
                template=TEMPLATES[kind, outcome],
                to=user.email,
                language=language,
                values=_values(row, outcome, language),
            )
        return len(new)


def _locked(work: Work, kind: str, record_id: int) -> Record | None:
    if kind == "challenge":
        return work.session.get(Challenge, record_id, with_for_update={"of": Challenge})
    return work.session.get(FirmProfile, record_id, with_for_update={"of": FirmProfile})


def _stands(row: Record, outcome: str) -> bool:
    if outcome == CHANGES:
        return row.status == "changes_requested" and bool(row.review_note)
    return is_visible(row)


def _values(row: Record, outcome: str, language: str) -> dict[str, object]:
    """What the organisation may read: nothing of the private note, nor of who moderated."""
    values: dict[str, object] = {"organisation": row.organisation.name}
    if outcome == CHANGES:
        values["note"] = row.review_note or ""
    if isinstance(row, Challenge):
        values["title"] = title_of(row, language)
        values["path"] = f"/{language}/challenges/{row.id}" + ("/edit" if outcome == CHANGES else "")
    else:
        values["path"] = f"/{language}/firms/{row.id}" + ("/edit" if outcome == CHANGES else "")
    return values


def title_of(challenge: Challenge, language: str) -> str:
    """The title in a language; where there is none, as the challenge was written."""
    titles = {text.language: text.title for text in challenge.texts if text.title}
    return titles.get(language) or titles.get(challenge.original) or next(iter(titles.values()), "")
