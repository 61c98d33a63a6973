"""Load the demonstration: taxonomy, workshops, challenges, firms and an account for each role. Safe to be run again."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.records.accounts import Membership, Role, User
from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.store import Store, Work
from app.services.actor import SYSTEM
from app.services.challenges.workshops import WorkshopData, save_workshop
from app.services.importing import ColumnMapping, ImportOptions, Report, SourceFile, import_challenges, import_firms
from app.services.taxonomy.taxonomy import seed_taxonomy
from config.paths import CONFIG

FOLDER = CONFIG / "demo"
PASSWORD = "passerelle-demo"  # noqa: S105 -- printed beside the demo's address; these accounts exist in a demo only
WAITING = "review"  # the block whose records wait in the moderation queue
MAPPING = ColumnMapping(skip_unknown=("technologies",))  # firms name crafts that the taxonomy does not hold

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account: a platform role, or membership in the organisation behind a challenge or a firm."""

    email: str
    name: str
    what: str  # told where the accounts are printed
    role: str | None = None
    challenge: str | None = None  # external id
    firm: str | None = None  # external id


ACCOUNTS = (
    Account(
        "firme@demo.example",
        "Camille Firme",
        "an ICT firm: recommended challenges, submissions",
        firm="firm-transport-01",
    ),
    Account(
        "proprietaire@demo.example",
        "Dominique Propriétaire",
        "an owner of challenges: firms and submissions",
        challenge="ch-transport-01",
    ),
    Account(
        "animation@demo.example",
        "Andrée Animation",
        "the facilitator: matches to review, moderation, import",
        role="facilitator",
    ),
    Account(
        "admin@demo.example", "Alex Admin", "the administrator: users, taxonomy, jobs, index", role="administrator"
    ),
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded: a report for each file."""

    reports: Mapping[str, Report]
    accounts: tuple[str, ...] = field(default=())

    @property
    def failed(self) -> int:
        """Rows that did not go in."""
        return sum(report.failed for report in self.reports.values())

    @property
    def changed(self) -> int:
        """Rows that were created or updated."""
        return sum(report.created + report.updated for report in self.reports.values())


def load_demo(
    store: Store,
    hash_password: Callable[[str], str],
    progress: Progress | None = None,
    *,
    folder: Path = FOLDER,
    announce: bool = True,
) -> Loaded:
    """Load every file of the folder. `hash_password` makes what the account library checks.

    `announce` False: the workers are not told of each row, because the caller indexes and matches everything itself.
    """
    with store.write() as work:
        seed_taxonomy(work)
        _load_workshops(work, folder / "workshops.json")
    files = [*sorted(folder.glob("challenges-*.jsonl")), *sorted(folder.glob("firms-*.jsonl"))]
    sources = [SourceFile.from_path(path) for path in files]
    total = sum(source.data.count(b"\n") for source in sources)
    reports: dict[str, Report] = {}
    done = 0
    for source in sources:
        bring = import_challenges if source.name.startswith("challenges-") else import_firms
        options = ImportOptions(mapping=MAPPING, publish=f"-{WAITING}." not in source.name, announce=announce)
        reports[source.name] = bring(store, SYSTEM, source, options)
        done += source.data.count(b"\n")
        if progress is not None:
            progress(done, total)
    hashed = hash_password(PASSWORD)  # slow on purpose, so not inside of the transaction
    with store.write() as work:
        accounts = tuple(account.email for account in ACCOUNTS if _load_account(work, account, hashed))
    return Loaded(reports, accounts)


def _load_workshops(work: Work, path: Path) -> None:
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    for entry in entries:
        save_workshop(work, SYSTEM, WorkshopData(**entry))


def _load_account(work: Work, account: Account, hashed: str) -> bool:
    """Make an account that is not there; returns whether it is there with what it stands for."""
    user = work.session.scalar(select(User).where(User.email == account.email))
    if user is None:
        user = User(
            email=account.email,
            name=account.name,
            password=hashed,
            active=True,
            fs_uniquifier=uuid.uuid4().hex,
            confirmed_at=work.now,
            create_datetime=work.now,
            language="fr",
        )
        work.session.add(user)
        work.session.flush()
    if account.role is not None:
        role = work.session.scalar(select(Role).where(Role.name == account.role)) or Role(name=account.role)
        if role not in user.roles:
            user.roles.append(role)
        return True
    organisation_id = _organisation_of(work, account)
    if organisation_id is None:
        return False
    there = select(Membership.id).where(Membership.user_id == user.id, Membership.organisation_id == organisation_id)
    if work.session.scalar(there) is None:
        work.session.add(Membership(user_id=user.id, organisation_id=organisation_id, role="manager"))
    return True


def _organisation_of(work: Work, account: Account) -> int | None:
    if account.challenge is not None:
        query = select(Challenge.organisation_id).where(Challenge.external_id == account.challenge)
    else:
        query = select(FirmProfile.organisation_id).where(FirmProfile.external_id == account.firm)
    return work.session.scalar(query)
