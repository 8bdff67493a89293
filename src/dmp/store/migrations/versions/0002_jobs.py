"""Jobs: what is to be done later. Adds a table that older programs neither read nor need."""

import sqlalchemy as sa
from alembic import op

revision = "0002_since_0001"
down_revision = "0001"


def upgrade() -> None:
    """Make the table, and the index by which what is due is found."""
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.String(length=36), nullable=False),
        sa.Column("said", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("job_by_due", "job", ["state", "due"])
