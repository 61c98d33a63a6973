"""`passerelle lexicon`: learn the French-English table, see what it does, tune the model on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import click

from app.cli.common import progress_bar
from app.services.evaluation.learn_lexicon import MOST_OF_A_SOURCE, learn_lexicon
from app.services.evaluation.tuning_pairs import glossed_pairs, teacher_vectors
from app.services.taxonomy.taxonomy import shipped_terms
from config.paths import CONFIG
from indexing import tuning
from indexing.analysis import analyse
from indexing.lexicon import load_lexicon
from matching.model import Language

SHIPPED = CONFIG / "lexicon" / "fr-en.tsv.gz"
PLAN = tuning.Plan()


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


@lexicon.command()
@click.argument("pairs", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--most", default=8_000, show_default=True, type=click.IntRange(1), help="Pairs of one source.")
@click.option("--epochs", default=PLAN.epochs, show_default=True, type=click.IntRange(1), help="Times over the pairs.")
@click.option("--rate", default=PLAN.rate, show_default=True, type=click.FloatRange(0, 1, min_open=True))
@click.option("--batch", default=PLAN.batch, show_default=True, type=click.IntRange(1), help="Texts of one step.")
@click.option(
    "--english", default=PLAN.english, show_default=True, type=click.FloatRange(0, 1), help="Originals for each gloss."
)
@click.option("--held", "checked", default=PLAN.checked, show_default=True, type=click.IntRange(1), help="Pairs apart.")
@click.option("--seed", default=PLAN.seed, show_default=True, type=int)
@click.option("--threads", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--minutes", default=float("inf"), type=click.FloatRange(0), help="Train so long; again, and it goes on.")
def tune(pairs: Path, out: Path, most: int, threads: int, minutes: float, **plan: Any) -> None:
    """Tune the packaged model on PAIRS, a JSONL file of aligned sentences (en, fr, src), in the folder OUT.

    It learns to give a French sentence, glossed, the vector of its English original; on the GPU where there is one.
    Stopped at any moment, it goes on when the same command is run again. OUT/model can be named by EMBEDDING_MODEL,
    and French is still glossed for it. Measure it with `passerelle evaluate` before you use it.
    """
    table = load_lexicon(shipped_terms())
    glossed = glossed_pairs(pairs, most, table)
    with progress_bar("teacher") as progress:
        targets = teacher_vectors([english for _, english in glossed], out / "teacher.db", threads, progress)
    with progress_bar("tune   ") as progress:
        tuned = tuning.tune(
            glossed,
            targets,
            out,
            tuning.Plan(**plan),
            lexicon=table.identity,
            threads=threads,
            seconds=minutes * 60,
            progress=progress,
        )
    click.echo(f"{len(glossed)} pairs; {tuned.done} of {tuned.total} steps; {tuned.folder}")
    click.echo("mean cosine to the first vector of the English original, on the pairs held apart:")
    for name, likeness in (("before", tuned.before), ("now", tuned.after)):
        click.echo(f"  {name:<6}  glosses {likeness.glosses:.4f}  English {likeness.english:.4f}")
