"""A challenge as forms and imports fill it in, and as versions keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from app.records.challenges import Challenge


@dataclass(frozen=True, slots=True)
class ChallengeTexts:
    """The texts of one language."""

    title: str = ""
    teaser: str = ""
    problem: str = ""
    background: str = ""
    outcome: str = ""
    out_of_scope: str = ""


TEXT_FIELDS = tuple(field.name for field in fields(ChallengeTexts))


@dataclass(frozen=True, slots=True)
class NeedData:
    """One outcome. `id` names the stored need that it changes; without one, the same text or place decides."""

    fr: str = ""
    en: str = ""
    essential: bool = True
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeData:
    """Everything that a person fills in. Numbers and the deadline may come as typed text: `save_challenge` tells
    what is wrong with them beside their field.
    """

    organisation_id: int
    original: str
    texts: Mapping[str, ChallengeTexts]
    needs: tuple[NeedData, ...] = ()
    external_id: str | None = None
    workshop_code: str | None = None
    sectors: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    collaboration: tuple[str, ...] = ()
    trl_min: int | str | None = None
    trl_max: int | str | None = None
    budget_min: int | str | None = None
    budget_max: int | str | None = None
    place: str | None = None
    remote: bool | None = None
    languages_of_service: tuple[str, ...] = ()
    deadline: date | str | None = None
    contact_name: str | None = None
    contact_email: str | None = None
    private_note: str | None = None
    origin: str = "direct"
    reopened: Mapping[str, Any] | None = field(default=None)


# Not part of a version: only the owner and the facilitator may read them.
PRIVATE = ("contact_name", "contact_email", "private_note")
PLAIN = (
    "organisation_id",
    "original",
    "external_id",
    "workshop_code",
    "trl_min",
    "trl_max",
    "budget_min",
    "budget_max",
    "place",
    "remote",
    "deadline",
    *PRIVATE,
    "origin",
    "reopened",
)
LISTS = ("sectors", "technologies", "collaboration", "languages_of_service")


def challenge_data(challenge: Challenge) -> ChallengeData:
    """What is stored, as a form shows it again."""
    stored: dict[str, Any] = {name: getattr(challenge, name) for name in PLAIN}
    stored |= {name: tuple(getattr(challenge, name)) for name in LISTS}
    return ChallengeData(
        texts={
            row.language: ChallengeTexts(**{name: getattr(row, name) for name in TEXT_FIELDS})
            for row in challenge.texts
        },
        needs=tuple(
            NeedData(need.text_fr or "", need.text_en or "", need.essential, need.id) for need in challenge.needs
        ),
        **stored,
    )


def public_content(data: ChallengeData, status: str) -> dict[str, Any]:
    """What a version keeps: everything public, as JSON."""
    content = asdict(data)
    for name in (*PRIVATE, "origin", "reopened"):
        del content[name]
    content["texts"] = {language: asdict(data.texts[language]) for language in sorted(data.texts)}
    content["needs"] = [{"fr": need.fr, "en": need.en, "essential": need.essential} for need in data.needs]
    for name in LISTS:
        content[name] = list(content[name])
    content["deadline"] = data.deadline.isoformat() if isinstance(data.deadline, date) else None
    content["status"] = status
    return content
