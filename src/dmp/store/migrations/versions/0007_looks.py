"""When reminders are worked out; every record that is there is looked at from the first day on."""

import sqlalchemy as sa
from alembic import op

revision = "0007_since_0001"
down_revision = "0006_since_0001"


def upgrade() -> None:
    """Make the table, with a row for each record that was not destroyed."""
    op.create_table(
        "health_look",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("rules", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("record"),
    )
    op.create_index("health_look_by_day", "health_look", ["day", "record"])
    op.execute("INSERT INTO health_look (record, day, rules) SELECT record, 0, '' FROM record WHERE state <> 'DETRUIT'")
