"""Look at index and matches from the outside: read the tables themselves and compare.

Nothing of the code that made the matches is used, so that a fault of it cannot hide itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import func, or_, select

from app.records.challenges import PUBLIC_STATUSES, Challenge, ChallengeText, Need
from app.records.firms import FirmProfile, FirmText, Solution, SolutionText
from app.records.matches import Match
from app.records.store import Work
from app.services.parts import Parts

LONGEST_CITATION = 400
SIDES = ("in the challenge", "in the firm")
MATCHES_AT_ONCE = 500

Progress = Callable[[int, int], None]
Texts = dict[tuple[int, str, str, int | None], str]  # (record, field, language, need or solution) → text


@dataclass(frozen=True, slots=True)
class Check:
    """One question: how many things were looked at, and those that are wrong."""

    name: str
    looked_at: int
    wrong: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Nothing to look at is no proof."""
        return self.looked_at > 0 and not self.wrong

    def as_row(self) -> dict[str, Any]:
        """For a table or a program."""
        found = "yes" if self.good else "no"
        return {"check": self.name, "looked at": self.looked_at, "wrong": len(self.wrong), "good": found}


def check_results(parts: Parts, progress: Progress | None = None) -> list[Check]:
    """All checks. Raises SearchUnavailable where the engine does not answer."""
    with parts.store.read() as work:
        return [*_counts(parts, work), *_suggested(work), *_explained(work, progress)]


def _counts(parts: Parts, work: Work) -> Iterable[Check]:
    """Whether the index holds the public records, each in its version."""
    for alias, table, public in (
        ("challenges", Challenge, Challenge.status.in_(PUBLIC_STATUSES)),
        ("firms", FirmProfile, FirmProfile.status == "published"),
    ):
        query = select(cast("Any", table).id, cast("Any", table).version).where(public)
        stored = {str(key): version for key, version in work.session.execute(query)}
        name = parts.engine.resolve(alias)
        held = parts.engine.versions(name) if name is not None else {}
        wrong = [key for key in stored.keys() | held.keys() if stored.get(key) != held.get(key)]
        yield Check(f"index and database agree: {alias}", len(stored), _named(wrong))


def _suggested(work: Work) -> Iterable[Check]:
    """Whether every open challenge has suggestions, French ones looked at apart."""
    listed = or_(Match.for_challenge, Match.for_firm)
    query = select(Match.challenge_id, func.count()).where(Match.state != "rejected", listed)
    counts: Mapping[int, int] = dict(work.session.execute(query.group_by(Match.challenge_id)).all())
    rows = work.session.execute(select(Challenge.id, Challenge.original).where(Challenge.status == "open"))
    open_ones: dict[int, str] = dict(rows.all())
    for name, wanted in (("every open challenge", ("fr", "en")), ("every open French challenge", ("fr",))):
        ids = [key for key, original in open_ones.items() if original in wanted]
        yield Check(f"{name} has suggestions", len(ids), _named(key for key in ids if not counts.get(key)))
    others = [key for key in counts if key not in open_ones]
    closed = select(Match.id).where(Match.challenge_id.in_(others), Match.state == "suggested", listed)
    yield Check("suggestions are for open challenges only", sum(counts.values()), _named(work.session.scalars(closed)))


@dataclass(slots=True)
class _Tally:
    looked_at: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def note(self, name: str, good: bool, what: str) -> None:
        self.looked_at[name] += 1
        if not good:
            self.wrong.setdefault(name, []).append(what)


def _explained(work: Work, progress: Progress | None) -> Iterable[Check]:
    """Whether each cited passage stands in its text, and whether the parts add up to the score."""
    challenges, firms = _challenge_texts(work), _firm_texts(work)
    total = work.session.scalar(select(func.count()).select_from(Match)) or 0
    tally = _Tally()
    query = select(Match.id, Match.challenge_id, Match.firm_id, Match.score, Match.parts, Match.reasons)
    for number, row in enumerate(work.session.execute(query.execution_options(yield_per=MATCHES_AT_ONCE)), start=1):
        points = round(sum(part["points"] for part in row.parts), 1)
        tally.note("parts add up to the score", points == row.score and 0 <= row.score <= 100, f"match {row.id}")
        cited = [reason for reason in row.reasons if reason["challenge"] and reason["firm"]]
        for reason in cited:
            _look(tally, SIDES[0], reason["challenge"], challenges, row.challenge_id, row.id)
            _look(tally, SIDES[1], reason["firm"], firms, row.firm_id, row.id)
        if progress is not None:
            progress(number, total)
    for name in ("parts add up to the score", *(f"cited passages stand {where}" for where in SIDES)):
        yield Check(name, tally.looked_at[name], _named(tally.wrong.get(name, ())))


def _look(tally: _Tally, where: str, cited: Mapping[str, Any], texts: Texts, record: int, match_id: int) -> None:
    text = texts.get((record, cited["field"], cited["language"], cited["item_id"]), "")
    same = text[cited["start"] : cited["end"]] == cited["text"]
    good = same and 0 < len(cited["text"]) <= LONGEST_CITATION
    tally.note(f"cited passages stand {where}", good, f"match {match_id}: {cited['field']} {cited['start']}")


def _challenge_texts(work: Work) -> Texts:
    found: Texts = {}
    for text in work.session.scalars(select(ChallengeText)):
        for name in ("title", "teaser", "problem", "background", "outcome"):
            found[text.challenge_id, name, text.language, None] = getattr(text, name)
    for need in work.session.scalars(select(Need)):
        found[need.challenge_id, "need", "fr", need.id] = need.text_fr or ""
        found[need.challenge_id, "need", "en", need.id] = need.text_en or ""
    return found


def _firm_texts(work: Work) -> Texts:
    found: Texts = {}
    for text in work.session.scalars(select(FirmText)):
        for name in ("summary", "offer", "strengths"):
            found[text.firm_id, name, text.language, None] = getattr(text, name)
    query = select(Solution.firm_id, SolutionText).join(SolutionText, SolutionText.solution_id == Solution.id)
    for firm_id, own in work.session.execute(query):
        for name in ("problem", "description", "references"):
            found[firm_id, f"solution_{name}", own.language, own.solution_id] = getattr(own, name)
    return found


def _named(wrong: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(one) for one in wrong)
