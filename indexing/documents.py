"""What goes into an index: a document of analysed text, facets, dates and passages with vectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from matching.model import Floats


@dataclass(frozen=True, slots=True)
class PassageVector:
    """One passage of a document: its key (see `matching.model.Passage`) and its vector, shape (dims,), length 1."""

    key: str
    vector: Floats


@dataclass(frozen=True, slots=True)
class Document:
    """One challenge or firm. `fields` holds only names of the index definition; another one is rejected.

    Text fields hold analysed tokens, separated by one space (see `indexing.analysis`), so that both engines see
    the same words. Keyword fields hold tuples of codes; integer fields hold one integer (dates: days since 1970).
    """

    id: str
    version: int
    fields: Mapping[str, Any]
    passages: tuple[PassageVector, ...] = field(default=())

    @property
    def whole(self) -> Floats | None:
        """The mean of its passages' vectors, of length 1: what all of the text is about. None without passages."""
        if not self.passages:
            return None
        summed: Floats = np.stack([passage.vector for passage in self.passages]).sum(axis=0, dtype=np.float32)
        length = float(np.linalg.norm(summed))
        return summed / np.float32(length) if length > 0 else None
