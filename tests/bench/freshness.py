"""An edit in the portal until it shows in search and in suggestions, as its authors and everybody else see it."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from app.services.load_demo import PASSWORD
from tests.bench.browser import Browser

OWNER, FIRM = "proprietaire@demo.example", "firme@demo.example"
LOOK_EVERY_S = 0.1
PATIENCE_S = 60.0
STALE = "this is being computed again"
SYLLABLES = ("bra", "cli", "dro", "fei", "gou", "hal", "jin", "kep", "lum", "mon", "niv", "pru", "rok", "sta", "vek")


@dataclass(frozen=True, slots=True)
class Edit:
    """Seconds from the sending of the form."""

    whose: str
    in_search: float
    in_suggestions: float

    @property
    def seen(self) -> float:
        """Until it shows in both."""
        return max(self.in_search, self.in_suggestions)


def measure(address: str, edits: int, progress: Callable[[int, int], None]) -> Sequence[Edit]:
    """Edit the owner's challenge and the firm's profile in turn, one edit after the other was seen."""
    owner, firm, visitor = Browser(address), Browser(address), Browser(address)
    owner.sign_in(OWNER, PASSWORD)
    firm.sign_in(FIRM, PASSWORD)
    mine = _link(owner.page("/en/workspace"), r"/en/organisations/\d+/challenges")
    challenge = _link(owner.page(mine), r"/en/challenges/\d+")
    recommended = _link(firm.page("/en/workspace"), r"/en/organisations/\d+/recommended")
    profile = firm.leads_to(recommended.replace("/recommended", "/profile")).removesuffix("/edit")
    own = challenge if _card(firm.page(recommended), challenge) else None  # where the two are matched
    dice = random.Random(5)
    found = []
    for number in range(edits):
        word = "".join(dice.sample(SYLLABLES, 3)) + str(number)
        if number % 2:
            found.append(
                _edit(firm, profile, "summary", word, visitor, "/en/firms", lambda: _fresh(firm, recommended, None))
            )
        else:
            found.append(
                _edit(
                    owner, challenge, "problem", word, visitor, "/en/challenges", lambda: _fresh(firm, recommended, own)
                )
            )
        progress(number + 1, edits)
    return found


def _edit(
    author: Browser, record: str, field: str, word: str, visitor: Browser, listing: str, fresh: Callable[[], bool]
) -> Edit:
    """Add a sentence with a word that stands nowhere else, and look until it is found."""
    fields = author.fields(f"{record}/edit")
    name = next(f"{language}.{field}" for language in ("fr", "en") if fields[f"{language}.{field}"] != [""])
    fields[name] = [re.sub(r"( Nouveau : \w+\.)?$", f" Nouveau : {word}.", fields[name][0], count=1)]
    fields["then"] = ["draft"]
    sent = time.monotonic()
    author.send(f"{record}/edit", fields)
    looks = {
        "search": lambda: f'href="{record}"' in visitor.page(f"{listing}?exact=1&q={quote(word)}"),
        "suggestions": fresh,
    }
    seen: dict[str, float] = {}
    while len(seen) < len(looks):
        for what, look in looks.items():
            if what not in seen and look():
                seen[what] = time.monotonic() - sent
        if time.monotonic() - sent > PATIENCE_S:
            raise RuntimeError(f"an edit of {record} did not show after {PATIENCE_S:.0f} s: {seen}")
        time.sleep(LOOK_EVERY_S)
    return Edit(record, seen["search"], seen["suggestions"])


def _fresh(firm: Browser, recommended: str, challenge: str | None) -> bool:
    """Whether nothing on the page waits to be computed again; of one challenge's card, where it is there."""
    page = firm.page(recommended)
    return STALE not in (_card(page, challenge) if challenge is not None else page)


def _card(page: str, challenge: str) -> str:
    """The part of the page from this challenge's link to the next card."""
    start = page.find(f'href="{challenge}"')
    return page[start : page.find('<li class="card', start)] if start >= 0 else ""


def _link(page: str, pattern: str) -> str:
    found = re.search(f'href="({pattern})[/"?#]', page)
    if found is None:
        raise RuntimeError(f"no link like {pattern}")
    return found[1]
