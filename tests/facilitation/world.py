"""A small world for the facilitator's tests: real rows on a real database, each test names only what it is about."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.records.accounts import Membership, Organisation, Role, User
from app.records.challenges import Challenge, ChallengeText, Need
from app.records.firms import FirmProfile, FirmText
from app.records.matches import Match
from app.records.store import Store
from app.records.work import Outbox
from app.services.actor import Actor, load_actor

START = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that a test moves by hand."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class World:
    """Makes rows; every maker returns the id of what it made."""

    store: Store
    clock: Clock
    names: dict[int, str] = field(default_factory=dict)

    def user(self, email: str, *, role: str | None = None, language: str = "fr", confirmed: bool = True) -> int:
        with self.store.write() as work:
            user = User(
                email=email,
                active=True,
                fs_uniquifier=uuid.uuid4().hex,
                confirmed_at=work.now if confirmed else None,
                create_datetime=work.now,
                name=email.split("@")[0],
                language=language,
            )
            if role is not None:
                user.roles.append(work.session.scalar(select(Role).where(Role.name == role)) or Role(name=role))
            work.session.add(user)
            work.session.flush()
            return user.id

    def organisation(self, name: str, *members: int, firm: bool = False) -> int:
        with self.store.write() as work:
            row = Organisation(name=name, is_firm=firm, is_owner=not firm, created_at=work.now)
            work.session.add(row)
            work.session.flush()
            for user_id in members:
                work.session.add(Membership(user_id=user_id, organisation_id=row.id, role="manager"))
            return row.id

    def challenge(
        self, title: str = "Déneiger les pistes", *, language: str = "fr", owner: str = "Ville", **columns: Any
    ) -> int:
        organisation_id = columns.pop("organisation_id", None) or self.organisation(owner)
        problem = columns.pop("problem", "La neige bloque les pistes. Il faut savoir où passer en premier.")
        needs = columns.pop("needs", ("Une carte mise à jour chaque heure",))
        with self.store.write() as work:
            values = {"status": "open", "sectors": ["transportation"], "deadline": date(2027, 6, 30)} | columns
            row = Challenge(
                organisation_id=organisation_id, original=language, created_at=work.now, updated_at=work.now, **values
            )
            row.texts.append(ChallengeText(language=language, title=title, problem=problem))
            for position, text in enumerate(needs):
                row.needs.append(Need(position=position, **{f"text_{language}": text}))
            work.session.add(row)
            work.session.flush()
            return row.id

    def firm(self, name: str = "Nordet", *members: int, language: str = "fr", **columns: Any) -> int:
        organisation_id = self.organisation(name, *members, firm=True)
        offer = columns.pop("offer", "Nous traçons des itinéraires. Les camions les suivent.")
        with self.store.write() as work:
            row = FirmProfile(
                organisation_id=organisation_id,
                original=language,
                created_at=work.now,
                updated_at=work.now,
                **({"status": "published"} | columns),
            )
            row.texts.append(FirmText(language=language, summary=f"{name} aide.", offer=offer))
            work.session.add(row)
            work.session.flush()
            return row.id

    def match(self, challenge_id: int, firm_id: int, score: float = 60.0, **columns: Any) -> int:
        with self.store.write() as work:
            values = {
                "state": "suggested",
                "parts": [{"feature": "meaning", "value": 0.6, "weight": 1.0, "points": score}],
                "reasons": [],
                "unmet": [],
                "languages": "fr-fr",
                "challenge_version": 1,
                "firm_version": 1,
                "encoder": "test-encoder",
                "weights_version": "test",
                "computed_at": work.now,
            } | columns
            row = Match(challenge_id=challenge_id, firm_id=firm_id, score=score, **values)
            work.session.add(row)
            work.session.flush()
            return row.id

    def pair(self, score: float = 60.0, **columns: Any) -> int:
        """A match with a challenge and a firm of its own."""
        number = len(self.names) + 1
        self.names[number] = f"Firme {number}"
        return self.match(self.challenge(f"Défi {number}"), self.firm(f"Firme {number}"), score, **columns)

    def actor(self, user_id: int) -> Actor:
        with self.store.read() as work:
            return load_actor(work, user_id, "fr")

    def facilitator(self) -> Actor:
        return self.actor(self.user(f"{uuid.uuid4().hex[:8]}@passerelle.example", role="facilitator"))

    def stored(self, match_id: int) -> Match:
        with self.store.read() as work:
            return work.session.get_one(Match, match_id)

    def outbox(self, topic: str) -> list[Outbox]:
        with self.store.read() as work:
            return list(work.session.scalars(select(Outbox).where(Outbox.topic == topic).order_by(Outbox.id)))
