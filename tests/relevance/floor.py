"""How many intended and other firms a floor on the cosine lets through: `python -m tests.relevance.floor`.

Needs the demo's data (`passerelle demo --load-only`). A query is the title of a challenge, a firm counts by its best
passage: what the portal's search by meaning does. The result stands in docs/decisions/0002-search.md.
"""

from __future__ import annotations

import os

import numpy as np
from sqlalchemy import select

from app.records.challenges import Challenge
from app.records.firms import FirmProfile
from app.services.parts import build_parts
from app.services.suggestions.sides import Sides
from config.settings import Settings
from tests.relevance.demo import intended

FLOORS = (0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50)


def main() -> None:
    """Print the shares, one floor a line."""
    parts = build_parts(Settings.from_environ(os.environ))
    with parts.store.read() as work:
        challenges = work.session.scalars(select(Challenge).where(Challenge.status == "open")).all()
        firms = work.session.scalars(select(FirmProfile).where(FirmProfile.status == "published")).all()
    sides = Sides(parts)
    built = [(firm.external_id or "", sides.firm(firm)) for firm in firms]
    wanted = {(row["challenge_id"], row["firm_id"]) for row in intended()}
    scores: dict[bool, list[float]] = {True: [], False: []}
    for challenge in challenges:
        title = next(text.title for text in challenge.texts if text.language == challenge.original)
        language = "fr" if challenge.original == "fr" else "en"
        query = parts.encoder.encode_queries([title], language)[0]
        for name, side in built:
            scores[(challenge.external_id or "", name) in wanted].append(float((side.vectors @ query).max()))
    print(f"{len(scores[True])} intended pairs, {len(scores[False])} others")
    for floor in FLOORS:
        shares = [float((np.array(scores[kind]) >= floor).mean()) for kind in (True, False)]
        print(f"{floor:.2f}  intended {shares[0]:.3f}  others {shares[1]:.3f}")
    parts.close()


if __name__ == "__main__":
    main()
