"""The tables, one schema for SQLite and PostgreSQL.

Every table that grows with patients starts its primary key with `record`, and
every statement names it, so that the same schema runs on hash partitions or on
a sharded PostgreSQL (house 6). What a person could read (titles, authors,
dates, types, traits, trace texts) sits in `sealed` columns, encrypted with the
key of the record; the rest is random ids, counters, statuses and keyed hashes.
Times are microseconds since 1970 in UTC.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

_KEY = String(36)
_UUID = String(64)
_BIG = BigInteger().with_variant(Integer, "sqlite")

PATIENT_TABLES = ("record", "record_history", "record_key", "entry", "lot", "link", "document", "trace")
"""Tables distributed by `record`."""

record = Table(
    "record",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

record_history = Table(
    "record_history",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

record_key = Table(
    "record_key",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("master", String(32), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)

identifier = Table(
    "identifier",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("record", _KEY, nullable=False),
)
"""From an INS (keyed hash) to its record: the one way in."""

entry = Table(
    "entry",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("uuid", _UUID, primary_key=True),
    Column("logical_id", _UUID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(80), nullable=False),
    Column("unique_token", LargeBinary, nullable=False),
    Column("chain", _UUID, nullable=False),
    Column("lot", _UUID, nullable=False),
    Column("document", _KEY, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("entry_by_unique_id", "record", "unique_token"),
    Index("entry_by_logical_id", "record", "logical_id", "version", unique=True),
)

lot = Table(
    "lot",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("uuid", _UUID, primary_key=True),
    Column("unique_token", LargeBinary, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("lot_by_unique_id", "record", "unique_token", "fingerprint", unique=True),
)

link = Table(
    "link",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("uuid", _UUID, primary_key=True),
    Column("source", _UUID, nullable=False),
    Column("target", _UUID, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("link_by_source", "record", "source"),
    Index("link_by_target", "record", "target"),
)

document = Table(
    "document",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("id", _KEY, primary_key=True),
    Column("blob", String(64), nullable=False),
    Column("stored_sha256", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""The octets of a document: where the sealed blob is, and (sealed) the key that opens it."""

trace = Table(
    "trace",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("id", _KEY, primary_key=True),
    Column("commitment", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Append-only; the text and its salt are sealed, the commitment enters the tree."""

trace_queue = Table(
    "trace_queue",
    metadata,
    Column("position", _BIG, primary_key=True, autoincrement=True),
    Column("record", _KEY, nullable=False),
    Column("trace", _KEY, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
)
"""Traces committed and not yet in the tree; emptied at each sealing."""

leaf = Table(
    "leaf",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("record", _KEY, nullable=False),
    Column("trace", _KEY, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
)

head = Table(
    "head",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
)

seen = Table(
    "seen",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("holder", LargeBinary, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("seen_by_end", "until"),
)
"""Assertions and message ids already used, for their window (DEC-50, xds-wire 1.4-8)."""

directory = Table(
    "directory",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("active", Integer, nullable=False),
    Column("parent", String(64), nullable=False),
    Column("profession", String(32), nullable=False),
    Column("know_hows", Text, nullable=False),
    Column("sector", String(16), nullable=False),
)
"""Professionals and structures that exist; `parent` is the legal entity of a geographic one.

What an assertion may not claim otherwise: `profession` and `know_hows` (codes
parted by spaces) of a professional, `sector` of a structure; empty for unknown.
"""

activity = Table(
    "activity",
    metadata,
    Column("professional", String(64), primary_key=True),
    Column("structure", String(64), primary_key=True),
)
"""Who works where."""

APPEND_ONLY = ("trace", "leaf", "head", "record_history")
"""Tables that no statement may change or empty: triggers refuse it."""
