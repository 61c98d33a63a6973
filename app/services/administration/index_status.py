"""Administrators: whether each index holds what the database holds, and what the engine refused."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.records.queries import visible_versions
from app.records.work import IndexState, Outbox
from app.services.access import ensure, may_administer
from app.services.actor import Actor
from app.services.index.index_jobs import WORK
from app.services.index.kinds import ALIASES, Kind, is_outdated
from app.services.parts import Parts
from matching.errors import EncoderUnavailable, Unavailable

REJECTED_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document that the engine refused, and why."""

    record_id: int
    cause: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """One index. `unavailable` says why the engine could not be asked; then the counts of the index are None."""

    kind: Kind
    alias: str
    engine: str
    build: str | None
    schema: str
    encoder: str
    builds: Sequence[str]
    database: int
    documents: int | None
    missing: int | None
    stale: int | None
    orphans: int | None
    last_indexed: datetime | None
    rejected: Sequence[Rejected]
    under_way: frozenset[str]
    outdated: bool = False  # made for another schema or encoder
    unavailable: str | None = None

    @property
    def agrees(self) -> bool:
        """Whether nothing is missing, old or too much."""
        return self.documents is not None and not (self.missing or self.stale or self.orphans)


def index_statuses(parts: Parts, actor: Actor) -> list[IndexStatus]:
    """All indexes; an engine that does not answer is part of the answer. Raises Forbidden."""
    ensure(may_administer(actor), "see the state of the indexes")
    return [_status(parts, kind) for kind in ALIASES]


def _status(parts: Parts, kind: Kind) -> IndexStatus:
    with parts.store.read() as work:
        wanted = visible_versions(work, kind)
        of_kind = IndexState.kind == kind
        last = work.session.scalar(select(func.max(IndexState.indexed_at)).where(of_kind))
        refused = work.session.scalars(
            select(IndexState)
            .where(of_kind, IndexState.rejected.is_not(None))
            .order_by(IndexState.indexed_at.desc())
            .limit(REJECTED_SHOWN)
        ).all()
        topics = work.session.scalars(
            select(Outbox.topic).where(Outbox.topic.in_(WORK.values()), Outbox.key == kind, Outbox.done_at.is_(None))
        ).all()
    build: str | None = None
    builds: Sequence[str] = ()
    held: dict[int, int] | None = None
    unavailable: str | None = None
    outdated = False
    try:
        build, builds = parts.engine.resolve(ALIASES[kind]), parts.engine.names(ALIASES[kind])
        held = {int(key): version for key, version in parts.engine.versions(build).items()} if build else {}
        with suppress(EncoderUnavailable):  # which one it would be is not known then
            outdated = is_outdated(parts, kind)
    except Unavailable as error:
        unavailable = str(error)
    _, schema, encoder = _named(build or "")
    return IndexStatus(
        kind=kind,
        alias=ALIASES[kind],
        engine=parts.engine.kind,
        build=build,
        schema=schema,
        encoder=encoder,
        builds=builds,
        database=len(wanted),
        documents=len(held) if held is not None else None,
        missing=len(wanted.keys() - held.keys()) if held is not None else None,
        stale=sum(held.get(key, version) < version for key, version in wanted.items()) if held is not None else None,
        orphans=len(held.keys() - wanted.keys()) if held is not None else None,
        last_indexed=last,
        rejected=[Rejected(row.object_id, row.rejected or "", row.indexed_at) for row in refused],
        under_way=frozenset(what for what, topic in WORK.items() if topic in topics),
        outdated=outdated,
        unavailable=unavailable,
    )


def _named(build: str) -> tuple[str, str, str]:
    """Alias, schema and encoder out of a name such as firms-s3-minilm384-20260821t101500z."""
    alias, _, rest = build.partition("-s")
    schema, _, tail = rest.partition("-")
    return alias, schema, tail.rpartition("-")[0]
