"""Named queries that several use cases share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, bindparam, func, or_, select, union_all
from sqlalchemy.dialects import postgresql, sqlite

from app.records.challenges import PUBLIC_STATUSES, Challenge
from app.records.firms import FirmProfile
from app.records.matches import Decision, Match
from app.records.store import Work
from app.records.taxonomy import Sector, Technology, Workshop
from app.records.work import CorpusStatistics, IndexState

Row = TypeVar("Row", Challenge, FirmProfile, Match)

IDS_A_QUERY = 500
DELETED_LATELY = timedelta(days=1)
_LABELS = union_all(  # made once: to put the statement together takes as long as to run it
    select(Sector.code, Sector.label_fr, Sector.label_en),
    select(Technology.code, Technology.label_fr, Technology.label_en),
    select(Workshop.code, Workshop.title_fr, Workshop.title_en),
)
_HIDDEN = {  # made once, as above: every search asks
    kind: select(IndexState.object_id)
    .join(table, table.id == IndexState.object_id, isouter=True)
    .where(
        IndexState.kind == kind,
        or_(IndexState.visible, IndexState.indexed_at > bindparam("lately")),
        or_(hidden, table.id.is_(None)),
    )
    for kind, table, hidden in (
        ("challenge", Challenge, Challenge.status.not_in(PUBLIC_STATUSES)),
        ("firm", FirmProfile, FirmProfile.status != "published"),
    )
}


def taxonomy_labels(work: Work) -> dict[str, dict[str, str]]:
    """Code → labels in both languages, of sectors and technologies."""
    return {
        code: {"fr": french, "en": english}
        for table in (Sector, Technology)  # columns, not rows: every page reads them, and synonyms are long
        for code, french, english in work.session.execute(select(table.code, table.label_fr, table.label_en))
    }


def label_rows(work: Work) -> Sequence[tuple[str, str, str]]:
    """Code, French and English label of sectors, technologies and workshops: every page reads them, so in one look."""
    return [(code, french, english) for code, french, english in work.session.execute(_LABELS)]


def challenges_by_id(work: Work, ids: Sequence[int]) -> dict[int, Challenge]:
    """The challenges that are there, with their texts and needs."""
    return _by_id(work, Challenge, ids)


def firms_by_id(work: Work, ids: Sequence[int]) -> dict[int, FirmProfile]:
    """The firms that are there, with their texts and solutions."""
    return _by_id(work, FirmProfile, ids)


def records_by_id(work: Work, kind: str, ids: Sequence[int]) -> Mapping[int, Challenge | FirmProfile]:
    """The challenges or the firms that are there."""
    return challenges_by_id(work, ids) if kind == "challenge" else firms_by_id(work, ids)


def matches_by_id(work: Work, ids: Sequence[int]) -> dict[int, Match]:
    """The matches that are there."""
    return _by_id(work, Match, ids)


def visible_versions(work: Work, kind: str) -> dict[int, int]:
    """Id → version of every row that belongs into the public index."""
    if kind == "challenge":
        query = select(Challenge.id, Challenge.version).where(Challenge.status.in_(PUBLIC_STATUSES))
    else:
        query = select(FirmProfile.id, FirmProfile.version).where(FirmProfile.status == "published")
    return dict(work.session.execute(query).all())


def open_challenge_ids(work: Work, today: date) -> list[int]:
    """Ids of challenges that firms can still answer."""
    query = select(Challenge.id).where(
        Challenge.status == "open", or_(Challenge.deadline.is_(None), Challenge.deadline >= today)
    )
    return list(work.session.scalars(query.order_by(Challenge.id)))


def is_listed() -> ColumnElement[bool]:
    """Whether a match is suggested now. One that somebody has moved stays when it no longer is, with its history."""
    return or_(Match.for_challenge, Match.for_firm)


def with_history(work: Work, match_ids: Sequence[int]) -> set[int]:
    """Ids of the matches that somebody has moved, also where the move was taken back."""
    found: set[int] = set()
    for start in range(0, len(match_ids), IDS_A_QUERY):
        query = select(Decision.match_id).where(Decision.match_id.in_(match_ids[start : start + IDS_A_QUERY]))
        found.update(work.session.scalars(query.distinct()))
    return found


def hidden_but_indexed(work: Work, kind: str) -> list[int]:
    """Ids that the engine may still hold though nobody may find them any more.

    For a day after the engine was told to delete a row it is left out here as well: a slower job may have written an
    older version after that, which the sweep (twice an hour) finds.
    """
    return list(work.session.scalars(_HIDDEN[kind], {"lately": work.now - DELETED_LATELY}))


def indexed_ids(work: Work, kind: str, ids: Sequence[int]) -> set[int]:
    """Those of the ids that the engine may hold."""
    found: set[int] = set()
    for start in range(0, len(ids), IDS_A_QUERY):
        own = IndexState.object_id.in_(ids[start : start + IDS_A_QUERY])
        found.update(
            work.session.scalars(select(IndexState.object_id).where(IndexState.kind == kind, own, IndexState.visible))
        )
    return found


def refused_versions(work: Work, kind: str) -> dict[int, int]:
    """Id → version of the rows that the engine refused."""
    query = select(IndexState.object_id, IndexState.version).where(
        IndexState.kind == kind, IndexState.rejected.is_not(None)
    )
    return dict(work.session.execute(query).all())


def set_index_state(work: Work, kind: str, versions: dict[int, int], *, visible: bool) -> None:
    """Note what the engine was told of these rows."""
    if not versions:
        return
    dialect = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(IndexState)
    statement = insert.on_conflict_do_update(
        index_elements=["kind", "object_id"],
        set_={
            "version": insert.excluded.version,
            "visible": insert.excluded.visible,
            "rejected": None,
            "indexed_at": insert.excluded.indexed_at,
        },
    )
    rows = [
        {"kind": kind, "object_id": row_id, "version": version, "visible": visible, "indexed_at": work.now}
        for row_id, version in versions.items()
    ]
    work.session.execute(statement, rows)


def latest_statistics(work: Work) -> CorpusStatistics | None:
    """The corpus statistics in force."""
    return work.session.scalars(select(CorpusStatistics).order_by(CorpusStatistics.id.desc()).limit(1)).first()


def latest_statistics_id(work: Work) -> int | None:
    """The id of the corpus statistics in force."""
    return work.session.scalar(select(func.max(CorpusStatistics.id)))


def counts(work: Work) -> dict[str, int]:
    """How many public challenges, published firms and matches there are."""
    session = work.session
    return {
        "challenges": session.scalar(
            select(func.count()).select_from(Challenge).where(Challenge.status.in_(PUBLIC_STATUSES))
        )
        or 0,
        "firms": session.scalar(select(func.count()).select_from(FirmProfile).where(FirmProfile.status == "published"))
        or 0,
        "matches": session.scalar(select(func.count()).select_from(Match)) or 0,
    }


def firm_versions(work: Work, ids: Sequence[int]) -> dict[int, int]:
    """Id → version of the firms that are there."""
    found: dict[int, int] = {}
    for start in range(0, len(ids), IDS_A_QUERY):
        query = select(FirmProfile.id, FirmProfile.version).where(FirmProfile.id.in_(ids[start : start + IDS_A_QUERY]))
        found.update(work.session.execute(query).all())
    return found


def _by_id(work: Work, table: type[Row], ids: Sequence[int]) -> dict[int, Row]:
    found: dict[int, Row] = {}
    for start in range(0, len(ids), IDS_A_QUERY):
        rows = work.session.scalars(select(table).where(table.id.in_(ids[start : start + IDS_A_QUERY])))
        found.update({row.id: row for row in rows})
    return found
