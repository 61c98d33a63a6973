"""Pages of administrators: users, sectors and technologies, jobs, indexes, the audit log."""

from app.web.administration import audit, indexes, jobs, overview, terms, users
from app.web.administration.blueprint import bp

__all__ = ["audit", "bp", "indexes", "jobs", "overview", "terms", "users"]
