from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.services.parts import Parts
from tests.web.portal import Visitor

SignedIn = Callable[..., Visitor]

ENTRIES = [
    (
        "publish_firm",
        "firm",
        {"before": "draft", "after": "published"},
        "État : Brouillon → Publiée",
        "Draft → Published",
    ),
    ("reject_match", "match", {"reason": "off_topic"}, "Raison : Hors sujet", "Reason: Off topic"),
    ("grant_role", "user", {"role": "administrator"}, "Rôle : Administration", "Role: Administrator"),
    ("create_user", "user", {"roles": ["facilitator", "administrator"]}, "Facilitation, Adm", "Facilitator, Adm"),
    ("edit_sector", "sector", {"code": "health", "changed": ["label_fr"]}, "changé : Libellé", "changed: Label"),
    ("start_import", "import", {"kind": "firm", "file": "a.csv"}, "Fichier : a.csv", "File: a.csv"),
    ("start_import", "import", {"kind": "challenges"}, "Contenu : Défis", "Content: Challenges"),
    ("firm_interested", "match", {}, "Entreprise intéressée", "Firm interested"),
    ("submit", "submission", {}, "Dépôt", "Submitted"),
]


@pytest.mark.parametrize(("action", "kind", "detail", "french", "english"), ENTRIES)
def test_an_entry_is_told_in_the_language_of_the_page(
    signed_in: SignedIn, parts: Parts, action: str, kind: str, detail: dict[str, Any], french: str, english: str
) -> None:
    admin = signed_in("ada@passerelle.example", role="administrator")
    with parts.store.write() as work:
        work.audit(None, action, kind, 1, **detail)

    shown = {lang: _row(admin.text(f"/{lang}/admin/audit?action={action}")) for lang in ("fr", "en")}

    assert french in shown["fr"].replace("\u00a0", " ")
    assert english in shown["en"]


def _row(page: str) -> str:
    """The text of the first entry."""
    found = re.search(r"<tbody>(.*?)</tr>", page, re.S)
    assert found, page
    return re.sub(r"<[^>]+>", " ", found[1])
