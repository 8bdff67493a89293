"""Fill records as the acts of years would have left them, without playing those acts one by one.

Each lot goes through the gate, the store's own transaction, pages and seals, and
leaves its trace; only the database under it is the row and the page of one record in
memory, and what is written is then copied in bulk.
"""

import random
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from typing_extensions import override

from dmp.actions.action import Ask, Scope, Turn
from dmp.client.credentials import Credentials
from dmp.client.header import SOFTWARE
from dmp.main import build_gate
from dmp.record.actor import Authentication, Caller
from dmp.record.entry import Deposit, DocumentEntry
from dmp.record.notice import NoticeWishes
from dmp.record.record import Authorisation, Consent, Record
from dmp.record.submission import Content, Submission
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.sandbox.population import Person
from dmp.services.rule_set import SHIPPED
from dmp.settings import Settings
from dmp.store import schema, statements
from dmp.store.blobs import Blobs, FileBlobs
from dmp.store.entries import RecordContents
from dmp.store.lane import Batch, Lane, Row
from dmp.store.pages import OTHERS
from dmp.store.projections import Projection
from dmp.store.rebuild import Reading
from dmp.store.records import Addresses
from dmp.store.tx import Store, Tx
from dmp.store.vault import Vault
from dmp.wire.content import MemoryContent

YEAR = timedelta(days=365)
_UNTOLD = NoticeWishes()
SIGNATURE_SIZE = 5000
"""Octets of the signature of a lot, about: no metadata of the sender tells them."""
_TABLES = {
    statements.ADD_DOCUMENT: schema.document,
    statements.ADD_PLACE: schema.place,
    statements.ADD_LEAD: schema.lead,
    statements.ADD_LOOK: schema.health_look,
    statements.ADD_PROJECTION: schema.projection,
    statements.ADD_IDENTIFIER: schema.identifier,
    statements.ADD_TRACE: schema.trace,
    statements.QUEUE_TRACE: schema.trace_queue,
}
_TYPES = {"VARCHAR": "text", "TEXT": "text", "BLOB": "bytea", "INTEGER": "int4", "BIGINT": "int8"}


