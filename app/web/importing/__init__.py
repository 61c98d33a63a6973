"""Facilitators import challenges and firms: a file, which column means what, a dry run, then the import as a job."""

from app.web.importing import files, runs
from app.web.importing.blueprint import bp

__all__ = ["bp", "files", "runs"]
