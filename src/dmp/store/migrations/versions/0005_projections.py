"""What is read from documents, which older programs neither read nor need; «dmp rebuild-facts» fills it."""

import sqlalchemy as sa
from alembic import op

revision = "0005_since_0001"
down_revision = "0004_since_0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "projection",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("document", sa.String(length=96), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record", "document"),
    )
