"""One match as a facilitator reads it: both full texts with the cited passages marked, its history, its freshness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.records.accounts import User
from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.records.matches import Decision, Match
from app.records.store import Work
from app.services.access import ensure, may_moderate
from app.services.actor import Actor
from app.services.facilitation.review_match import legal_moves
from app.services.facilitation.undo_review import last_review
from app.services.public_texts import CHALLENGE_FIELDS, FIRM_FIELDS, SOLUTION_FIELDS
from app.services.suggestions.marking import Marked, cited_in, mark
from matching.errors import NotFound

Field = tuple[str, int | None, str]  # name, need or solution, text


@dataclass(frozen=True, slots=True)
class ShownText:
    """One field in pieces. `item_id`: the need or the solution that it belongs to."""

    field: str
    pieces: tuple[Marked, ...]
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class ShownLanguage:
    """The texts of one side in one language; `cited` where a reason points into them."""

    language: str
    original: bool
    cited: bool
    texts: tuple[ShownText, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One decision of the history, with the name of who made it and whether it was taken back."""

    decision: Decision
    who: str
    undone: bool


@dataclass(frozen=True, slots=True)
class MatchSheet:
    """`lost` numbers the reasons whose passage is no longer in the text."""

    match: Match
    challenge: Challenge
    firm: FirmProfile
    challenge_texts: Sequence[ShownLanguage]
    firm_texts: Sequence[ShownLanguage]
    lost: frozenset[int]
    history: Sequence[Step]
    moves: Sequence[str]
    undoable: Decision | None

    @property
    def challenge_edited(self) -> bool:
        """Whether the challenge has changed since the score was computed."""
        return self.match.challenge_version != self.challenge.version

    @property
    def firm_edited(self) -> bool:
        """Whether the firm has changed since the score was computed."""
        return self.match.firm_version != self.firm.version


def match_sheet(work: Work, actor: Actor, match_id: int) -> MatchSheet:
    """Everything on one page. Raises NotFound, Forbidden."""
    ensure(may_moderate(actor), "review matches")
    match = work.session.get(Match, match_id)
    if match is None:
        raise NotFound(f"match {match_id}")
    challenge, firm = match.challenge, match.firm
    ours, theirs = _challenge_languages(challenge, match.reasons), _firm_languages(firm, match.reasons)
    return MatchSheet(
        match=match,
        challenge=challenge,
        firm=firm,
        challenge_texts=ours,
        firm_texts=theirs,
        lost=_lost(match.reasons, ours, theirs),
        history=history_of(work, match_id),
        moves=legal_moves(match),
        undoable=last_review(work, match_id),
    )


def history_of(work: Work, match_id: int) -> list[Step]:
    """Every move of every side, the newest first."""
    query = (
        select(Decision, User.name, User.email)
        .join(User, User.id == Decision.user_id, isouter=True)
        .where(Decision.match_id == match_id)
        .order_by(Decision.id.desc())
    )
    rows = work.session.execute(query).all()
    undone = {decision.undoes_id for decision, _name, _email in rows}
    return [Step(decision, name or email or "", decision.id in undone) for decision, name, email in rows]


def _challenge_languages(challenge: Challenge, reasons: Sequence[Mapping[str, Any]]) -> list[ShownLanguage]:
    found = []
    for row in _original_first(challenge.texts, challenge.original):
        fields: list[Field] = [(name, None, getattr(row, name)) for name in (*CHALLENGE_FIELDS, "out_of_scope")]
        fields += [("need", need.id, getattr(need, f"text_{row.language}") or "") for need in challenge.needs]
        found.append(_shown(row.language, challenge.original, fields, reasons, "challenge"))
    return found


def _firm_languages(firm: FirmProfile, reasons: Sequence[Mapping[str, Any]]) -> list[ShownLanguage]:
    profile = {row.language: row for row in firm.texts}
    languages = {*profile, *(text.language for solution in firm.solutions for text in solution.texts)}
    found = []
    for language in sorted(languages, key=lambda one: one != firm.original):
        row = profile.get(language)
        fields: list[Field] = [(name, None, getattr(row, name)) for name in FIRM_FIELDS] if row is not None else []
        for solution in firm.solutions:
            for text in solution.texts:
                if text.language == language:
                    fields += [(f"solution_{name}", solution.id, getattr(text, name)) for name in SOLUTION_FIELDS]
        found.append(_shown(language, firm.original, fields, reasons, "firm"))
    return found


def _shown(
    language: str,
    original: str,
    fields: Sequence[Field],
    reasons: Sequence[Mapping[str, Any]],
    side: str,
) -> ShownLanguage:
    texts = []
    for field, item_id, text in fields:
        if text.strip():
            spans = cited_in(text, field, language, item_id, reasons, side)
            texts.append(ShownText(field, mark(text, spans), item_id))
    cited = any(piece.reason is not None for text in texts for piece in text.pieces)
    return ShownLanguage(language, language == original, cited, tuple(texts))


def _lost(
    reasons: Sequence[Mapping[str, Any]], ours: Sequence[ShownLanguage], theirs: Sequence[ShownLanguage]
) -> frozenset[int]:
    there = (_marked(ours), _marked(theirs))
    return frozenset(
        number
        for number, reason in enumerate(reasons, start=1)
        for side, found in zip(("challenge", "firm"), there, strict=True)
        if reason.get(side) and number not in found
    )


def _marked(languages: Sequence[ShownLanguage]) -> set[int]:
    return {
        piece.reason for shown in languages for text in shown.texts for piece in text.pieces if piece.reason is not None
    }


def _original_first(rows: Sequence[Any], original: str) -> list[Any]:
    return sorted(rows, key=lambda row: (row.language != original, row.language))