class Rows:
    """Rows that wait to be copied, by table."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: dict[str, list[dict[str, object]]] = defaultdict(list)

    def add(self, table: str, rows: Iterable[dict[str, object]]) -> None:
        """Let some wait."""
        self._waiting[table] += rows

    def copy(self, connection: Connection[Any]) -> None:
        """Write them all in one transaction, by COPY, and wait for none any more."""
        with connection.transaction(), connection.cursor() as cursor:
            for table, rows in self._waiting.items():
                names = list(rows[0])
                columns = sql.SQL(", ").join(map(sql.Identifier, names))
                into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table), columns)
                described = schema.metadata.tables[table].c
                with cursor.copy(into) as copy:
                    copy.set_types([_TYPES[str(described[name].type).partition("(")[0]] for name in names])
                    for row in rows:
                        copy.write_row(list(row.values()))
        self._waiting.clear()


class OneRecord(Lane):
    """The rows of one record while it is filled.

    A transaction sees the row of the record and its newest page, the only one
    that a new lot may be added to.
    """

    def __init__(self, rows: Rows):
        """Begin with a record that does not exist; what is not of its row or its pages goes to `rows`."""
        self.held = False
        self._rows = rows
        self._record: dict[str, object] = {}
        self._pages: dict[int, bytes] = {}

    @override
    def read(self, statement: statements.Prepared, **values: object) -> list[Row]:
        """The one question that a deposit asks."""
        assert statement is statements.READ_RECORD  # noqa: S101
        row = [self._record[name] for name in ("revision", "version", "master", "wrapped", "sealed")]
        shelves = ([n for n in self._pages if n < OTHERS], [n for n in self._pages if n >= OTHERS])
        newest = [max(numbers) for numbers in shelves if numbers]
        return [(*row, number, self._pages[number]) for number in newest] or [(*row, None, None)]

    @override
    def commit(self, batch: Batch) -> None:
        """Take what a transaction writes."""
        for statement, written in batch.in_order():
            for values in written:
                self._take(statement, dict(values))

    def _take(self, statement: statements.Prepared, values: dict[str, Any]) -> None:
        if statement is statements.ADD_RECORD:
            self._record = values
        elif statement is statements.TOUCH_RECORD:
            self._record["revision"] = values["seen"] + 1
        elif statement is statements.ADD_PAGE:
            self._pages[values["number"]] = values["sealed"]
        elif statement is statements.REWRITE_PAGE:
            self._pages[values["page"]] = values["new_sealed"]
        else:
            self._rows.add(_TABLES[statement].name, [values])

    def finish(self) -> None:
        """Let the row of the record and its pages wait with the others."""
        key = self._record["record"]
        self._rows.add("record", [self._record])
        self._rows.add("page", [{"record": key, "number": n, "sealed": page} for n, page in self._pages.items()])


class SomeBlobs(FileBlobs):
    """Keeps only the blobs that will be read; of the others the store knows the name, the size and the key."""

    keep = True

    @override
    def write(self, name: str, stored: Iterable[bytes]) -> None:
        """Write it, or seal it for nothing."""
        if self.keep:
            super().write(name, stored)
        else:
            deque(stored, maxlen=0)


@dataclass(frozen=True)
class Filled:
    """A record that is full: its key, and the uniqueIds of the documents whose octets are there."""

    record: str
    readable: tuple[str, ...]


NOTHING = MemoryContent(b"\0")
"""Stands for octets that nobody will ask for."""


class OneRecordStore(Store):
    """A store whose transactions see the record on its lane, and nothing else."""

    def __init__(self, vault: Vault, blobs: Blobs, rows: Rows):
        """Use the keys of a real store; what is written goes to `rows`."""
        self.vault, self.blobs = vault, blobs
        self.lane = OneRecord(rows)
        self._addresses = Addresses(1)
        self._rows = rows

    def turn_to_another(self) -> None:
        """The record is full: the next one does not exist yet."""
        self.lane.finish()
        self.lane = OneRecord(self._rows)

    @override
    @contextmanager
    def begin(self, *, held: bool = False, reader: str = "", passing: bool = False) -> Iterator[Tx]:
        """Run a transaction; nobody else is there."""
        tx = Tx(self.lane, self.vault, self.blobs, self._addresses)
        yield tx
        tx.commit()


class Filler:
    """Fills one record after another, from one throw of dice."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        doctors: Sequence[Credentials],
        *,
        dice: random.Random,
        wishes: NoticeWishes = _UNTOLD,
        reading: Reading | None = None,
    ):
        """Use the keys of a store; the doctors are let into every record, and holders wish to be told so.

        With a `reading`, what the documents that bring their octets say is kept too.
        """
        self.reading = reading
        self._doctors, self._dice, self._wishes = doctors, dice, wishes
        self._repository = settings.repository_unique_id
        self._blobs = SomeBlobs(settings.blobs)
        self.rows = Rows()
        self._store = OneRecordStore(store.vault, self._blobs, self.rows)
        # Its lane answers for one record and knows no editions of rules.
        self._gate = replace(build_gate(self._store, settings), rules=lambda: SHIPPED)

    def fill(
        self,
        person: Person,
        author: Credentials,
        lots: Sequence[Submission],
        *,
        until: datetime,
        says: Projection | None = None,
    ) -> Filled:
        """Open the record of a person and deposit these lots, one a day until `until`.

        The octets of a lot are kept when it brings them. `says` is what was read from the documents of the last one.
        """
        opened, readable = until - timedelta(days=len(lots) + 1), list[str]()
        record = self._record(person, opened)
        with self._store.begin() as tx:
            tx.records.add(record)
        caller = Caller(author.professional, patient=person.patient, client=SOFTWARE)
        for turn, lot in enumerate(lots, start=1):
            at = opened + timedelta(days=turn)
            said = says if turn == len(lots) else None
            self._gate.perform(caller, PastDeposit(record.key, lot, author, self, said), at)
            readable += [entry.unique_id for entry in lot.entries[:1] if entry.uuid in lot.documents]
        self._store.turn_to_another()
        return Filled(record.key, tuple(readable))

    def keep(self, content: Content | None, contents: RecordContents) -> str:
        """Add a document; without octets, one that cannot be read."""
        self._blobs.keep = content is not None
        return contents.add_document(content or NOTHING)

    def complete(self, entry: DocumentEntry, uuid: str, deposit: Deposit) -> DocumentEntry:
        """What the service adds to an entry when it takes it."""
        return replace(
            entry,
            uuid=uuid,
            logical_id=uuid,
            chain=uuid,
            visibility=Visibility(),
            size=entry.size or SIGNATURE_SIZE,
            repository_unique_id=self._repository,
            deposit=deposit,
        )

    def new_id(self, at: datetime) -> str:
        """A UUID of this moment: ids grow with time, as those of the service do (version 7)."""
        moment = int(at.timestamp() * 1000) << 80
        return str(UUID(int=moment | 7 << 76 | 2 << 62 | self._dice.getrandbits(60)))

    def _record(self, person: Person, at: datetime) -> Record:
        given_by, until = self._doctors[0].user, at + 20 * YEAR
        return Record(
            key=self.new_id(at),
            identifiers=(person.patient,),
            opened=at,
            traits=person.traits,
            contact=person.contact,
            guardians=person.guardians,
            consent=Consent(at, given_by),
            authorisations=tuple(Authorisation(doctor.user, at, until, given_by) for doctor in self._doctors),
            notices=self._wishes,
        )


