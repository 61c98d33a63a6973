"""The database as the place where passage vectors are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from app.records.store import Store
from app.records.work import StoredVector
from matching.model import Floats

KEYS_A_QUERY = 500  # SQLite takes at most 999 bound values in old builds


class DatabaseVectors:
    """Implements `indexing.vectors.VectorStore`; each call is a short transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def count(self) -> int:
        """How many vectors are kept, of all encoders."""
        with self._store.read() as work:
            return work.session.scalar(select(func.count()).select_from(StoredVector)) or 0

    def load(self, encoder: str, hashes: Sequence[bytes]) -> Mapping[bytes, Floats]:
        """The vectors that are there, by hash; shape (dims,) each."""
        found: dict[bytes, Floats] = {}
        with self._store.read() as work:
            for start in range(0, len(hashes), KEYS_A_QUERY):
                rows = work.session.execute(
                    select(StoredVector.text_hash, StoredVector.vector).where(
                        StoredVector.encoder == encoder,
                        StoredVector.text_hash.in_(hashes[start : start + KEYS_A_QUERY]),
                    )
                )
                found.update({key: np.frombuffer(vector, dtype="<f4") for key, vector in rows})
        return found

    def save(self, encoder: str, vectors: Mapping[bytes, Floats]) -> None:
        """Keep vectors; what another process kept meanwhile stays."""
        rows = [
            {"encoder": encoder, "text_hash": key, "vector": vector.astype("<f4").tobytes()}
            for key, vector in vectors.items()
        ]
        if not rows:
            return
        with self._store.write() as work:
            dialect = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
            work.session.execute(dialect.insert(StoredVector).on_conflict_do_nothing(), rows)
