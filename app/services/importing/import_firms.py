"""Import firms, each with an organisation of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from app.records.firms import FirmProfile
from app.records.store import Store, Work
from app.services.access import ensure, may_import
from app.services.actor import Actor
from app.services.firms.firm_data import firm_data
from app.services.firms.move_firm import MOVES, apply_move
from app.services.firms.save_firm import save_firm
from app.services.importing.batches import Steps, import_rows
from app.services.importing.files import SourceFile, read_rows
from app.services.importing.firm_rows import FirmRow, is_column, merged, read_firm
from app.services.importing.options import ImportOptions
from app.services.importing.report import Report
from app.services.saving import load_known
from app.services.taxonomy.taxonomy import load_names


def import_firms(store: Store, actor: Actor, source: SourceFile, options: ImportOptions) -> Report:
    """Import every good row and name every bad one; the same file again changes nothing.

    Raises Forbidden, and InvalidInput({"file": cause}) where the file as a whole is no good.
    """
    ensure(may_import(actor), "import firms")
    return import_rows(store, read_rows(source), options, firm_steps(store, actor, options))


def firm_steps(store: Store, actor: Actor, options: ImportOptions) -> Steps[FirmRow, FirmProfile]:
    """What an import of firms does with a row. Raises Forbidden."""
    ensure(may_import(actor), "import firms")
    with store.read() as work:
        names, known = load_names(work), load_known(work)

    def save(work: Work, row: FirmRow, stored: FirmProfile | None) -> tuple[str, Mapping[str, str]]:
        if stored is not None and stored.status == "withdrawn":
            return "unchanged", {"external_id": "not_allowed_now"}
        data = merged(row, firm_data(stored) if stored is not None else None)
        saved = save_firm(work, actor, data, firm_id=stored.id if stored is not None else None, known=known)
        moved = _move(work, actor, work.session.get_one(FirmProfile, saved.id), publish=options.publish)
        return "updated" if moved and saved.outcome == "unchanged" else saved.outcome, saved.warnings

    return Steps(
        is_column=is_column,
        read=lambda values: read_firm(values, options.mapping, names, options.language),
        stored=_stored,
        save=save,
    )


def _stored(work: Work, external_ids: Sequence[str]) -> Mapping[str, FirmProfile]:
    rows = work.session.scalars(select(FirmProfile).where(FirmProfile.external_id.in_(external_ids)))
    return {row.external_id: row for row in rows if row.external_id is not None}


def _move(work: Work, actor: Actor, firm: FirmProfile, *, publish: bool) -> bool:
    """A new profile goes to review, or is published; returns whether it moved."""
    name = "publish" if publish else "submit_for_review"
    if firm.status not in MOVES[name].start or (firm.status == "changes_requested" and not publish):
        return False
    apply_move(work, actor, firm, name)
    if publish:
        firm.published_at = firm.published_at or work.now
    return True
