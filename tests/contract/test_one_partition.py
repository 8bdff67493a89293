"""Every statement of the store touches one partition of each patient table: it names the record (house 6, shards)."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select, text

from dmp.record.emergency import Finding, Review
from dmp.record.entry import EntryStatus
from dmp.record.errors import StorageUnavailable
from dmp.record.record import ClosingReason, Closure, RecordState
from dmp.record.retention import Ground
from dmp.store import migrate, schema
from dmp.store.erasures import Order
from dmp.store.tx import Store
from notice_builders import in_glass
from partitions import PARTITIONS, captured_statements, partitions_touched
from prescription_builders import a_prescription
from store_builders import (
    NOW,
    PERSON,
    SOMEBODY_ELSE,
    a_link,
    a_record,
    an_entry,
    another_record,
    deposited,
    opened,
    uuid,
)


def use_everything(store: Store) -> None:
    """One of each thing that the store does inside a record."""
    opened(store, a_record(), another_record())
    deposited(store, an_entry(1), an_entry(2), number=1)
    deposited(store, an_entry(3), number=2, patient=SOMEBODY_ELSE)
    with store.begin() as tx:
        assert tx.replays.first("urn:uuid:m1", until=NOW)
        record = tx.records.of(PERSON)
        assert record is not None
        contents = tx.inside(record)
        contents.entries()
        contents.by_uuid([uuid(1), uuid(2), uuid(9)])
        contents.by_logical_id(uuid(1))
        contents.by_unique_id(["1.2.250.1.999.1.1", "1.2.250.1.999.1.2"])
        contents.by_chain(uuid(1))
        contents.set_status(uuid(1), EntryStatus.DEPRECATED)
        contents.set_chain(uuid(2), uuid(1))
        contents.lots()
        contents.lots_by_uuid([uuid(1001), uuid(1002)])
        contents.lots_called("1.2.250.1.999.4.1")
        contents.subjects_of_lots([uuid(1001)])
        contents.taken([uuid(1), uuid(9)])
        contents.entries_of_lots()
        contents.links_touching([uuid(1), uuid(2)])
        contents.add_links([a_link(uuid(1), uuid(2), 1), a_link(uuid(2), uuid(1), 2)])
        contents.read_document(uuid(1))
        contents.sha256_of(uuid(1))
        contents.size_of(uuid(1))
        assert tx.readers.is_new(record.key, "899900000101")
        tx.cases.note(in_glass(), record.key, NOW)
        tx.prescriptions.add(record, a_prescription())
        assert tx.looks.rules(record.key) == ""
        tx.looks.again(record.key, NOW.date())
        tx.looks.again(record.key, NOW.date(), rules="v1")
        closure = Closure(NOW, ClosingReason.PATIENT_REQUEST)
        tx.records.change(replace(record, state=RecordState.CLOSED, closure=closure), at=NOW)


def end_a_record(store: Store) -> None:
    """Destroy what everything was done to."""
    with store.begin() as tx:
        (case,) = tx.cases.of(tx.records.get("rec-1").key)
        tx.cases.review(tx.cases.one(case.record, case.id), Review("anne", NOW, Finding.JUSTIFIED, "Vu."))
    with store.begin() as tx:
        (prescription,) = tx.prescriptions.of(tx.records.get("rec-1"))
        assert tx.prescriptions.one(prescription.number) == prescription
        tx.prescriptions.change(prescription)
    with store.begin() as tx:
        order = Order("end-1", Ground.REQUEST, "anne", "basile")
        tx.erasures.destroy(tx.records.get("rec-1"), order, at=NOW)
    with store.begin() as tx:
        assert [signed.certificate.id for signed in tx.erasures.of(PERSON)] == ["end-1"]


def test_every_statement_of_the_store_touches_one_partition_of_each_patient_table(partitioned_store: Store):
    with captured_statements(partitioned_store.engine) as captured:
        use_everything(partitioned_store)
        end_a_record(partitioned_store)

    used: dict[str, set[str]] = {}
    with partitioned_store.engine.connect() as connection:
        for statement in captured:
            touched = partitions_touched(connection, statement.text, statement.parameters)
            assert all(len(partitions) <= 1 for partitions in touched.values()), statement.text
            for table, partitions in touched.items():
                used.setdefault(table, set()).update(partitions)
    assert set(schema.PATIENT_TABLES) - set(used) == set()
    assert len(used["record"]) == 2


def test_a_statement_that_does_not_name_the_record_would_be_seen(partitioned_store: Store):
    opened(partitioned_store, a_record())

    with captured_statements(partitioned_store.engine) as captured, partitioned_store.connection() as connection:
        connection.execute(select(schema.page.c.number).where(schema.page.c.number == 1))
        connection.execute(schema.document.update().where(schema.document.c.id == "x").values(size=0))
        connection.execute(
            select(schema.record.c.sealed, schema.page.c.sealed)
            .join(schema.page, schema.page.c.record > schema.record.c.record)
            .where(schema.record.c.record == "rec-1")
        )

    with partitioned_store.engine.connect() as connection:
        touched = [partitions_touched(connection, one.text, one.parameters) for one in captured]
    assert [{table: len(partitions) for table, partitions in one.items()} for one in touched] == [
        {"page": PARTITIONS},
        {"document": PARTITIONS},
        {"record": 1, "page": PARTITIONS},
    ]


def test_the_partition_foretold_for_a_new_row_is_where_it_goes(partitioned_store: Store):
    with captured_statements(partitioned_store.engine) as captured, partitioned_store.connection() as connection:
        rows = [{"record": f"rec-{n}", "number": 1, "sealed": b"s"} for n in range(50)]
        connection.execute(insert(schema.page), rows)

    with partitioned_store.engine.connect() as connection:
        real = dict(connection.execute(text("SELECT record, tableoid::regclass::text FROM page")).all())
        foretold = {
            one.parameters["record"]: partitions_touched(connection, one.text, one.parameters) for one in captured
        }
    assert foretold == {record: {"page": {partition}} for record, partition in real.items()}
    assert len(set(real.values())) == PARTITIONS


def test_a_partitioned_database_is_served_and_obeys_the_store(partitioned_store: Store):
    migrate.check(partitioned_store.engine)
    use_everything(partitioned_store)

    with partitioned_store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        assert [entry.status for entry in tx.inside(record).entries()] == [EntryStatus.DEPRECATED, EntryStatus.APPROVED]
        assert tx.inside(record).read_document(uuid(2)) == b"<ClinicalDocument/>"


def test_a_row_moved_to_the_partition_of_another_record_does_not_open(partitioned_store: Store):
    use_everything(partitioned_store)
    with partitioned_store.engine.begin() as connection:
        moved = (
            schema.page.update()
            .where(schema.page.c.record == "rec-2")
            .values(record="rec-1", number=schema.page.c.number + 2)
        )
        connection.execute(moved)

    with partitioned_store.begin() as tx, pytest.raises(StorageUnavailable, match="a sealed page does not open"):
        tx.inside(tx.records.get("rec-1")).entries()
