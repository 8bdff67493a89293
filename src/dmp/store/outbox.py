"""What an act makes to be done later, written in its own transaction: messages to send, days to come back (PT-9).

A job is named by a keyed hash of what it is for, and added unless it is there:
what happens twice is told once. Its payload is sealed with the key of the
record, so that it goes with the record, and padded, so that its size does not
tell what it is.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

import msgspec
from sqlalchemy import cast, exists, insert, select
from sqlalchemy.sql.expression import bindparam

from dmp.record.dtm import PARIS
from dmp.record.job import JobKind, JobState
from dmp.record.notice import Frequency, Message, Notice, Timer
from dmp.store import schema
from dmp.store.lane import Batch, Lane
from dmp.store.packing import microseconds
from dmp.store.records import Records
from dmp.store.statements import Prepared
from dmp.store.vault import Vault

SEALED_AS = "job"
DIGEST_AT = time(18, 0)
"""When the message of a day is sent, French time."""
SIZE = 512
"""Payloads are padded to a multiple of it."""
NAME = 16
"""Octets of the keyed hash that names a job: 2^64 jobs before two meet."""
DAILY = "daily"

_job = schema.job
_COLUMNS = ("id", "record", "kind", "state", "due", "attempts", "lease", "worker", "said", "sealed")
# Types are told: a server asked to prepare this guesses none for a bare parameter of a SELECT.
_GIVEN = select(*(cast(bindparam(name), _job.c[name].type).label(name) for name in _COLUMNS))
ADD_JOB = Prepared(
    insert(_job).from_select(
        _COLUMNS, _GIVEN.where(~exists().where(_job.c.id == cast(bindparam("id"), _job.c.id.type)))
    )
)
"""Add one that is not there; of two acts that add it at once, the second is run again."""


class Outbox:
    """What one transaction leaves to be done."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault, records: Records):
        """Write into the batch of a lane; `records` holds the seals of the records met."""
        self._lane = lane
        self._batch = batch
        self._vault = vault
        self._records = records
        self._added: set[str] = set()

    def tell(self, record: str, notice: Notice, *, at: datetime) -> None:
        """Have each person told once, at once or with the message of the day.

        Who has no address keeps a job that says so: it is seen that nobody was told.
        """
        daily = notice.frequency is Frequency.DAILY
        text, due = (DAILY, next_digest(at)) if daily else (str(notice.kind), at)
        about = due.date().isoformat() if daily else notice.about
        for addresses in notice.people or ((),):
            to = "\n".join(f"{address.channel} {address.to}" for address in addresses)
            payload = msgspec.json.encode(Message(text, addresses))
            self._add(record, JobKind.NOTICE, f"{text}\n{about}\n{to}", payload, due)

    def remind(self, record: str, timers: Iterable[Timer]) -> None:
        """Come back to a record on these days."""
        for timer in timers:
            what = f"{timer.kind}\n{timer.subject}\n{timer.due.isoformat()}"
            self._add(record, JobKind.TIMER, what, msgspec.json.encode(timer), timer.due)

    def read_words(self, record: str, document: str, *, at: datetime) -> None:
        """Have the PDF files of a document read, by its name."""
        self._add(record, JobKind.WORDS, document, msgspec.json.encode(document), at)

    def _add(self, record: str, kind: JobKind, what: str, payload: bytes, due: datetime) -> None:
        name = self._vault.digest(f"job {kind} {record}\n{what}")[:NAME].hex()
        if name in self._added:
            return
        self._added.add(name)
        padded = payload.ljust(-(-len(payload) // SIZE) * SIZE)
        row = {
            "id": name,
            "record": record,
            "kind": kind,
            "state": JobState.WAITING,
            "due": microseconds(due),
            "attempts": 0,
            "lease": 0,
            "worker": "",
            "said": "",
            "sealed": self._records.seal(record).close(SEALED_AS, name, padded),
        }
        self._batch.add(ADD_JOB, row)


def next_digest(at: datetime) -> datetime:
    """The next time that messages of a day are sent."""
    local = at.astimezone(PARIS)
    today = datetime.combine(local.date(), DIGEST_AT, PARIS)
    return today if local < today else datetime.combine(local.date() + timedelta(days=1), DIGEST_AT, PARIS)
