"""All blueprints of the portal, under /fr and /en."""

from __future__ import annotations

from flask import Flask

from app.web import (
    challenges,
    facilitation,
    firm_space,
    firms,
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
    facilitators = (facilitation, moderation, inspector, workshops)
    for module in (*public, *members, *facilitators):
        app.register_blueprint(module.bp, url_prefix=PREFIX)
    navigation.register(app)
