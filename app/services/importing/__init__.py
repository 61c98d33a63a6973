"""Import of challenges and firms from CSV, XLSX and JSONL: good rows go in, bad rows are named."""

from app.services.importing.files import SourceFile
from app.services.importing.import_challenges import import_challenges
from app.services.importing.import_firms import import_firms
from app.services.importing.mapping import ColumnMapping, load_mapping, parse_mapping, profiles
from app.services.importing.options import ImportOptions
from app.services.importing.report import Report, RowNote

__all__ = [
    "ColumnMapping",
    "ImportOptions",
    "Report",
    "RowNote",
    "SourceFile",
    "import_challenges",
    "import_firms",
    "load_mapping",
    "parse_mapping",
    "profiles",
]
