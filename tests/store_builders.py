"""Records and contents for tests of the store: every default is valid, every test names only what matters."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from dmp.record.entry import Association, DocumentEntry, Relation, SubmissionSet
from dmp.record.patient import PatientId
from dmp.record.record import Record
from dmp.record.submission import Content
from dmp.store.entries import RecordContents
from dmp.store.tx import Store
from xds_builders import LETTER, a_lot, a_registered_entry

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
NIR = "1.2.250.1.213.1.4.10"
NIA = "1.2.250.1.213.1.4.9"
PERSON = PatientId("279035121518989", NIR)
SOMEBODY_ELSE = PatientId("160012B07400112", NIR)


def a_record(**changes) -> Record:
    return replace(Record("rec-1", (PERSON,), opened=NOW), **changes)


def another_record(**changes) -> Record:
    return a_record(**{"key": "rec-2", "identifiers": (SOMEBODY_ELSE,), **changes})


def opened(store: Store, *records: Record) -> None:
    """Put records into a store."""
    with store.begin() as tx:
        for record in records:
            tx.records.add(record)


def uuid(number: int) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-{number:012d}"


def an_entry(number: int = 1, **changes) -> DocumentEntry:
    known = {"uuid": uuid(number), "logical_id": uuid(number), "chain": uuid(number)}
    return a_registered_entry(**{**known, "unique_id": f"1.2.250.1.999.1.{number}", **changes})


def a_lot_of(number: int = 1, **changes) -> SubmissionSet:
    return a_lot(**{"uuid": uuid(1000 + number), "unique_id": f"1.2.250.1.999.4.{number}", **changes})


def a_link(source: str, target: str, number: int = 1, **changes) -> Association:
    return replace(Association(uuid(2000 + number), Relation.APPENDS, source, target), **changes)


def deposit(contents: RecordContents, *entries: DocumentEntry, number: int = 1, content: Content = LETTER) -> None:
    """Put a lot of entries, each with its document, into a record."""
    lot = a_lot_of(number)
    contents.add_lot(lot, contents.fingerprint(f"lot {number}"))
    for entry in entries:
        contents.add_entry(entry, lot=lot.uuid, document=contents.add_document(content))
    members = (a_link(lot.uuid, e.uuid, 100 * number + i, type=Relation.HAS_MEMBER) for i, e in enumerate(entries))
    contents.add_links(members)


def deposited(store: Store, *entries: DocumentEntry, patient: PatientId = PERSON, held: bool = False, **how) -> None:
    """Put a lot into the record of a person, in a transaction of its own."""
    with store.begin(held=held) as tx:
        record = tx.records.of(patient)
        assert record is not None
        deposit(tx.inside(record), *entries, **how)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run acts in threads of their own, started together; gives what each returned or raised."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait(10)
        try:
            return act()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


class Rendezvous:
    """Where two transactions wait for each other; given up soon, for an engine that lets only one in."""

    def __init__(self, parties: int = 2, *, seconds: float = 0.5):
        self._barrier = threading.Barrier(parties)
        self._seconds = seconds

    def wait(self) -> None:
        with suppress(threading.BrokenBarrierError):
            self._barrier.wait(self._seconds)
