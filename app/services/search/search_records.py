"""Search over challenges and firms: the engine proposes, the database decides and stands in when it is down."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import func, or_, select

from app.records.accounts import Organisation
from app.records.challenges import PUBLIC_STATUSES, Challenge, ChallengeText
from app.records.firms import FirmProfile, FirmText
from app.records.queries import hidden_but_indexed, records_by_id
from app.records.store import Work
from app.services.index.kinds import ALIASES, Kind
from app.services.parts import Parts
from app.services.public_texts import find_text, is_visible, texts_of
from app.services.search.rerank import rerank
from app.services.search.result import Result, ResultPage
from indexing.highlight import Piece, highlight, snippet
from indexing.passages import FieldText, passages_of
from indexing.query import LANGUAGES
from indexing.searcher import SearchAnswer, SearchRequest
from matching.errors import SearchUnavailable
from matching.model import Language

LIKELY = 0.25  # probability from which a translation is marked: a reader would not see why the others are
FACETS: Mapping[Kind, tuple[str, ...]] = {
    "challenge": ("sector", "technology", "status", "owner_kind", "place", "workshop", "language"),
    "firm": ("sector", "technology", "place", "language", "service_language", "headcount", "collaboration"),
}


def search_records(parts: Parts, kind: Kind, request: SearchRequest) -> ResultPage:
    """One page of public records. Never raises for what was typed; an engine that is down is said in `degraded`."""
    request = replace(request, facets=FACETS[kind], without_ids=_hidden(parts, kind))
    try:
        answer = parts.searcher.search(ALIASES[kind], request)
    except SearchUnavailable:
        return _from_database(parts, kind, request)
    ids = [int(hit.id) for hit in answer.hits]
    with parts.store.read() as work:
        rows = records_by_id(work, kind, ids)
    tokens = _tokens(answer)
    shown = [
        _result(rows[int(hit.id)], request, answer, tokens, hit.words <= 0.0 < hit.meaning)
        for hit in answer.hits
        if int(hit.id) in rows and is_visible(rows[int(hit.id)])
    ]
    results, unordered = rerank(parts, request, answer.corrected or request.text, shown)
    return ResultPage(
        results=results,
        total=answer.total,
        reachable=answer.reachable,
        facets=answer.facets,
        corrected=answer.corrected,
        degraded="meaning" if answer.without_meaning else "order" if unordered else None,
        left_out=answer.left_out,
        tokens=tokens,
    )


def complete_search(parts: Parts, kind: Kind, text: str, limit: int) -> list[str]:
    """What was typed with its last word completed, from records that everybody may find. Raises SearchUnavailable."""
    return parts.searcher.complete(ALIASES[kind], text, limit, without_ids=_hidden(parts, kind))


def _hidden(parts: Parts, kind: Kind) -> tuple[str, ...]:
    with parts.store.read() as work:
        return tuple(sorted(str(key) for key in hidden_but_indexed(work, kind)))


def _result(
    row: Challenge | FirmProfile,
    request: SearchRequest,
    answer: SearchAnswer,
    tokens: Mapping[str, Collection[str]],
    by_meaning: bool,
) -> Result:
    texts = texts_of(row)
    language = _shown_language(texts, request.language, row.original)
    title = find_text(texts, "title", language, None) if isinstance(row, Challenge) else row.organisation.name
    text, text_language = _best_text(texts, answer.best_passages.get(str(row.id)), language, by_meaning)
    return Result(
        row=row,
        title=highlight(title, language, tokens),
        snippet=snippet(text, text_language, tokens),
        text=text,
        language=text_language,
        by_meaning=by_meaning,
    )


def _tokens(answer: SearchAnswer) -> dict[str, set[str]]:
    """Tokens to mark, by language: free words and phrases of what was searched, and their likely translations."""
    found: dict[str, set[str]] = {language: set() for language in LANGUAGES}
    for word in answer.words:
        for token in word.tokens:
            if token.weight >= LIKELY:
                found[token.language].add(token.text)
    return found


def _shown_language(texts: Sequence[FieldText], wanted: Language, original: str) -> Language:
    there = {text.language for text in texts}
    if wanted in there or not there:
        return wanted
    return next((language for language in there if language == original), min(there))


def _best_text(
    texts: Sequence[FieldText], passage_key: str | None, language: Language, by_meaning: bool
) -> tuple[str, Language]:
    """The passage that answers best where meaning found it, else all of the body in the shown language.

    Never a title: it stands above already.
    """
    if by_meaning and passage_key is not None:
        named = (text for text in texts if passage_key.startswith(f"{text.key}.") and text.field != "title")
        for passage in passages_of(named):
            if passage.key == passage_key:
                return passage.text, passage.language
    body = [text.text for text in texts if text.language == language and text.field != "title"]
    return " ".join(body), language


def _from_database(parts: Parts, kind: Kind, request: SearchRequest) -> ResultPage:
    """The engine is down: newest first from the database, narrowed by the words that were typed."""
    with parts.store.read() as work:
        ids = _matching_ids(work, kind, request.text)
        start = (max(request.page, 1) - 1) * request.per_page
        page = ids[start : start + request.per_page]
        rows = records_by_id(work, kind, page)
    results = []
    for key in page:
        row = rows[key]
        texts = texts_of(row)
        language = _shown_language(texts, request.language, row.original)
        title = find_text(texts, "title", language, None) if isinstance(row, Challenge) else row.organisation.name
        body, body_language = _best_text(texts, None, language, False)
        results.append(
            Result(row, (Piece(title, False),), snippet(body, body_language, {}), body, body_language, by_meaning=False)
        )
    return ResultPage(tuple(results), len(ids), len(ids), {}, degraded="engine")


def _matching_ids(work: Work, kind: Kind, text: str) -> list[int]:
    words = [word for word in text.replace('"', " ").split() if not word.startswith("-")][:8]
    if kind == "challenge":
        query = select(Challenge.id).where(Challenge.status.in_(PUBLIC_STATUSES))
        for word in words:
            pattern = f"%{_escaped(word.lower())}%"
            query = query.where(
                Challenge.texts.any(
                    or_(
                        func.lower(ChallengeText.title).like(pattern, escape="\\"),
                        func.lower(ChallengeText.problem).like(pattern, escape="\\"),
                    )
                )
            )
        return list(work.session.scalars(query.order_by(Challenge.published_at.desc(), Challenge.id)))
    firms = select(FirmProfile.id).where(FirmProfile.status == "published")
    for word in words:
        pattern = f"%{_escaped(word.lower())}%"
        named = FirmProfile.organisation.has(func.lower(Organisation.name).like(pattern, escape="\\"))
        firms = firms.where(or_(named, FirmProfile.texts.any(func.lower(FirmText.summary).like(pattern, escape="\\"))))
    return list(work.session.scalars(firms.order_by(FirmProfile.published_at.desc(), FirmProfile.id)))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("\x00", "")
