"""All blueprints of the portal, under /fr and /en."""

from __future__ import annotations

from flask import Flask

from app.web import (
    administration,
    challenges,
    facilitation,
    firm_space,
    firms,
    importing,
    inspector,
    moderation,
    navigation,
    owner,
    pages,
    posting,
    submissions,
    suggest,
    workshops,
)

PREFIX = "/<any(fr,en):lang>"


def register(app: Flask) -> None:
    """Add every blueprint; `pages.root` alone has no language in its address."""
    app.register_blueprint(pages.root)
    public = (pages, challenges, firms, suggest)
    members = (firm_space, owner, posting, submissions)
    facilitators = (facilitation, moderation, inspector, workshops, importing)
    administrators = (administration,)
    for module in (*public, *members, *facilitators, *administrators):
        app.register_blueprint(module.bp, url_prefix=f"{PREFIX}{module.bp.url_prefix or ''}")
    navigation.register(app)
