"""Prescriptions that have a number: a table that older programs neither read nor need."""

import sqlalchemy as sa
from alembic import op

revision = "0006_since_0001"
down_revision = "0005_since_0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "prescription",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record", "id"),
    )
