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


def is_outdated(parts: Parts, kind: Kind) -> bool:
    """Whether the build in use was made for another schema or encoder: it answers still, but is to be rebuilt.

    Raises Unavailable.
    """
    build = parts.engine.resolve(ALIASES[kind])
    return build is not None and not definition_of(parts, kind).made(build)
