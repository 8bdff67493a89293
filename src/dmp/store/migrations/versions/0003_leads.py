"""Leads: from keyed hashes to records. Adds a table that older programs neither read nor need.

What older programs write meanwhile, and records of before, get their leads from
`dmp leads`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_since_0001"
down_revision = "0002_since_0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "lead",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("token", "record"),
    )
