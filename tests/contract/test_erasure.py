"""The end of a record: nothing opens, the proof stands, and a restored backup does not bring it back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, update

from dmp.access.policy import load_policy
from dmp.actions.destroy_record import JOB, DestroyRecord, ListDueRecords, destroy_due
from dmp.actions.legal_hold import HoldRecord, LiftHold
from dmp.actions.open_record import OpenRecord
from dmp.actions.record_life import CloseRecord, ReopenRecord
from dmp.audit import verify_traces
from dmp.audit.erasure import ErasureCertificate
from dmp.gate import Gate
from dmp.record.actor import Caller, Holder, Operator
from dmp.record.errors import (
    AccessRefused,
    DocumentNotFound,
    IncompleteRequest,
    RecordNotClosed,
    RecordNotFound,
    StorageUnavailable,
)
from dmp.record.record import ClosingReason, Closure, RecordState, Regime
from dmp.record.retention import Ground
from dmp.store import erasure, schema
from dmp.store.erasures import Order
from dmp.store.keys.journal import Fate, Line
from dmp.store.receipts import receipt_of
from dmp.store.sealing import seal_traces, verify
from dmp.store.traces import NO_RECORD
from dmp.store.tx import Conflict, Store
from dmp.store.vault import Vault
from store_builders import (
    NOW,
    PERSON,
    SOMEBODY_ELSE,
    a_record,
    an_entry,
    another_record,
    deposit,
    deposited,
    opened,
    uuid,
)

CLOSED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TEN_YEARS_LATER = datetime(2036, 11, 23, 9, 30, tzinfo=UTC)
ANNE, BASILE = Caller(Operator("anne")), Caller(Operator("basile"))


@pytest.fixture
def ids() -> Iterator[int]:
    return iter(range(1, 1000))


@pytest.fixture
def gate(store: Store, ids: Iterator[int]) -> Gate:
    return Gate(store, load_policy(), new_id=lambda: f"00000000-0000-7000-8000-{next(ids):012d}", release="test")


@pytest.fixture
def closed(gate: Gate) -> Gate:
    """A record with two documents, a change, and some traces, closed; another one, open."""
    opened(gate.store, a_record(), another_record())
    deposited(gate.store, an_entry(1), an_entry(2))
    deposited(gate.store, an_entry(3), number=2, patient=SOMEBODY_ELSE)
    gate.perform(ANNE, CloseRecord(PERSON, ClosingReason.PATIENT_REQUEST), CLOSED)
    return gate


@pytest.fixture
def destroyed(closed: Gate) -> Gate:
    """The same, ten years and a day later, destroyed."""
    closed.perform(ANNE, DestroyRecord(PERSON, "basile"), TEN_YEARS_LATER)
    return closed


def count(store: Store, table: str, record: str) -> int:
    of = schema.metadata.tables[table]
    with store.connection() as connection:
        return connection.execute(select(func.count()).select_from(of).where(of.c.record == record)).scalar_one()


def blobs_left(folder: Path) -> int:
    return sum(1 for path in (folder / "blobs").rglob("*") if path.is_file())


def refused(gate: Gate, error: type[Exception], action, at: datetime, *, match: str, caller: Caller = ANNE) -> None:
    with pytest.raises(error, match=match):
        gate.perform(caller, action, at)
    assert count(gate.store, "page", "rec-1") == 2


# -- who may, and when


def test_a_record_is_kept_to_the_last_day_of_the_ten_years(closed: Gate):
    last_day = datetime(2036, 11, 22, 23, 59, tzinfo=UTC)

    refused(closed, AccessRefused, DestroyRecord(PERSON, "basile"), last_day, match="kept until .* 2036-11-23")


@pytest.mark.parametrize("confirmed_by", ["", " ", "anne", "ANNE "])
def test_somebody_else_confirms(closed: Gate, confirmed_by: str):
    action = DestroyRecord(PERSON, confirmed_by)

    refused(closed, IncompleteRequest, action, TEN_YEARS_LATER, match="another operator confirms")


def test_an_open_record_is_not_destroyed(closed: Gate):
    closed.perform(ANNE, ReopenRecord(PERSON, NOW), NOW)

    refused(closed, RecordNotClosed, DestroyRecord(PERSON, "basile"), TEN_YEARS_LATER, match="only a closed record")


def test_a_legal_hold_keeps_a_record_beyond_its_time(closed: Gate):
    closed.perform(ANNE, HoldRecord(PERSON, "inquiry 12"), NOW)

    for ground in Ground:
        action = DestroyRecord(PERSON, "basile", ground)
        refused(closed, AccessRefused, action, TEN_YEARS_LATER, match="gel légal")
    closed.perform(ANNE, LiftHold(PERSON), NOW)
    closed.perform(ANNE, DestroyRecord(PERSON, "basile"), TEN_YEARS_LATER)
    assert count(closed.store, "page", "rec-1") == 0


def test_the_person_may_ask_for_it_at_any_time_after_the_closure(closed: Gate):
    signed = closed.perform(ANNE, DestroyRecord(PERSON, "basile", Ground.REQUEST), CLOSED + timedelta(days=1))

    assert signed.certificate.ground is Ground.REQUEST


def test_nobody_but_the_operator_destroys(closed: Gate):
    action = DestroyRecord(PERSON, "basile", Ground.REQUEST)
    refused(closed, AccessRefused, action, NOW, match="matrice", caller=Caller(Holder(PERSON), patient=PERSON))


def test_there_is_no_record_to_destroy_twice(destroyed: Gate):
    for record in (PERSON, "rec-1", "rec-9"):
        with pytest.raises(RecordNotFound):
            destroyed.perform(ANNE, DestroyRecord(record, "basile"), TEN_YEARS_LATER)


# -- what is left


def test_a_destroyed_record_has_lost_its_key_and_all_it_held(destroyed: Gate, tmp_path: Path):
    store = destroyed.store

    with store.connection() as connection:
        row = connection.execute(select(schema.record).where(schema.record.c.record == "rec-1")).one()
    assert (row.state, row.master, bytes(row.wrapped), bytes(row.sealed)) == (RecordState.DESTROYED, "", b"", b"")
    tables = ("page", "document", "place", "identifier")
    assert [count(store, table, "rec-1") for table in tables] == [0, 0, 0, 0]
    assert [count(store, table, "rec-2") for table in tables] == [2, 1, 1, 1]
    assert blobs_left(tmp_path) == 1
    assert verify(store).sound


def test_the_person_has_no_record_and_may_open_another_one(destroyed: Gate):
    with destroyed.store.begin() as tx:
        assert tx.records.of(PERSON) is None
        assert tx.records.find("rec-1") is None
        assert tx.places.record_of(uuid(1)) is None

    new = destroyed.perform(ANNE, OpenRecord((PERSON,), Regime.OPT_IN, consent=NOW), TEN_YEARS_LATER)

    with destroyed.store.begin() as tx:
        assert tx.records.of(PERSON) == new
    assert verify(destroyed.store).sound


def test_no_sealed_text_of_the_record_opens_with_any_key_that_is_left(closed: Gate, tmp_path: Path):
    with closed.store.begin() as tx:
        seal = tx.records.seal(tx.records.get("rec-1").key)
        texts = [(name, sealed) for name, _, sealed in tx.traces.rows("rec-1")]
    assert [seal.open("trace", name, sealed) != b"" for name, sealed in texts] == [True]

    closed.perform(ANNE, DestroyRecord(PERSON, "basile"), TEN_YEARS_LATER)

    everything = (tmp_path / "keys").rglob("*")
    assert not any(seal.key in path.read_bytes() for path in everything if path.is_file())
    vault = Vault(tmp_path / "keys")
    for name, sealed in texts:
        with pytest.raises(StorageUnavailable):
            replace(vault.service, scope="rec-1").open("trace", name, sealed)


def test_an_act_that_meets_the_destruction_is_run_again_and_finds_nothing(closed: Gate):
    store = closed.store

    with pytest.raises(Conflict), store.begin() as tx:
        record = tx.records.get("rec-1")
        deposit(tx.inside(record), an_entry(7), number=7)
        closed.perform(ANNE, DestroyRecord(PERSON, "basile"), TEN_YEARS_LATER)

    assert count(store, "page", "rec-1") == 0


# -- the certificate


def test_the_certificate_says_who_when_and_what_and_names_nobody(destroyed: Gate):
    with destroyed.store.begin() as tx:
        (signed,) = tx.erasures.of(PERSON)
        assert list(tx.erasures.get("rec-1")) == [signed]
        assert list(tx.erasures.of(SOMEBODY_ELSE)) == []

    certificate = signed.certificate
    assert (certificate.record, certificate.at, certificate.closed) == ("rec-1", TEN_YEARS_LATER, CLOSED)
    assert (certificate.by, certificate.confirmed_by, certificate.ground) == ("anne", "basile", Ground.RETENTION)
    counts = certificate.counts
    assert (counts.documents, counts.pages, counts.versions, counts.traces) == (2, 2, 1, 1)
    assert counts.octets > 0
    assert len(bytes.fromhex(certificate.key)) == 32
    assert PERSON.number not in certificate.text().decode()
    assert erasure.is_genuine(signed, destroyed.store.vault.heads.public_key())
    altered = replace(signed, certificate=replace(certificate, by="nobody"))
    assert not erasure.is_genuine(altered, destroyed.store.vault.heads.public_key())


def test_the_destruction_leaves_one_readable_trace_that_holds_the_digest_of_the_certificate(destroyed: Gate):
    with destroyed.store.begin() as tx:
        (signed,) = tx.erasures.of(PERSON)
        traces = [trace for trace in tx.traces.of(NO_RECORD) if trace.verb == "record-destroy"]

    (trace,) = traces
    assert (trace.id, trace.who.person, trace.detail) == (signed.certificate.id, "anne", "confirmed by basile")
    assert (trace.changes[0].target, trace.changes[0].after) == ("rec-1", signed.certificate.digest)


def test_the_tree_stays_provable_and_tells_how_many_texts_are_gone(destroyed: Gate):
    seal_traces(destroyed.store, TEN_YEARS_LATER)

    report = verify(destroyed.store)

    assert (report.sound, report.erased) == (True, 2)
    assert report.sentence.endswith("2 texts erased with their records")


def test_a_record_emptied_without_certificate_is_found(closed: Gate):
    with closed.store.connection() as connection:
        emptied = {"state": RecordState.DESTROYED, "master": "", "wrapped": b"", "sealed": b""}
        connection.execute(update(schema.record).where(schema.record.c.record == "rec-1").values(**emptied))

    assert verify(closed.store).faults == ["record rec-1 was destroyed without a certificate"]


def test_a_certificate_of_a_record_that_is_still_there_is_found(destroyed: Gate):
    with destroyed.store.connection() as connection:
        connection.execute(
            update(schema.record).where(schema.record.c.record == "rec-1").values(state=RecordState.CLOSED)
        )

    assert "record rec-1 has a certificate of erasure and is still there" in verify(destroyed.store).faults


def test_a_forged_certificate_is_found(closed: Gate):
    row = {"record": "rec-1", "at": 0, "certificate": b"", "signature": bytes(64)}
    with closed.store.begin() as tx:
        order = Order("id", Ground.REQUEST, "a", "b")
        certificate = tx.erasures._certificate(tx.records.get("rec-1"), order, documents=[], at=NOW)
    with closed.store.connection() as connection:
        connection.execute(insert(schema.erasure), {**row, "certificate": certificate.text()})

    assert verify(closed.store).faults == ["the certificate of erasure id is not ours, or no trace holds it"]


# -- what is due


def test_what_is_due_is_told_by_date_and_keyed_hash(closed: Gate):
    found = closed.perform(ANNE, ListDueRecords(TEN_YEARS_LATER.date()), TEN_YEARS_LATER)

    person = closed.store.vault.person(PERSON)
    assert [(due.day.isoformat(), due.record, due.person, due.held) for due in found] == [
        ("2036-11-23", "rec-1", person, False)
    ]
    assert closed.perform(ANNE, ListDueRecords(CLOSED.date()), NOW) == []


def test_the_job_destroys_what_is_due_and_passes_over_what_is_held(closed: Gate):
    closed.perform(ANNE, CloseRecord(SOMEBODY_ELSE, ClosingReason.DEATH), CLOSED)
    closed.perform(ANNE, HoldRecord(SOMEBODY_ELSE, "inquiry 12"), NOW)

    def perform(caller, action):
        return closed.perform(caller, action, TEN_YEARS_LATER)

    (signed,) = destroy_due(perform, today=TEN_YEARS_LATER.date())

    assert (signed.certificate.record, signed.certificate.by) == ("rec-1", "retention-job")
    assert list(destroy_due(perform, today=TEN_YEARS_LATER.date())) == []


def test_the_job_alone_does_nothing_but_end_the_ten_years(closed: Gate):
    action = DestroyRecord(PERSON, "retention-job", Ground.REQUEST)

    refused(closed, IncompleteRequest, action, TEN_YEARS_LATER, match="another operator confirms", caller=JOB)


# -- the journal, and a backup from before


@contextmanager
def restored(store: Store) -> Iterator[None]:
    """Whatever happens inside is undone afterwards in the database, as by a backup that knows nothing of it."""
    with store.connection() as connection:
        saved = {table: connection.execute(select(table)).all() for table in schema.metadata.sorted_tables}
    yield
    with store.connection() as connection:
        free(connection)
        for table in saved:
            connection.execute(delete(table))
        for table, rows in saved.items():
            if rows:
                connection.execute(insert(table), [dict(row._mapping) for row in rows])


def free(connection) -> None:
    """Drop the triggers, as who restores a whole database does."""
    if connection.dialect.name == "sqlite":
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")


def test_a_restored_backup_is_told_again_what_was_destroyed(closed: Gate, tmp_path: Path):
    store = closed.store
    with restored(store):
        signed = closed.perform(ANNE, DestroyRecord(PERSON, "basile"), TEN_YEARS_LATER)
    assert [count(store, table, "rec-1") for table in ("page", "document", "identifier", "erasure")] == [2, 2, 1, 0]

    assert erasure.replay(store, store.vault.journal.lines()) == 1

    assert [count(store, table, "rec-1") for table in ("page", "document", "place", "identifier")] == [0, 0, 0, 0]
    with store.begin() as tx:
        assert tx.records.of(PERSON) is None
        assert list(tx.erasures.of(PERSON)) == [signed]
    assert verify(store).sound
    assert blobs_left(tmp_path) == 1
    assert erasure.replay(store, store.vault.journal.lines()) == 0
    assert count(store, "trace", NO_RECORD) == 1


def test_a_restored_backup_that_was_not_told_opens_nothing_either(closed: Gate, tmp_path: Path):
    store = closed.store
    with restored(store):
        closed.perform(ANNE, DestroyRecord(PERSON, "basile"), TEN_YEARS_LATER)

    store.vault = Vault(tmp_path / "keys")
    with store.begin() as tx, pytest.raises(StorageUnavailable, match="the key of this record was destroyed"):
        tx.records.of(PERSON)


def test_a_journal_that_missed_a_destruction_catches_up(destroyed: Gate, tmp_path: Path):
    store = destroyed.store
    (tmp_path / "keys/journal.jsonl").unlink()

    assert (erasure.catch_up(store), erasure.catch_up(store)) == (1, 0)

    (line,) = store.vault.journal.lines()
    assert (line.fate, line.key) == (Fate.DESTROYED, "rec-1")
    assert json.loads(line.certificate)["record"] == "rec-1"


def test_a_start_makes_the_journal_and_the_database_agree(closed: Gate, tmp_path: Path):
    store = closed.store
    with restored(store):
        closed.perform(ANNE, DestroyRecord(PERSON, "basile"), TEN_YEARS_LATER)

    assert (erasure.settle(store), erasure.settle(store)) == (1, 0)

    (tmp_path / "keys/journal.jsonl").unlink()
    assert erasure.settle(store) == 0
    assert store.vault.journal.destroyed() == {"rec-1"}


def test_nothing_of_the_key_is_left_in_the_database_file(sqlite_store: Store, tmp_path: Path):
    gate = Gate(sqlite_store, load_policy(), new_id=lambda: "the-end", release="test")
    opened(sqlite_store, a_record(state=RecordState.CLOSED, closure=Closure(CLOSED, ClosingReason.DEATH)))
    with sqlite_store.connection() as connection:
        wrapped = bytes(connection.execute(select(schema.record.c.wrapped)).scalar_one())
    files = [tmp_path / "dmp.db", tmp_path / "dmp.db-wal"]
    assert any(wrapped in path.read_bytes() for path in files)

    gate.perform(ANNE, DestroyRecord(PERSON, "basile"), TEN_YEARS_LATER)
    erasure.scrub(sqlite_store)

    assert not any(wrapped in path.read_bytes() for path in files)


def test_both_engines_are_scrubbed(destroyed: Gate):
    erasure.scrub(destroyed.store)

    assert verify(destroyed.store).sound


def test_the_receipt_of_an_erasure_is_proven_by_the_stand_alone_verifier(destroyed: Gate, tmp_path: Path, capsys):
    with destroyed.store.begin() as tx:
        (signed,) = tx.erasures.of(PERSON)
    with pytest.raises(DocumentNotFound, match="not in a signed tree yet"):
        list(receipt_of(destroyed.store, signed, at=NOW))
    seal_traces(destroyed.store, TEN_YEARS_LATER)
    path = tmp_path / "receipt.jsonl"
    lines = list(receipt_of(destroyed.store, signed, at=NOW))

    for content, status, words in (
        (lines, 0, "Certificates of erasure proven: 1"),
        ([*lines[:-1], lines[-1].replace(b"anne", b"anna")], 1, "the signature of the certificate is wrong"),
        ([*lines[:-1], lines[-1].replace(b'"sequence":', b'"sequence":1')], 1, "no trace holds this certificate"),
        ([*lines[:-2], lines[-1]], 1, "no trace holds this certificate"),
    ):
        path.write_bytes(b"".join(content))
        assert verify_traces.main([str(path)]) == status
        assert words in capsys.readouterr().out


def test_a_journal_written_by_who_has_no_key_destroys_nothing(closed: Gate):
    with closed.store.begin() as tx:
        seal = tx.records.get("rec-1").key
    forged = ErasureCertificate.read(
        b'{"at":"2036-11-23T09:30:00.000000Z","by":"x","closed":"2026-11-22T09:30:00.000000Z","confirmed_by":"y",'
        b'"counts":{"documents":0,"octets":0,"pages":0,"traces":0,"versions":0},"form":"dmp-erasure-1",'
        b'"ground":"retention","id":"i","key":"00","record":"rec-1","software":""}'
    )
    lines = [
        Line(NOW, Fate.DESTROYED, seal, forged.text().decode(), bytes(64)),
        Line(NOW, Fate.DESTROYED, seal, "{}", bytes(64)),
    ]

    for line in lines:
        with pytest.raises(StorageUnavailable, match=r"not signed with our key|holds no certificate"):
            erasure.replay(closed.store, [line])
    assert count(closed.store, "page", "rec-1") == 2


def test_lines_about_master_keys_and_unknown_records_are_passed_over(destroyed: Gate, tmp_path: Path):
    lines = list(destroyed.store.vault.journal.lines())
    with destroyed.store.connection() as connection:
        free(connection)
        for table in (schema.record, schema.erasure):
            connection.execute(delete(table).where(table.c.record == "rec-1"))

    assert erasure.replay(destroyed.store, [Line(NOW, Fate.MADE, "0002"), *lines]) == 0


def test_a_certificate_is_read_back(destroyed: Gate):
    with destroyed.store.begin() as tx:
        (signed,) = tx.erasures.of(PERSON)
    text = signed.certificate.text()

    assert ErasureCertificate.read(text) == signed.certificate
