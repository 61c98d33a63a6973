"""Administrators: organisations that carry one name, with what hangs on each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.records.accounts import Membership, Organisation
from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.store import Work
from app.services.access import ensure, may_administer
from app.services.actor import Actor
from indexing.analysis import fold

GROUPS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Holding:
    """An organisation, how many people and challenges it has, and its firm profile's id where it has one."""

    organisation: Organisation
    members: int
    challenges: int
    firm_id: int | None


def same_names(work: Work, actor: Actor) -> list[list[Holding]]:
    """Groups of organisations of one name, whatever its case, accents and spaces. Raises Forbidden."""
    ensure(may_administer(actor), "compare organisations")
    by_name: dict[str, list[int]] = defaultdict(list)
    for key, name in work.session.execute(select(Organisation.id, Organisation.name).order_by(Organisation.id)):
        by_name[same_name_key(name)].append(key)
    groups = [ids for _name, ids in sorted(by_name.items()) if len(ids) > 1][:GROUPS_SHOWN]
    found = holdings(work, [key for ids in groups for key in ids])
    return [[found[key] for key in ids] for ids in groups]


def holdings(work: Work, ids: Sequence[int]) -> dict[int, Holding]:
    """What hangs on these organisations; one that is not there is left out."""
    members = _count(work, Membership.organisation_id, ids)
    challenges = _count(work, Challenge.organisation_id, ids)
    profiles = select(FirmProfile.organisation_id, FirmProfile.id).where(FirmProfile.organisation_id.in_(ids))
    firms: Mapping[int, int] = dict(work.session.execute(profiles).all())
    rows = work.session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    return {row.id: Holding(row, members.get(row.id, 0), challenges.get(row.id, 0), firms.get(row.id)) for row in rows}


def same_name_key(name: str) -> str:
    """Names with the same key are one name, written differently."""
    return " ".join(fold(name).split())


def _count(work: Work, column: InstrumentedAttribute[int], ids: Sequence[int]) -> dict[int, int]:
    query = select(column, func.count()).where(column.in_(ids)).group_by(column)
    return dict(work.session.execute(query).all())
