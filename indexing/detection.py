"""Which of the two languages a text or a query is in, by lingua."""

from __future__ import annotations

from functools import lru_cache

from lingua import Language as Lingua
from lingua import LanguageDetector, LanguageDetectorBuilder

from matching.model import Language

# lingua calls bare nouns and acronyms English with a confidence of 0.52 to 0.64 ("batterie", "IoT", "cloud"):
# below this the page's language is the better guess.
SURE_OF_A_QUERY = 0.7
LONGEST_READ = 2000  # characters: more does not change the answer


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(Lingua.FRENCH, Lingua.ENGLISH).build()


def detect(text: str) -> tuple[Language | None, float]:
    """The likelier language and its confidence from 0.5 to 1; (None, 0) where there is nothing to go by."""
    if not any(char.isalpha() for char in text):
        return None, 0.0
    readable = text[:LONGEST_READ].encode("utf-8", "ignore").decode()  # a lone surrogate is no text for lingua
    best = _detector().compute_language_confidence_values(readable)[0]
    return ("fr" if best.language == Lingua.FRENCH else "en"), best.value


@lru_cache(maxsize=4096)
def query_language(text: str, default: Language) -> Language:
    """Language of a short query: the page's unless the words clearly speak for the other one."""
    found, confidence = detect(text)
    return found if found is not None and confidence >= SURE_OF_A_QUERY else default
