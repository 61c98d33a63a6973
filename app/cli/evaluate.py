"""`passerelle evaluate`: quality of search and matching on a collection with judgements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click

from app.cli.common import progress_bar, read_settings, table
from app.services.evaluation.evaluate_collection import (
    EVERY_RANKER,
    RANKERS,
    Evaluated,
    Prepared,
    Tools,
    indexed,
    measure,
)
from app.services.evaluation.read_collection import read_collection
from app.services.parts import build_encoder
from app.services.taxonomy.taxonomy import shipped_terms
from config.logs import configure_logging
from config.settings import Settings
from indexing.bulk import BulkEncoder
from indexing.engine import SearchEngine
from indexing.engines.elastic import ElasticEngine
from indexing.engines.embedded import EmbeddedEngine
from indexing.file_vectors import FileVectors
from indexing.lexicon import load_lexicon
from indexing.weights import load_weights

ENGINES = ("embedded", "elasticsearch")
COLUMNS = ["collection", "engine", "ranker", "queries", "ndcg@10", "mrr", "recall@10", "recall@100", "seconds"]


@click.command(name="evaluate")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--engine", type=click.Choice(ENGINES), help="One engine; else all that the settings name.")
@click.option("--ranker", type=click.Choice(EVERY_RANKER), help="One ranker; else the first four.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the rows as JSON.")
@click.option("--run", "run_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the ranking (TREC).")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes that encode.")
def evaluate(
    folder: Path, engine: str | None, ranker: str | None, json_file: Path | None, run_file: Path | None, processes: int
) -> None:
    """Measure nDCG@10, MRR, recall@10 and @100 on FOLDER.

    FOLDER holds corpus.jsonl (id, title, text, language?), queries.jsonl (id, title?, text, language?) and qrels.tsv
    (query_id, doc_id, relevance; a header line or none). Vectors are kept under var/evaluate for the next time.
    """
    settings = read_settings()
    configure_logging("WARNING", "cli")
    kinds = _kinds(engine, settings)
    if run_file is not None and (ranker is None or len(kinds) != 1):
        raise click.UsageError("--run writes one ranking: name one --ranker and one --engine")
    found = list(_evaluated(settings, folder, kinds, (ranker,) if ranker else RANKERS, processes))
    rows = [one.row() for one in found]
    click.echo(table(rows, COLUMNS))
    if json_file is not None:
        json_file.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if run_file is not None:
        run_file.write_text("".join(f"{line}\n" for line in found[0].trec()), encoding="utf-8")


def _kinds(engine: str | None, settings: Settings) -> tuple[str, ...]:
    if engine == "elasticsearch" and not settings.elasticsearch_url:
        raise click.UsageError("--engine elasticsearch needs the setting ELASTICSEARCH_URL")
    if engine is not None:
        return (engine,)
    return ENGINES if settings.elasticsearch_url else ENGINES[:1]


def _evaluated(
    settings: Settings, folder: Path, kinds: tuple[str, ...], rankers: tuple[str, ...], processes: int
) -> Iterator[Evaluated]:
    collection = read_collection(folder)
    with ExitStack() as stack:
        pool = stack.enter_context(BulkEncoder(settings.embedding_model, processes)) if processes > 1 else None
        tools = build_tools(settings, pool)
        with progress_bar(f"encode {collection.name}") as progress:
            prepared = Prepared(collection, tools, rankers, progress)
        for kind in kinds:
            engine = _engine(kind, settings)
            stack.callback(engine.close)
            with progress_bar(f"index {kind}") as progress:
                name = stack.enter_context(indexed(prepared, engine, progress))
            for ranker in rankers:
                with progress_bar(f"rank {kind} {ranker}") as progress:
                    yield measure(prepared, engine, name, ranker, progress)


def build_tools(settings: Settings, pool: BulkEncoder | None = None) -> Tools:
    """The parts in force, with vectors in a file of their own."""
    lexicon = load_lexicon(shipped_terms())
    return Tools(
        encoder=build_encoder(settings, lexicon),
        vectors=FileVectors(settings.var / "evaluate" / "vectors.db"),
        weights=load_weights(),
        translations=lexicon.translations,
        encode=pool,
    )


def _engine(kind: str, settings: Settings) -> SearchEngine:
    if kind == "elasticsearch":
        assert settings.elasticsearch_url is not None
        return ElasticEngine(settings.elasticsearch_url)
    return EmbeddedEngine(settings.var / "evaluate" / "index")
