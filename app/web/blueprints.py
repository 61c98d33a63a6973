"""All blueprints of the portal, under /fr and /en."""

from __future__ import annotations

from flask import Flask

from app.web import challenges, firm_space, firms, navigation, owner, pages, posting, submissions, suggest

PREFIX = "/<any(fr,en):lang>"


def register(app: Flask) -> None:
    """Add every blueprint; `pages.root` alone has no language in its address."""
    app.register_blueprint(pages.root)
    for module in (pages, challenges, firms, suggest, firm_space, owner, posting, submissions):
        app.register_blueprint(module.bp, url_prefix=PREFIX)
    navigation.register(app)
