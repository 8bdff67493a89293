"""The tables, one schema for SQLite and PostgreSQL.

Every table that grows with patients starts its primary key with `record`, and
every statement names it, so that the same schema runs on hash partitions or on
a sharded PostgreSQL (house 6). What a person could read (titles, authors,
dates, types, traits, trace texts) sits in `sealed` columns, encrypted with the
key of the record; the rest is random ids, counters and keyed hashes.
Times are microseconds since 1970 in UTC.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

_KEY = String(36)
_BIG = BigInteger().with_variant(Integer, "sqlite")

PATIENT_TABLES = (
    "record",
    "record_history",
    "page",
    "document",
    "trace",
    "erasure",
    "emergency_case",
    "reader",
    "prescription",
    "projection",
)
"""Tables distributed by `record`."""

record = Table(
    "record",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("master", String(32), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""`revision` grows with each write inside the record: two acts that meet are told apart by it. `wrapped` is the
key of the record under the master key `master`; `version` and `sealed` are those of what the holder decided."""

record_history = Table(
    "record_history",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

identifier = Table(
    "identifier",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("record", _KEY, nullable=False),
)
"""From an INS (keyed hash) to its record: the one way in."""

page = Table(
    "page",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""Entries, lots, links and folders of a record, some dozens in each page (`store/pages.py`)."""

document = Table(
    "document",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("id", String(96), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("stored_sha256", LargeBinary, nullable=False),
)
"""Each blob that a record names, with the size and SHA-256 of what is stored: damage is found without a key."""

health_look = Table(
    "health_look",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("day", Integer, nullable=False),
    Column("rules", String(16), nullable=False),
    Index("health_look_by_day", "day", "record"),
)
"""When the reminders of a record are worked out next, as the ordinal of a day, and the mark of the rules that were in
force the last time (`store/looks.py`): each record has one from its opening on, whatever it holds."""

rule_edition = Table(
    "rule_edition",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("digest", String(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""The rules that operators gave (`store/rule_editions.py`): the newest one that was taken is in force."""

unread = Table(
    "unread",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("day", Integer, nullable=False),
    Column("count", Integer, nullable=False),
)
"""How many documents of a kind could not be read (`store/unread.py`): of no record, nor of any document."""

projection = Table(
    "projection",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("document", String(96), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("terms", LargeBinary, nullable=False),
)
"""What was read from a document, each sealed with the key of the record; `version` is that of the reading
(`store/projections.py`). Can be dropped and made again from the documents."""

place = Table(
    "place",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("record", _KEY, primary_key=True),
)
"""From an entryUUID (keyed hash) to the record that holds it, for links that lead into another record."""

trace = Table(
    "trace",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("id", _KEY, primary_key=True),
    Column("commitment", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Append-only; the text and its salt are sealed, the commitment enters the tree."""

erasure = Table(
    "erasure",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("certificate", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
"""Append-only; records that were destroyed, with the signed certificate, which names nobody (security 12.5)."""

former_identifier = Table(
    "former_identifier",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("record", _KEY, primary_key=True),
)
"""From an INS (keyed hash) to the destroyed records of the person: all that is left of who they were of."""

forwarding = Table(
    "forwarding",
    metadata,
    Column("target", String(255), primary_key=True),
    Column("sent", BigInteger, nullable=False),
)
"""How many leaves of the tree each repository of audits has been sent (`dmp.forwarding`)."""

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
    Index("leaf_by_record", "record"),
)
"""The tree. What proves the traces of one record is found by the record (`store/proofs.py`)."""

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
    Index("seen_by_end", "until", postgresql_using="brin"),
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

directory_word = Table(
    "directory_word",
    metadata,
    Column("word", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("id", String(64), primary_key=True),
    Index("directory_word_by_line", "kind", "id"),
)
"""The words of the names of professionals and structures, as `leads.spelt` writes them: what a search begins with."""

activity = Table(
    "activity",
    metadata,
    Column("professional", String(64), primary_key=True),
    Column("structure", String(64), primary_key=True),
)
"""Who works where."""

job = Table(
    "job",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("record", _KEY, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease", BigInteger, nullable=False),
    Column("worker", String(36), nullable=False),
    Column("said", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("job_by_due", "state", "due"),
)
"""What is to be done later (`store/jobs.py`): `id` is a keyed hash of what for, `due` when, or when it was over,
`lease` how long `worker` holds it (0: nobody), `said` what came of it; `sealed` is emptied when it is done."""

lead = Table(
    "lead",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("record", _KEY, primary_key=True),
)
"""From a keyed hash to a record: of whom it lets in, by month; of pairs of traits of the person (`record/leads.py`)."""

account = Table(
    "account",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("login", LargeBinary, nullable=False, unique=True),
    Column("person", LargeBinary, nullable=False, unique=True),
    Column("revision", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""How people sign in (`store/accounts.py`): `login` and `person` are keyed hashes, one account for each person."""

operator = Table(
    "operator",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""Those who run the service, and how they sign in (`store/operators.py`): `token` is a keyed hash of the name."""

federated = Table(
    "federated",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("account", _KEY, nullable=False),
)
"""From an identity of a provider (`Account.federated`, a keyed hash) to the one account that it opens."""

ticket = Table(
    "ticket",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("account", LargeBinary, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("ticket_by_account", "account"),
    Index("ticket_by_end", "until"),
)
"""Sessions, one-time codes, links (`store/tickets.py`): `token` is a keyed hash of a secret that its bearer alone
holds, `account` one of whose it is, `tries` counts the attempts to use it."""

tally = Table(
    "tally",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("tally_by_end", "until"),
)
"""How often something happened lately (`store/tallies.py`): failures of an account, of an address; a keyed hash of
what is counted."""

visit = Table(
    "visit",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("record", _KEY, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Index("visit_by_end", "until"),
)
"""Which records a person read on one day (`store/visits.py`): `token` is a keyed hash of both. For the hard brake
(security 10); forgotten when it is `until`."""

clearance = Table(
    "clearance",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Column("stopped", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""What operators decided of one person's reading (`store/clearances.py`): more than his profession does, `until` then;
nothing, since `stopped`; 0 for neither. `token` is a keyed hash."""

profile = Table(
    "profile",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("profile_by_end", "until"),
)
"""What the watch remembers of one person or of one record (`store/watching.py`): `token` is a keyed hash; forgotten
when it is `until`."""

case = Table(
    "emergency_case",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("id", _KEY, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Each use of an emergency mode, to be reviewed by the structure (`store/cases.py`, AR-9, AR-11)."""

to_review = Table(
    "to_review",
    metadata,
    Column("structure", LargeBinary, primary_key=True),
    Column("record", _KEY, primary_key=True),
    Column("id", _KEY, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("due", BigInteger, nullable=False),
    Index("to_review_by_due", "state", "due"),
)
"""The cases that nobody has reviewed, by structure (a keyed hash): the way from a structure to its cases."""

alert = Table(
    "alert",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("alert_by_state", "state", "at"),
)
"""What the watch found in the traces (`store/alerts.py`, security 10), with its reasons, sealed."""

team = Table(
    "team",
    metadata,
    Column("team", String(192), primary_key=True),
    Column("professional", String(64), primary_key=True),
    Column("since", BigInteger, primary_key=True, autoincrement=False),
    Column("until", BigInteger, nullable=False),
    Index("team_by_professional", "professional"),
)
"""Who is of which care team, from when until when, as structures declare it (AR-3): loaded as the directory is."""

prescription = Table(
    "prescription",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("id", _KEY, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Prescriptions that have a number (`store/prescriptions.py`, RX-1): `id` is a keyed hash of the number, which leads
here by `place`; `version` grows with each change."""

reader = Table(
    "reader",
    metadata,
    Column("record", _KEY, primary_key=True),
    Column("token", LargeBinary, primary_key=True),
)
"""Who has read a record since its holder asked to be told of first accesses (PT-9): a keyed hash of the person."""

informed = Table(
    "informed",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("due", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("said", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("informed_by_due", "state", "due"),
)
"""Who was sent the notice that a record will be opened, and when it is (`store/openings.py`, LC-5): `token` is a
keyed hash of the person, `said` why it could not be opened."""

opponent = Table(
    "opponent",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("at", BigInteger, nullable=False),
)
"""Who opposed the opening of a record (LC-5): a keyed hash and a date, nothing else."""

APPEND_ONLY = ("trace", "leaf", "head", "record_history", "erasure")
"""Tables that no statement may change or empty: triggers refuse it."""
