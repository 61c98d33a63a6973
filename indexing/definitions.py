"""The two indexes. The name of a build carries alias, schema and encoder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

SCHEMA = 4  # raise it with any change to the fields, to `indexing.analysis` or to `indexing.passages`


@dataclass(frozen=True, slots=True)
class IndexDefinition:
    """Always strict: an unknown field is a bug, not a guess."""

    alias: str
    encoder: str  # short identity; vectors of two encoders do not compare, so it is part of the name
    dims: int
    text_fields: tuple[str, ...]
    keyword_fields: tuple[str, ...]
    integer_fields: tuple[str, ...]
    schema: int = SCHEMA

    def build_name(self, at: datetime) -> str:
        """At 10:15 UTC: challenges-s1-minilm384-20260821t101500z."""
        return f"{self._beginning}{at:%Y%m%dt%H%M%S%fz}"

    def made(self, build: str) -> bool:
        """Whether a build of this name has this schema and the vectors of this encoder."""
        return build.startswith(self._beginning)

    @property
    def _beginning(self) -> str:
        return f"{self.alias}-s{self.schema}-{self.encoder}-"


# The body holds the titles too: with scores of two fields added up, a word in the title alone would be weighed by the
# lengths of titles only. On scifact, cranfield and cacm words gave 0.686, 0.400 and 0.539 (nDCG@10) with the title
# half as much again, 0.631, 0.384 and 0.488 with a body without titles and titles twice.
TITLE_BOOST = 0.5
TEXT = ("title_fr", "title_en", "body_fr", "body_en")


def challenges(encoder: str, dims: int) -> IndexDefinition:
    """Facets: sector, technology, status, owner_kind, place, workshop, language. `surface` holds the distinct
    folded words and titles for spelling and completion.
    """
    return IndexDefinition(
        alias="challenges",
        encoder=encoder,
        dims=dims,
        text_fields=TEXT,
        keyword_fields=("sector", "technology", "status", "owner_kind", "place", "workshop", "language", "surface"),
        integer_fields=("published_day", "deadline_day"),
    )


def firms(encoder: str, dims: int) -> IndexDefinition:
    """Facets: sector, technology, place, language (of its texts), service_language, headcount, collaboration."""
    return IndexDefinition(
        alias="firms",
        encoder=encoder,
        dims=dims,
        text_fields=TEXT,
        keyword_fields=(
            "sector",
            "technology",
            "place",
            "language",
            "service_language",
            "headcount",
            "collaboration",
            "surface",
        ),
        integer_fields=("published_day",),
    )
