"""The queue's index tells which matches are suggested now: those with a history stay when they no longer are.

Revision: 0004.
"""

from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BEFORE = (
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
    op.drop_index("ix_match_queue", "match")
    op.create_index("ix_match_queue", "match", [*BEFORE, "for_challenge", "for_firm"])


def downgrade() -> None:
    op.drop_index("ix_match_queue", "match")
    op.create_index("ix_match_queue", "match", list(BEFORE))
