"""A part: some rows of a build with their facets, dates and passage vectors, in one file that never changes.

Each write adds a part; small parts are merged into larger ones (`merge_of`), so that there are only a few dozen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexing.definitions import IndexDefinition
from indexing.documents import Document
from indexing.engines.embedded.files import map_arrays, write_arrays
from matching.model import Floats

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

NO_DATE = np.iinfo(np.int64).max  # sorts last in ascending order; validation lets no document hold it
MERGED_AT = 8  # so many parts of one size class become one: each row is written again once a class
MOST_ROWS_MERGED = 8192  # a merge holds its vectors in memory: 45 MB at 3.6 passages of 384 dims
DEAD_SHARE = 3  # a part is written anew when one in three of its rows is dead


class Part:
    """The rows of one part file. `ordinals` link rows to their words; row i has `passages[i]` vectors, in order."""

    def __init__(self, name: str, arrays: Mapping[str, Any]) -> None:
        self.name = name
        self._arrays = arrays
        self.versions: Numbers = arrays["versions"]
        self.ordinals: Numbers = arrays["ordinals"]
        self.passages: Codes = arrays["passages"]
        self.vectors: Floats = arrays["vectors"]

    @classmethod
    def open(cls, folder: Path, name: str) -> Part:
        """Map a part file. Raises FileNotFoundError."""
        return cls(name, map_arrays(folder / f"{name}.rows"))

    def __len__(self) -> int:
        return len(self.versions)

    @cached_property
    def ids(self) -> list[str]:
        """Document ids by row."""
        return self._texts("ids")

    @cached_property
    def keys(self) -> list[str]:
        """Passage keys, as the vectors."""
        return self._texts("keys")

    def facet(self, name: str) -> tuple[list[str], Codes, Codes]:
        """One keyword field: its codes' names, the codes of all rows in a line, and how many each row has."""
        return self._texts(f"names.{name}"), self._arrays[f"codes.{name}"], self._arrays[f"lengths.{name}"]

    def integers(self, name: str) -> Numbers:
        """One integer field by row; NO_DATE where it is missing."""
        numbers: Numbers = self._arrays[f"integers.{name}"]
        return numbers

    def _texts(self, name: str) -> list[str]:
        texts: list[str] = json.loads(self._arrays[f"texts.{name}"].tobytes())
        return texts


def write_documents(
    folder: Path, name: str, documents: Sequence[Document], ordinals: Sequence[int], definition: IndexDefinition
) -> Part:
    """A part of new documents."""
    arrays = _rows(
        ids=[document.id for document in documents],
        versions=[document.version for document in documents],
        ordinals=ordinals,
        passages=[len(document.passages) for document in documents],
        keys=[passage.key for document in documents for passage in document.passages],
        vectors=_unit_rows([passage.vector for document in documents for passage in document.passages], definition),
    )
    for field in definition.keyword_fields:
        numbers: dict[str, int] = {}
        rows = [
            [numbers.setdefault(code, len(numbers)) for code in dict.fromkeys(document.fields.get(field, ()))]
            for document in documents
        ]
        codes = np.array([number for row in rows for number in row], dtype=np.int32)
        arrays |= _facet(field, list(numbers), codes, [len(row) for row in rows])
    for field in definition.integer_fields:
        days = [document.fields.get(field, NO_DATE) for document in documents]
        arrays[f"integers.{field}"] = np.array(days, dtype=np.int64)
    write_arrays(folder / f"{name}.rows", arrays)
    return Part.open(folder, name)


def merge_of(sizes: Iterable[tuple[str, int, int]]) -> list[str] | None:
    """Which parts to merge next, given (name, live rows, rows) of each; None where nothing is to be done."""
    classes: dict[int, list[str]] = {}
    for name, live, rows in sizes:
        if (rows - live) * DEAD_SHARE > rows:
            return [name]
        if live <= MOST_ROWS_MERGED // MERGED_AT:
            classes.setdefault(int(np.log2(live) / np.log2(MERGED_AT)), []).append(name)
    return next((names for names in classes.values() if len(names) >= MERGED_AT), None)


def write_merged(
    folder: Path, name: str, parts: Sequence[Part], alive: Sequence[Mask], definition: IndexDefinition
) -> Part:
    """One part of the live rows of several."""
    kept_passages = [np.repeat(mask, part.passages) for part, mask in zip(parts, alive, strict=True)]
    arrays = _rows(
        ids=[key for part, mask in zip(parts, alive, strict=True) for key in _kept(part.ids, mask)],
        versions=np.concatenate([part.versions[mask] for part, mask in zip(parts, alive, strict=True)]),
        ordinals=np.concatenate([part.ordinals[mask] for part, mask in zip(parts, alive, strict=True)]),
        passages=np.concatenate([part.passages[mask] for part, mask in zip(parts, alive, strict=True)]),
        keys=[key for part, mask in zip(parts, kept_passages, strict=True) for key in _kept(part.keys, mask)],
        vectors=np.concatenate([part.vectors[mask] for part, mask in zip(parts, kept_passages, strict=True)]),
    )
    for field in definition.keyword_fields:
        numbers: dict[str, int] = {}
        codes, lengths = [], []
        for part, mask in zip(parts, alive, strict=True):
            names, own, counts = part.facet(field)
            own = own[np.repeat(mask, counts)]
            table = np.zeros(len(names), dtype=np.int32)
            for number in np.unique(own).tolist():  # codes that no live row holds are forgotten
                table[number] = numbers.setdefault(names[number], len(numbers))
            codes.append(table[own])
            lengths.append(counts[mask])
        arrays |= _facet(field, list(numbers), np.concatenate(codes), np.concatenate(lengths))
    for field in definition.integer_fields:
        kept = [part.integers(field)[mask] for part, mask in zip(parts, alive, strict=True)]
        arrays[f"integers.{field}"] = np.concatenate(kept)
    write_arrays(folder / f"{name}.rows", arrays)
    return Part.open(folder, name)


def _rows(
    *, ids: list[str], versions: Any, ordinals: Any, passages: Any, keys: list[str], vectors: Any
) -> dict[str, Any]:
    return {
        "vectors": vectors,
        "versions": np.asarray(versions, dtype=np.int64),
        "ordinals": np.asarray(ordinals, dtype=np.int64),
        "passages": np.asarray(passages, dtype=np.int32),
        "texts.ids": _packed(ids),
        "texts.keys": _packed(keys),
    }


def _facet(field: str, names: list[str], codes: Any, lengths: Any) -> dict[str, Any]:
    return {
        f"texts.names.{field}": _packed(names),
        f"codes.{field}": codes,
        f"lengths.{field}": np.asarray(lengths, dtype=np.int32),
    }


def _packed(texts: list[str]) -> Any:
    return np.frombuffer(json.dumps(texts, ensure_ascii=False).encode(), dtype=np.uint8)


def _kept(items: list[str], mask: Mask) -> list[str]:
    return [items[place] for place in np.flatnonzero(mask).tolist()]


def _unit_rows(vectors: list[Floats], definition: IndexDefinition) -> Floats:
    """Length 1, so that a dot product is the cosine, as Elasticsearch computes it for vectors of any length."""
    if not vectors:
        return np.zeros((0, definition.dims), dtype=np.float32)
    stacked = np.stack(vectors).astype(np.float64)  # squares of very small numbers would vanish in single precision
    unit: Floats = (stacked / np.linalg.norm(stacked, axis=1, keepdims=True)).astype(np.float32)
    return unit