@dataclass(frozen=True)
class PastDeposit:
    """A lot that was deposited some day: written as `SubmitDocuments` writes it, without examining it again."""

    record: str
    lot: Submission
    author: Credentials
    filler: Filler
    says: Projection | None = None

    verb = Verb.SUBMIT

    @property
    def about(self) -> tuple[str, ...]:
        """The lot and its documents, by uniqueId."""
        return (self.lot.submission_set.unique_id, *(entry.unique_id for entry in self.lot.entries))

    def scope(self, tx: Tx) -> Scope:
        """The record."""
        return Scope(tx.records.get(self.record), (Ask(Verb.SUBMIT),))

    def apply(self, turn: Turn) -> None:
        """Write the lot."""
        contents, at, received = turn.contents, turn.at, self.lot.submission_set
        symbols = (received.uuid, *(e.uuid for e in self.lot.entries), *(link.uuid for link in self.lot.associations))
        uuids = {symbol: f"urn:uuid:{self.filler.new_id(at)}" for symbol in symbols}
        contents.add_lot(replace(received, uuid=uuids[received.uuid]), contents.fingerprint(received.unique_id))
        deposit = Deposit(at, self.author.user, self.author.facility.id, Authentication.DIRECT.value)
        for entry in self.lot.entries:
            name = self.filler.keep(self.lot.documents.get(entry.uuid), contents)
            complete = self.filler.complete(entry, uuids[entry.uuid], deposit)
            contents.add_entry(complete, lot=uuids[received.uuid], document=name)
            says = self.says or self._read(entry)
            if says is not None:
                turn.tx.projections.keep(self.record, name, says)
        contents.add_links(
            replace(link, uuid=uuids[link.uuid], source=uuids[link.source], target=uuids[link.target])
            for link in self.lot.associations
        )

    def _read(self, entry: DocumentEntry) -> Projection | None:
        """What a document says whose octets are there; the signatures of lots are not read."""
        content, reading = self.lot.documents.get(entry.uuid), self.filler.reading
        return None if reading is None or content is None or entry.is_signature else reading(content.read())
