from __future__ import annotations

from pathlib import Path

import pytest

from app.services.evaluation.read_collection import BadCollection, read_collection

CORPUS = '{"id": "d1", "title": "Heat pumps", "text": "Heat pumps for public buildings."}\n'
QUERIES = '{"id": "q1", "text": "pompe à chaleur", "language": "fr"}\n'
QRELS = "query_id\tdoc_id\trelevance\nq1\td1\t1\n"


def written(folder: Path, corpus: str = CORPUS, queries: str = QUERIES, qrels: str = QRELS) -> Path:
    for name, content in (("corpus.jsonl", corpus), ("queries.jsonl", queries), ("qrels.tsv", qrels)):
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def test_a_collection_is_read_with_its_languages(tmp_path: Path) -> None:
    collection = read_collection(written(tmp_path))

    assert collection.documents[0].language == "en"
    assert collection.queries[0].language == "fr"
    assert collection.judgements == {"q1": {"d1": 1}}


def test_judgements_need_no_header(tmp_path: Path) -> None:
    assert read_collection(written(tmp_path, qrels="q1\td1\t2\n")).judgements == {"q1": {"d1": 2}}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "qrels.tsv").unlink()

    with pytest.raises(BadCollection, match=r"qrels\.tsv is missing"):
        read_collection(tmp_path)


@pytest.mark.parametrize(
    ("corpus", "fault"),
    [
        (CORPUS + "{no json\n", r"corpus\.jsonl line 2: no JSON"),
        (CORPUS + '{"id": "d2"}\n', r"line 2: text: a text is needed"),
        (CORPUS + '{"text": "x"}\n', r"line 2: id: "),
        (CORPUS + CORPUS, r"line 2: id: 'd1' stands in line 1 already"),
        ('{"id": "d1", "text": "x", "language": "de"}\n', r"line 1: language: 'de' is neither fr nor en"),
        ("", r"corpus\.jsonl: empty"),
    ],
)
def test_a_bad_line_is_named_with_its_field(tmp_path: Path, corpus: str, fault: str) -> None:
    with pytest.raises(BadCollection, match=fault):
        read_collection(written(tmp_path, corpus=corpus))


@pytest.mark.parametrize(
    ("qrels", "fault"),
    [
        ("q1\td1\t1\nq1 d1 1\n", "line 2: 3 columns"),
        ("q1\td1\t1\nq1\td2\tmany\n", "line 2: relevance: 'many' is no whole number"),
        ("q9\td1\t1\n", r"no query of queries\.jsonl has a relevant document"),
    ],
)
def test_bad_judgements_are_named(tmp_path: Path, qrels: str, fault: str) -> None:
    with pytest.raises(BadCollection, match=fault):
        read_collection(written(tmp_path, qrels=qrels))
