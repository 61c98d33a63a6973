"""The outbox keeps when a message is due again, its faults, and the slot of scheduled work.

Revision: 0002.
"""

import sqlalchemy as sa
from alembic import op


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UNDONE = sa.text("done_at IS NULL")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("faults", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("slot", sa.String(length=120), nullable=True))
    op.create_index("ix_outbox_slot", "outbox", ["slot"], unique=True)
    op.create_index("ix_outbox_undone", "outbox", ["id"], sqlite_where=UNDONE, postgresql_where=UNDONE)
    with op.batch_alter_table("job_run", schema=None) as batch_op:
        batch_op.drop_constraint("uq_job_run_slot", type_="unique")
        batch_op.drop_column("slot")


def downgrade() -> None:
    with op.batch_alter_table("job_run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("slot", sa.String(length=120), nullable=True))
        batch_op.create_unique_constraint("uq_job_run_slot", ["slot"])
    op.drop_index("ix_outbox_undone", "outbox")
    op.drop_index("ix_outbox_slot", "outbox")
    op.drop_column("outbox", "slot")
    op.drop_column("outbox", "faults")
    op.drop_column("outbox", "due_at")
