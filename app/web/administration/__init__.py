"""Pages of administrators: users, organisations, sectors and technologies, jobs, indexes, the audit log."""

from app.web.administration import audit, indexes, jobs, organisations, overview, terms, users
from app.web.administration.blueprint import bp

__all__ = ["audit", "bp", "indexes", "jobs", "organisations", "overview", "terms", "users"]
