"""`passerelle lexicon`: learn the French-English table, see what it does."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from app.services.evaluation.learn_lexicon import MOST_OF_A_SOURCE, learn_lexicon
from app.services.taxonomy.taxonomy import shipped_terms
from config.paths import CONFIG
from indexing.analysis import analyse
from indexing.lexicon import load_lexicon
from matching.model import Language

SHIPPED = CONFIG / "lexicon" / "fr-en.tsv.gz"


@click.group()
def lexicon() -> None:
    """The French-English lexicon: glosses for the encoder, translations for words."""


@lexicon.command()
@click.argument("pairs", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=SHIPPED, help="Where to write the table."
)
@click.option(
    "--most", default=MOST_OF_A_SOURCE, show_default=True, type=click.IntRange(1), help="Pairs of one source."
)
def learn(pairs: Path, out: Path, most: int) -> None:
    """Learn the table from PAIRS, a JSONL file of aligned sentences (en, fr, src).

    Three minutes and 4 GB of memory for the 250,000 sentence pairs of the table that is shipped. The index is to be
    rebuilt then.
    """
    used, entries = learn_lexicon(pairs, out, most)
    terms = sum(" " in entry.french for entry in entries)
    click.echo(f"{used} pairs; {len(entries) - terms} translations of words, {terms} terms; {out.stat().st_size} bytes")


@lexicon.command()
@click.argument("text")
def gloss(text: str) -> None:
    """What the English model gets for a French TEXT."""
    click.echo(load_lexicon(shipped_terms()).gloss(text))


@lexicon.command()
@click.argument("word")
@click.option("--language", default="fr", show_default=True, type=click.Choice(["fr", "en"]), help="Of the word.")
def translate(word: str, language: str) -> None:
    """The tokens of the other language that a search for WORD takes in, with their probability."""
    table = load_lexicon(shipped_terms())
    for token in analyse(word, cast("Language", language)):
        for other, probability in table.translations(token, cast("Language", language)):
            click.echo(f"{token}  {other}  {probability:.2f}")
