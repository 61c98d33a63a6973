"""Vectors in one file, for evaluations: a second run encodes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from matching.model import Floats

KEYS_A_QUERY = 500  # SQLite takes at most 999 bound values in old builds
WAIT_S = 60.0  # another run may be writing


class FileVectors:
    """Implements `indexing.vectors.VectorStore` on a file of its own; several processes may use one.

    The exact text is in the key, so of the encoder's identity only the model counts: after another preparation of
    French, English texts are still there.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with closing(self._open()) as file, file:
            file.execute(
                "CREATE TABLE IF NOT EXISTS vector (encoder TEXT, text_hash BLOB, vector BLOB NOT NULL,"
                " PRIMARY KEY (encoder, text_hash)) WITHOUT ROWID"
            )

    def load(self, encoder: str, hashes: Sequence[bytes]) -> Mapping[bytes, Floats]:
        """The vectors that are there, by hash; shape (dims,) each."""
        found: dict[bytes, Floats] = {}
        with closing(self._open()) as file:
            for start in range(0, len(hashes), KEYS_A_QUERY):
                chunk = list(hashes[start : start + KEYS_A_QUERY])
                marks = ",".join("?" * len(chunk))
                rows = file.execute(
                    f"SELECT text_hash, vector FROM vector WHERE encoder = ? AND text_hash IN ({marks})",
                    [_model(encoder), *chunk],
                )
                found.update({key: np.frombuffer(vector, dtype="<f4") for key, vector in rows})
        return found

    def save(self, encoder: str, vectors: Mapping[bytes, Floats]) -> None:
        """Keep vectors; one that is there already is no error."""
        rows = [(_model(encoder), key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        with closing(self._open()) as file, file:
            file.executemany("INSERT OR IGNORE INTO vector VALUES (?, ?, ?)", rows)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=WAIT_S)


def _model(encoder: str) -> str:
    return encoder.partition(".")[0]
