"""The demo's intended matches and twins, as the suggestions of a loaded demo have them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

from sqlalchemy import select

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.matches import Match
from app.services.parts import Parts

FOLDER = Path(__file__).resolve().parents[2] / "config" / "demo"
DEPTH = 10


def measure_demo(parts: Parts) -> dict[str, float]:
    """recall@10 of intended firms, within a language and across, and overlap@10 of twins."""
    with parts.store.read() as work:
        challenges = {row.external_id: row for row in work.session.scalars(select(Challenge))}
        firms = {row.external_id: row for row in work.session.scalars(select(FirmProfile))}
        spoken = {row.id: {text.language for text in row.texts} for row in firms.values()}
        written = {row.id: {text.language for text in row.texts} for row in challenges.values()}
        best: dict[int, list[int]] = defaultdict(list)
        for match in work.session.scalars(select(Match).order_by(Match.score.desc(), Match.firm_id)):
            best[match.challenge_id].append(match.firm_id)
    found: dict[str, list[float]] = {"same language": [], "across languages": []}
    for row in intended():
        challenge, firm = challenges[row["challenge_id"]], firms[row["firm_id"]]
        kind = "same language" if written[challenge.id] & spoken[firm.id] else "across languages"
        found[kind].append(float(firm.id in best[challenge.id][:DEPTH]))
    overlaps = []
    for row in twin_pairs():
        ours, theirs = (set(best[challenges[row[language]].id][:DEPTH]) for language in ("fr", "en"))
        overlaps.append(len(ours & theirs) / DEPTH)
    figures = {f"intended, {kind} ({len(own)} pairs), recall@10": fmean(own) for kind, own in found.items() if own}
    return figures | {f"twins ({len(overlaps)} pairs), overlap@10": fmean(overlaps)}


def intended(block: str = "*") -> Iterator[dict[str, str]]:
    """The pairs of challenge and firm that the demo's authors meant."""
    return _rows("intended", block)


def twin_pairs() -> Iterator[dict[str, str]]:
    """The pairs of challenges that were written twice, each in its language: `twin`, `fr`, `en`."""
    return _rows("twins")


def _rows(name: str, block: str = "*") -> Iterator[dict[str, str]]:
    for path in sorted(FOLDER.glob(f"{name}-{block}.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, delimiter="\t")
