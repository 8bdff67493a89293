"""The checker finds what must not be, names it by random ids only, and finds nothing in a service as acts leave it."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from dmp.record.entry import Association, EntryStatus, Relation
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.store import schema
from dmp.store.check import check
from dmp.store.check_record import Fault
from dmp.store.entries import RecordContents
from dmp.store.tx import Store
from kept_builders import blob_file, damage, deposit_of, filled, key, octets, patient
from store_builders import an_entry, uuid
from xds_builders import Octets


def document_of(store: Store, record: int, entry: str) -> str:
    with store.begin() as tx:
        found = tx.records.of(patient(record))
        assert found is not None
        return tx.inside(found).document_of(entry)


def change(store: Store, record: int, act) -> None:
    """Do something to what a record contains, as no act would."""
    with store.begin() as tx:
        found = tx.records.of(patient(record))
        assert found is not None
        act(tx.inside(found))


def faults(store: Store, **how) -> list[Fault]:
    return check(store, **how).faults


def without_triggers(store: Store, *statements) -> None:
    """Do to append-only tables what the triggers refuse."""
    with store.connection() as connection:
        for table in ("trace", "leaf"):
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            else:
                for verb in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
        for statement in statements:
            connection.execute(statement)


def test_a_service_as_acts_leave_it_is_sound_and_everything_is_counted(store: Store):
    filled(store, records=3, documents=4)

    report = check(store, read_blobs=True)

    assert report.faults == []
    assert dict(report.counts) == {
        "records": 3,
        "documents": 12,
        "entries": 12,
        "lots": 3,
        "folders": 0,
        "links": 15,
        "documents that say something": 0,
        "read by another release": 0,
        "prescriptions": 0,
        "documents read": 12,
        "blobs": 12,
        "blobs without a row": 0,
        "traces": 3,
        "traces waiting": 1,
        "heads": 1,
        "editions of rules": 0,
    }


def test_an_empty_service_is_sound(store: Store):
    assert check(store, read_blobs=True).sound


def test_a_lost_blob_is_found_without_reading_any(store: Store, tmp_path: Path):
    filled(store)
    name = document_of(store, 1, uuid(5))
    blob_file(tmp_path, name).unlink()

    assert faults(store) == [Fault(key(1), name, "its blob is not there")]


def test_a_blob_cut_short_is_found_without_reading_any(store: Store, tmp_path: Path):
    filled(store)
    name = document_of(store, 1, uuid(5))
    blob_file(tmp_path, name).write_bytes(b"short")

    assert faults(store) == [Fault(key(1), name, "its blob is cut short or grown")]


@pytest.mark.parametrize("at", [0, 777, -1])
def test_one_flipped_bit_of_a_blob_is_found(store: Store, tmp_path: Path, at: int):
    filled(store)
    name = document_of(store, 1, uuid(5))
    damage(blob_file(tmp_path, name), at=at)

    assert faults(store, read_blobs=True) == [Fault(key(1), name, "its blob is damaged")]


def test_a_damaged_blob_is_found_even_where_no_key_opens_the_record(store: Store, tmp_path: Path):
    filled(store)
    name = document_of(store, 1, uuid(5))
    damage(blob_file(tmp_path, name))
    with store.connection() as connection:
        of = schema.record.c.record == key(1)
        connection.execute(update(schema.record).where(of).values(wrapped=bytes(range(40))))

    found = faults(store, read_blobs=True)

    assert [fault.what.partition(":")[0] for fault in found] == ["it does not open", "its blob is damaged"]


def test_a_blob_whose_row_was_forged_does_not_open(store: Store, tmp_path: Path):
    filled(store)
    name = document_of(store, 1, uuid(5))
    damage(blob_file(tmp_path, name))
    with store.connection() as connection:
        forged = {"stored_sha256": store.blobs.stored_sha256(name)}
        connection.execute(update(schema.document).where(schema.document.c.id == name).values(**forged))

    assert faults(store, read_blobs=True) == [
        Fault(key(1), name, "its blob does not open with its key"),
        Fault(key(1), name, "the SHA-256 of its row is not the one of the record"),
    ]


def test_a_lost_row_of_a_document_is_found(store: Store):
    filled(store)
    name = document_of(store, 1, uuid(5))
    with store.connection() as connection:
        connection.execute(delete(schema.document).where(schema.document.c.id == name))

    assert faults(store) == [Fault(key(1), name, "the record names it and no row does")]


def test_a_page_of_another_record_is_found(store: Store):
    filled(store)
    with store.connection() as connection:
        page = connection.execute(select(schema.page.c.sealed).where(schema.page.c.record == key(0))).scalars().first()
        connection.execute(update(schema.page).where(schema.page.c.record == key(1)).values(sealed=page))

    (fault,) = faults(store)

    assert (fault.record, fault.what.partition(":")[0]) == (key(1), "it does not open")


def test_a_lost_page_and_a_lost_record_are_found(store: Store):
    filled(store)
    with store.connection() as connection:
        connection.execute(delete(schema.page).where(schema.page.c.record == key(0)))
        connection.execute(delete(schema.record).where(schema.record.c.record == key(1)))

    told = {(fault.record, fault.what) for fault in faults(store)}

    assert (key(0), "a row names it and the record does not") in told
    assert (key(0), "hidden, and no document is of this chain") in told
    assert {(key(1), f"a row of {table} has no record") for table in ("page", "document", "identifier")} <= told


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (
            lambda contents: contents.add_links([Association(uuid(7), Relation.REPLACES, uuid(6), uuid(4))]),
            [(uuid(4), "two documents replace it"), (uuid(4), "what replaces it is of another chain")],
        ),
        (
            lambda contents: contents.set_status(uuid(4), EntryStatus.APPROVED),
            [(uuid(4), "it is replaced and still current")],
        ),
        (
            lambda contents: contents.add_links([Association(uuid(7), Relation.REPLACES, uuid(4), uuid(5))]),
            [
                (uuid(4), "it replaces itself, by way of others"),
                (uuid(5), "it is replaced and still current"),
                (uuid(5), "it replaces itself, by way of others"),
            ],
        ),
        (
            lambda contents: contents.remove([uuid(4), uuid(5), uuid(900_001)]),
            [(uuid(4), "hidden, and no document is of this chain")],
        ),
        (
            lambda contents: contents.put(replace(contents.by_uuid([uuid(6)])[0], size=7)),
            [(uuid(6), "its size is not the one of its document")],
        ),
    ],
    ids=["a fork", "replaced and current", "a circle", "a mask of nothing", "another size"],
)
def test_what_no_act_would_leave_is_found(store: Store, act, expected: list[tuple[str, str]]):
    filled(store)
    change(store, 1, act)

    told = [(fault.subject, fault.what) for fault in faults(store) if fault.what != "no entry has this document"]

    assert sorted(told) == sorted(expected)


def test_another_hash_is_found_where_documents_are_read(store: Store):
    filled(store)
    change(store, 1, lambda contents: contents.put(replace(contents.by_uuid([uuid(6)])[0], hash="0" * 40)))

    assert faults(store) == []
    assert faults(store, read_blobs=True) == [Fault(key(1), uuid(6), "its hash is not the one of its document")]


def test_a_document_without_the_trace_of_its_deposit_is_found(store: Store):
    filled(store)
    content, entry = Octets(octets(99)), an_entry(99)

    def add(contents: RecordContents) -> None:
        described = replace(entry, hash=content.sha1, size=content.size)
        contents.add_entry(described, lot=uuid(500_001), document=contents.add_document(content))

    change(store, 1, add)

    assert faults(store) == [Fault(key(1), uuid(99), "no trace tells its deposit")]
    with store.begin() as tx:
        tx.records.get(key(1))
        tx.traces.append(deposit_of(key(1), entry, number=99))
    assert faults(store) == []


def test_a_document_that_was_removed_is_no_fault_when_a_trace_tells_it(store: Store):
    filled(store)
    name = document_of(store, 1, uuid(6))
    change(store, 1, lambda contents: contents.remove_document(name))

    assert faults(store) == [Fault(key(1), uuid(6), "its document is not in the record")]

    with store.begin() as tx:
        tx.records.get(key(1))
        tx.traces.append(deposit_of(key(1), an_entry(6), number=98, verb=Verb.REMOVE_DOCUMENTS))
    assert faults(store) == []


def test_a_lost_trace_and_one_that_was_changed_are_found(store: Store):
    filled(store)
    trace, leaf = schema.trace, schema.leaf
    without_triggers(
        store,
        delete(trace).where(trace.c.record == key(0)),
        update(leaf).where(leaf.c.record == key(1)).values(commitment=bytes(32)),
    )

    told = [fault.what for fault in faults(store) if not fault.record]

    assert "trace 00000000-0000-4000-9000-000000000000 is in the tree and nowhere else" in told
    assert "trace 00000000-0000-4000-9000-000000000001 is not the one of the tree" in told
    assert any(what.startswith("the head of size") for what in told)


def test_a_check_may_be_taken_up_where_it_stopped(store: Store):
    filled(store, records=5)
    seen: list[str] = []

    report = check(store, after=key(2), progress=lambda at, _: seen.append(at))

    assert (report.counts["records"], seen) == (2, [key(4)])


def test_faults_name_nobody(store: Store, tmp_path: Path):
    filled(store)
    damage(blob_file(tmp_path, document_of(store, 1, uuid(5))))
    change(store, 1, lambda contents: contents.set_status(uuid(4), EntryStatus.APPROVED))

    told = repr(faults(store, read_blobs=True))

    assert patient(1).number not in told
    assert "Lettre" not in told


def test_a_service_that_goes_on_writing_is_sound(store: Store):
    filled(store, records=10)
    stop, failed = threading.Event(), list[Exception]()

    def write() -> None:
        number = 1000
        try:
            while not stop.is_set():
                number += 1
                content, entry = Octets(octets(number)), an_entry(number)
                with store.begin() as tx:
                    record = tx.records.get(key(number % 10))
                    contents = tx.inside(record)
                    name = contents.add_document(content)
                    described = replace(entry, hash=content.sha1, size=content.size)
                    contents.add_entry(described, lot=uuid(500_000 + number % 10), document=name)
                    contents.add_links([Association(uuid(800_000 + number), Relation.HAS_MEMBER, uuid(1), entry.uuid)])
                    masks = {**record.visibility, entry.chain: Visibility(masked=True)}
                    tx.records.change(replace(record, visibility=masks), at=record.opened)
                    tx.traces.append(deposit_of(record.key, entry, number=number))
                if number % 5 == 0:
                    with store.begin() as tx:
                        contents = tx.inside(tx.records.get(record.key))
                        contents.remove_document(name)
                        tx.traces.append(
                            deposit_of(record.key, entry, number=500_000 + number, verb=Verb.REMOVE_DOCUMENTS)
                        )
        except Exception as error:
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        reports = [check(store, read_blobs=True) for _ in range(5)]
    finally:
        stop.set()
        writer.join(30)

    assert failed == []
    assert [report.faults for report in reports] == [[]] * 5
    assert reports[-1].counts["documents"] > 40
