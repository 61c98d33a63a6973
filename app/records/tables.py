"""Every table, so that one import fills the metadata."""

from app.records.accounts import Membership, Organisation, Role, User
from app.records.base import Base
from app.records.challenges import Challenge, ChallengeText, ChallengeVersion, Need
from app.records.firms import FirmProfile, FirmText, Solution, SolutionText
from app.records.matches import Decision, Match, Submission
from app.records.taxonomy import Sector, Technology, Workshop
from app.records.work import AuditEntry, CorpusStatistics, IndexState, JobRun, Outbox, StoredVector

__all__ = [
    "AuditEntry",
    "Base",
    "Challenge",
    "ChallengeText",
    "ChallengeVersion",
    "CorpusStatistics",
    "Decision",
    "FirmProfile",
    "FirmText",
    "IndexState",
    "JobRun",
    "Match",
    "Membership",
    "Need",
    "Organisation",
    "Outbox",
    "Role",
    "Sector",
    "Solution",
    "SolutionText",
    "StoredVector",
    "Submission",
    "Technology",
    "User",
    "Workshop",
]
