"""The features of pairs with a truth, as arrays: what the weights of matching are fitted on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import select

from app.cli.common import progress_bar
from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.services.evaluation.evaluate_collection import Prepared, Tools, indexed, statistics_of
from app.services.evaluation.read_collection import read_collection
from app.services.parts import Parts
from app.services.suggestions.sides import Sides
from app.services.suggestions.statistics import current_statistics
from indexing.engine import SearchEngine
from indexing.proposals import propose
from indexing.query import Translations
from matching.features import FEATURES
from matching.model import ChallengeSide, FirmSide, Floats, Weights
from matching.scoring import score_firms
from matching.words import Statistics
from tests.relevance.demo import intended, twin_pairs


@dataclass(frozen=True, slots=True)
class Query:
    """One challenge with its candidate firms. `values`: shape (firms, features), NaN where unknown.

    `right`: rows of `values` that answer it. `of`: how many answers there are, those that are no candidates too.
    `group`: queries of one group are never in two folds. `twin`: the twin's name where it is one.
    """

    collection: str
    group: str
    firms: tuple[int, ...]
    values: Floats
    right: tuple[int, ...]
    of: int
    twin: str | None = None


def demo_queries(parts: Parts) -> Iterator[Query]:
    """Every challenge of a loaded demo with all of its firms."""
    sides, statistics = Sides(parts), current_statistics(parts)
    with parts.store.read() as work:
        rows = list(work.session.scalars(select(Challenge).where(Challenge.status == "open")))
        profiles = list(work.session.scalars(select(FirmProfile).where(FirmProfile.status == "published")))
    firms = sides.firms([row.id for row in profiles])
    names = {row.id: row.external_id for row in profiles}
    truth: dict[str, set[str]] = {}
    for pair in intended():
        truth.setdefault(pair["challenge_id"], set()).add(pair["firm_id"])
    twins = {key: row["twin"] for row in twin_pairs() for key in (row["fr"], row["en"])}
    for row, side in zip(rows, sides.challenges(rows), strict=True):
        right = truth.get(row.external_id or "")
        if right:
            twin = twins.get(row.external_id or "")
            yield Query(
                "demo",
                twin or str(row.id),
                tuple(firm.id for firm in firms),
                feature_values(side, firms, statistics, parts.weights, parts.lexicon.translations),
                tuple(place for place, firm in enumerate(firms) if names[firm.id] in right),
                len(right),
                twin,
            )


def collection_queries(folder: Path, tools: Tools, engine: SearchEngine) -> Iterator[Query]:
    """Every query of a collection with the documents that the engine proposes."""
    collection = read_collection(folder)
    with progress_bar(f"encode {collection.name}") as progress:
        prepared = Prepared(collection, tools, ("matching",), progress)
    firms, challenges = prepared.firms(), prepared.challenges()
    statistics = statistics_of(firms, challenges)
    with indexed(prepared, engine) as name:
        for query in collection.queries:
            right = {key for key, grade in collection.judgements.get(query.id, {}).items() if grade > 0}
            found = sorted(propose(engine, name, challenges[query.id], statistics, tools.translations))
            if right & set(found):
                side, own = challenges[query.id], [firms[key] for key in found]
                yield Query(
                    collection.name,
                    f"{collection.name} {query.id}",
                    tuple(firm.id for firm in own),
                    feature_values(side, own, statistics, tools.weights, tools.translations),
                    tuple(place for place, key in enumerate(found) if key in right),
                    len(right),
                )


def feature_values(
    challenge: ChallengeSide,
    firms: Sequence[FirmSide],
    statistics: Statistics,
    weights: Weights,
    translate: Translations | None,
) -> Floats:
    """Shape (firms, features), in the order of `FEATURES`; NaN where one side does not say."""
    scored = score_firms(challenge, firms, statistics, weights, translate)
    values = [[np.nan if part.value is None else part.value for part in one.parts] for one in scored]
    return np.array(values, dtype=np.float32).reshape(len(firms), len(FEATURES))
