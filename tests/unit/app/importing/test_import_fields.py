from __future__ import annotations

import pytest

from app.services.importing import profiles
from app.services.importing.challenge_rows import COLUMNS
from app.services.importing.fields import fields_of, suggest_columns, suggest_profile
from app.services.importing.firm_rows import is_column


def test_every_field_that_the_form_offers_is_one_that_an_import_reads() -> None:
    assert {field.code for field in fields_of("challenges")} <= COLUMNS
    assert all(is_column(field.code) for field in fields_of("firms"))


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("title_en", "title_en"),
        ("Titre (fr)", "title_fr"),
        ("TITLE EN", "title_en"),
        ("Échéance", "deadline"),
        ("Courriel", "contact_email"),
        ("id", "external_id"),
        ("couleur préférée", ""),
    ],
)
def test_the_name_of_a_column_suggests_its_field_in_either_language(column: str, field: str) -> None:
    assert suggest_columns("challenges", [column]) == {column: field}


def test_no_field_is_suggested_twice_and_our_own_name_wins() -> None:
    assert suggest_columns("challenges", ["Titre", "title"]) == {"Titre": "", "title": "title"}


def test_a_file_with_the_columns_of_a_known_source_is_recognised() -> None:
    assert suggest_profile(["id", "title", "tagline", "text", "agency", "end", "status"]) is None
    columns = ["id", "title", "tagline", "text", "agency", "end", "status", "types", "judging", "prize", "start"]
    assert suggest_profile(columns) == "challenge-gov"
    assert "challenge-gov" in profiles()
