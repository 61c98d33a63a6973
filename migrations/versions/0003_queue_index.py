"""An index that answers the facilitator's queue alone: lists and counts read no wide row of a match.

Revision: 0003.
"""

from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = (
    "state",
    "firm_answer",
    "score",
    "challenge_id",
    "firm_id",
    "snoozed_until",
    "languages",
    "computed_at",
    "stale",
)


def upgrade() -> None:
    op.create_index("ix_match_queue", "match", list(COLUMNS))


def downgrade() -> None:
    op.drop_index("ix_match_queue", "match")
