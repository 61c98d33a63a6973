"""The best suggestions over all challenges, as lines for a table."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.records.matches import Match
from app.records.queries import is_listed
from app.records.store import Work

LONGEST, LONGEST_REASON = 46, 70  # characters of a cell


def best_suggestions(work: Work, limit: int) -> list[dict[str, Any]]:
    """Ids, score, languages, titles and the firm's cited passage, all whole; at most two rows of one challenge."""
    query = (
        select(Match)
        .where(Match.state == "suggested", is_listed())
        .options(joinedload(Match.challenge), joinedload(Match.firm))
        .order_by(Match.score.desc(), Match.id)
        .limit(10 * limit)
    )
    rows: list[dict[str, Any]] = []
    seen: dict[int, int] = {}
    for match in work.session.scalars(query).unique():
        seen[match.challenge_id] = seen.get(match.challenge_id, 0) + 1
        if seen[match.challenge_id] <= 2 and len(rows) < limit:
            rows.append(
                {
                    "challenge_id": match.challenge_id,
                    "firm_id": match.firm_id,
                    "score": match.score,
                    "languages": match.languages,
                    "challenge": next((text.title for text in match.challenge.texts), ""),
                    "firm": match.firm.organisation.name,
                    "reason": next((r["firm"]["text"] for r in match.reasons if r["firm"]), ""),
                }
            )
    return rows


def shortened(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows with cells that fit a terminal."""
    return [
        {
            **row,
            "languages": row["languages"].upper().replace("-", " → "),
            "challenge": _short(row["challenge"]),
            "firm": _short(row["firm"]),
            "reason": _short(row["reason"], LONGEST_REASON),
        }
        for row in rows
    ]


def _short(text: str, longest: int = LONGEST) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
