"""The list behind `passerelle match best`: whole for a program, cut for a terminal."""

from __future__ import annotations

from app.services.suggestions.best_suggestions import best_suggestions, shortened
from tests.facilitation.world import World

LONG = "Savoir quels trottoirs sont glacés avant que les gens y marchent le matin"


def test_a_program_gets_ids_and_whole_titles_and_a_terminal_what_fits(world: World) -> None:
    challenge, firm = world.challenge(LONG), world.firm("Nordet")
    world.match(challenge, firm, 71.5)

    with world.store.read() as work:
        rows = best_suggestions(work, 10)

    assert [(row["challenge_id"], row["firm_id"], row["challenge"]) for row in rows] == [(challenge, firm, LONG)]
    (cut,) = shortened(rows)
    assert cut["challenge"].endswith("…")
    assert len(cut["challenge"]) <= 46
