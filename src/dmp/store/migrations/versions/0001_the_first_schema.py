"""The first schema."""

import sqlalchemy as sa
from alembic import op

from dmp.store import dialect

revision = "0001"
down_revision = None

APPEND_ONLY = ("trace", "leaf", "head", "record_history", "erasure")
"""As of this migration: a later one names the tables it adds."""


def upgrade() -> None:
    """Make every table, and the triggers that keep some of them append-only."""
    op.create_table(
        "activity",
        sa.Column("professional", sa.String(length=64), nullable=False),
        sa.Column("structure", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("professional", "structure"),
    )
    op.create_table(
        "directory",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=False),
        sa.Column("profession", sa.String(length=32), nullable=False),
        sa.Column("know_hows", sa.Text(), nullable=False),
        sa.Column("sector", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id"),
    )
    op.create_table(
        "erasure",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record"),
    )
    op.create_table(
        "former_identifier",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("token", "record"),
    )
    op.create_table(
        "forwarding",
        sa.Column("target", sa.String(length=255), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("target"),
    )
    op.create_table(
        "head",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "identifier",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_table(
        "leaf",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("trace", sa.String(length=36), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )
    op.create_table(
        "document",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored_sha256", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record", "id"),
    )
    op.create_table(
        "page",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record", "number"),
    )
    op.create_table(
        "place",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("token", "record"),
    )
    op.create_table(
        "record",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("master", sa.String(length=32), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record"),
    )
    op.create_table(
        "record_history",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record", "version"),
    )
    op.create_table(
        "seen",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("seen_by_end", "seen", ["until"], postgresql_using="brin")
    op.create_table(
        "trace",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record", "id"),
    )
    op.create_table(
        "trace_queue",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("trace", sa.String(length=36), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    for statement in dialect.kept_in_the_row(op.get_bind().dialect.name):
        op.execute(statement)
    for statement in dialect.append_only_triggers(op.get_bind().dialect.name, APPEND_ONLY):
        op.execute(statement)
