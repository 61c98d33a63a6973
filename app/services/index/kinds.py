"""The kinds of records that are indexed, and what their indexes look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from app.services.parts import Parts
from indexing import definitions
from indexing.definitions import IndexDefinition

Kind = Literal["challenge", "firm"]
ALIASES: Mapping[Kind, str] = {"challenge": "challenges", "firm": "firms"}


def definition_of(parts: Parts, kind: Kind) -> IndexDefinition:
    """The index definition for the encoder in use."""
    make = definitions.challenges if kind == "challenge" else definitions.firms
    return make(parts.encoder.identity, parts.encoder.dims)
