from __future__ import annotations

import ast
from pathlib import Path

PAGES = Path(__file__).resolve().parents[2] / "app" / "web"


def test_no_page_reaches_into_the_session_of_a_unit_of_work() -> None:
    """`lint-imports` holds SQLAlchemy out of the pages; a query can also be asked through what a service handed out."""
    reached = [
        f"{path.relative_to(PAGES)}:{node.lineno}"
        for path in sorted(PAGES.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("session", "scoped")
    ]

    assert [place for place in reached if not place.startswith("accounts.py")] == []
