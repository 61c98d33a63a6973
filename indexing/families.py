"""Words of one family, found by way of the other language: certification and certificat are both "certif" in English.

Snowball's French stemmer leaves apart what its English one joins (certificat, certifier, certification). Two stems
belong together where they have a translation in common and begin alike; either alone would join strangers. Source of
the idea: Xu and Croft (1998), Corpus-based stemming using cooccurrence of word variants, with translations in place
of co-occurrence. Figures: docs/decisions/0007-two-languages.md, "Families".
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from matching.words import Translate

SHORTEST_BEGINNING = 4  # letters in common
LEAST_ALIKE = 0.6  # of the longer one's letters
BOOST = 2.0  # of the chance to come back as the relative; at most the word itself
LEAST_WEIGHT = 0.08
MOST_RELATIVES = 3


def relatives(token: str, translations: Translate) -> Sequence[tuple[str, float]]:
    """French stems of the family of a French one, with what a hit of theirs counts beside its own; the best first."""
    back: defaultdict[str, float] = defaultdict(float)
    for english, there in translations(token, "fr"):
        for french, here in translations(english, "en"):
            back[french] += there * here
    found = [
        (other, weight)
        for other, chance in back.items()
        if other != token and _begin_alike(token, other) and (weight := min(1.0, BOOST * chance)) >= LEAST_WEIGHT
    ]
    return sorted(found, key=lambda one: (-one[1], one[0]))[:MOST_RELATIVES]


def _begin_alike(one: str, other: str) -> bool:
    needed = max(SHORTEST_BEGINNING, math.ceil(LEAST_ALIKE * max(len(one), len(other))))
    return one[:needed] == other[:needed]
