"""Accounts, operators, tickets, visits, emergency cases, alerts: tables that older programs neither read nor need."""

import sqlalchemy as sa
from alembic import op

from dmp.record.listed import words_kept

revision = "0004_since_0001"
down_revision = "0003_since_0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("login", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
        sa.UniqueConstraint("person"),
    )
    op.create_table(
        "operator",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_table(
        "federated",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_table(
        "ticket",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("ticket_by_account", "ticket", ["account"])
    op.create_index("ticket_by_end", "ticket", ["until"])
    op.create_table(
        "tally",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("tally_by_end", "tally", ["until"])
    op.create_table(
        "visit",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", "record"),
    )
    op.create_index("visit_by_end", "visit", ["until"])
    op.create_table(
        "clearance",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("stopped", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_table(
        "profile",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("profile_by_end", "profile", ["until"])
    op.create_table(
        "emergency_case",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record", "id"),
    )
    op.create_table(
        "to_review",
        sa.Column("structure", sa.LargeBinary(), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("structure", "record", "id"),
    )
    op.create_index("to_review_by_due", "to_review", ["state", "due"])
    op.create_table(
        "alert",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("alert_by_state", "alert", ["state", "at"])
    op.create_table(
        "team",
        sa.Column("team", sa.String(length=192), nullable=False),
        sa.Column("professional", sa.String(length=64), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("team", "professional", "since"),
    )
    op.create_index("team_by_professional", "team", ["professional"])
    op.create_table(
        "reader",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record", "token"),
    )
    op.create_table(
        "informed",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("said", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("informed_by_due", "informed", ["state", "due"])
    op.create_table(
        "opponent",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("leaf_by_record", "leaf", ["record"])
    words = op.create_table(
        "directory_word",
        sa.Column("word", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("word", "kind", "id"),
    )
    op.create_index("directory_word_by_line", "directory_word", ["kind", "id"])
    _fill(words)


def _fill(words: sa.Table) -> None:
    """The words of the lines that are there; those that an older program loads meanwhile wait for the next load."""
    lines = sa.table("directory", *(sa.column(name, sa.Text) for name in ("kind", "id", "name")))
    found = op.get_bind().execute(sa.select(lines.c.kind, lines.c.id, lines.c.name)).all()
    rows = [{"word": word, "kind": kind, "id": key} for kind, key, name in found for word in words_kept(kind, name)]
    if rows:
        op.bulk_insert(words, rows)
