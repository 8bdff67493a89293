"""The words of a PDF: read by a job after the deposit, once or twice with the same end; a failure is one word."""

import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from cda_write_builders import a_header
from dmp.actions.action import Turn
from dmp.actions.projected import opened as terms_in
from dmp.actions.projected import read_on
from dmp.desk.errands import Errands
from dmp.documents import pdf_words
from dmp.documents.said import said_by
from dmp.gate import Gate
from dmp.jobs.runner import Runner
from dmp.main import build_runner, build_word_reader
from dmp.projecting import project
from dmp.record.actor import Caller
from dmp.record.job import JobKind, JobState
from dmp.record.record import Authorisation
from dmp.services.lookup.terms import Terms
from dmp.store import schema
from dmp.store.jobs import Jobs
from dmp.store.rebuild import rebuild
from dmp.store.tx import Store
from dmp.wire.cda.write import write_unstructured
from own_pages_builders import DOCTOR, the_settings
from pdf_builders import a_pdf
from rights_builders import POLICY
from search_builders import a_deposit, a_letter, a_letter_in_pdf
from store_builders import NOW, PERSON, SOMEBODY_ELSE, a_record, another_record, opened

pytest.importorskip("pypdf", reason="the library that reads PDF is not installed")

LATER = NOW + timedelta(minutes=1)
IN_PDF = a_letter_in_pdf("Drepanocytose homozygote")
BROKEN = write_unstructured(a_header(media_type="application/pdf"), b"%PDF-1.4 broken")
SCAN = write_unstructured(a_header(media_type="application/pdf"), a_pdf(b""))


@dataclass
class House:
    """A record in a store, who deposits into it, and the reader of files."""

    store: Store

    def deposit(self, octets: bytes, number: int = 1) -> None:
        gate = Gate(self.store, POLICY, new_id=lambda: str(uuid.uuid4()), release="test")
        gate.perform(Caller(DOCTOR, patient=PERSON), a_deposit(octets, number), NOW)

    def reader(self) -> Runner:
        return replace(build_word_reader(self.store), clock=lambda: LATER)

    def terms(self, patient=PERSON) -> list[Terms]:
        with self.store.begin() as tx:
            record = tx.records.of(patient)
            names = [piece.uuid for piece in tx.inside(record).documents()]
            return [terms_in(packed) for packed in tx.projections.terms(record.key, names).values()]

    def jobs(self) -> list[tuple[str, str, str]]:
        columns = (schema.job.c.kind, schema.job.c.state, schema.job.c.said)
        with self.store.connection() as connection:
            return [tuple(row) for row in connection.execute(select(*columns))]

    def change(self, work: Callable) -> None:
        with self.store.begin() as tx:
            work(tx)


@pytest.fixture
def house(store: Store) -> House:
    given = Authorisation(DOCTOR.id, NOW, NOW + timedelta(days=300), DOCTOR.id)
    opened(store, a_record(authorisations=(given,)), another_record())
    return House(store)


def test_the_words_of_a_pdf_wait_for_a_job_and_are_then_found(house: House):
    house.deposit(IN_PDF)
    (before,) = house.terms()

    assert before.waiting
    assert house.reader().run_due() == {"renewed": 1}
    (after,) = house.terms()
    assert not after.waiting
    assert after.places("drepanocytos") or list(after.starting("drepanocyt"))


def test_a_letter_without_pdf_leaves_no_job(house: House):
    house.deposit(a_letter("Glycémie normale"))

    assert house.jobs() == []


def test_reading_twice_gives_the_same(house: House):
    house.deposit(IN_PDF)
    reader = house.reader()
    job = reader.queue.take("w", LATER)
    assert job is not None
    assert job.payload is not None
    do = reader.handlers[JobKind.WORDS]

    assert [do(job, job.payload) for _ in range(2)] == ["renewed", "same"]


def test_what_the_job_kept_is_what_a_rebuild_reads(house: House):
    house.deposit(IN_PDF)
    house.reader().run_due()

    assert rebuild(house.store, project).counts == {"records": 2, "same": 1}


def test_a_rebuild_reads_files_that_no_job_has_read(house: House):
    house.deposit(IN_PDF)

    assert rebuild(house.store, project).counts["renewed"] == 1
    assert not house.terms()[0].waiting


def test_a_document_that_was_removed_meanwhile_is_gone_and_no_failure(house: House):
    house.deposit(IN_PDF)

    def remove(tx) -> None:
        contents = tx.inside(tx.records.of(PERSON))
        (piece,) = contents.documents()
        contents.remove_document(piece.uuid)

    house.change(remove)

    assert house.reader().run_due() == {"gone": 1}
    assert house.terms() == []


def test_a_document_that_is_removed_while_it_is_read_comes_back_nowhere(house: House, monkeypatch):
    house.deposit(IN_PDF)
    read = pdf_words.read_pdf

    def removing(octets: bytes) -> str:
        def remove(tx) -> None:
            contents = tx.inside(tx.records.of(PERSON))
            contents.remove_document(contents.documents()[0].uuid)

        house.change(remove)
        return read(octets)

    monkeypatch.setattr("dmp.projecting.read_pdf", removing)

    assert house.reader().run_due() == {"gone": 1}
    assert house.terms() == []


def test_a_scan_is_read_and_has_no_words(house: House):
    house.deposit(SCAN)

    assert house.reader().run_due() == {"renewed": 1}
    assert house.terms() == []


def test_a_broken_file_is_a_dead_job_that_says_so_and_no_longer_waits(house: House):
    house.deposit(BROKEN)

    assert house.reader().run_due() == {"dead: pdf-unreadable": 1}
    assert house.jobs() == [("words", "dead", "pdf-unreadable")]
    assert house.terms() == []


def test_a_failure_stands_in_the_list_of_jobs_in_one_word(house: House, monkeypatch):
    house.deposit(BROKEN)
    house.reader().run_due()

    @contextmanager
    def there(_self):
        yield house.store

    monkeypatch.setattr(Errands, "_store", there)
    (line,) = Errands(the_settings()).listed(JobState.DEAD)

    assert line.split()[1:3] == ["words", "dead"]
    assert line.split()[-1] == "pdf-unreadable"
    assert "Drepano" not in line


def test_a_slow_file_is_tried_again(house: House, monkeypatch):
    house.deposit(IN_PDF)

    def slow(_octets: bytes) -> str:
        raise pdf_words.PdfUnread(pdf_words.TOO_SLOW)

    monkeypatch.setattr("dmp.projecting.read_pdf", slow)
    assert house.reader().run_due() == {"failed: pdf-too-slow": 1}
    monkeypatch.undo()

    assert replace(house.reader(), clock=lambda: LATER + timedelta(hours=1)).run_due() == {"new": 1}
    assert house.terms()[0].length


def test_messages_do_not_wait_for_files(house: House):
    house.deposit(IN_PDF)

    runner = replace(build_runner(house.store, the_settings()), clock=lambda: LATER)

    assert runner.run_due() == {}
    assert Jobs(house.store).counts()[JobState.WAITING] == 1


def test_what_the_job_is_about_is_sealed(house: House):
    house.deposit(IN_PDF)

    with house.store.begin() as tx:
        (piece,) = tx.inside(tx.records.of(PERSON)).documents()
    with house.store.connection() as connection:
        row = connection.execute(select(schema.job)).one()

    assert piece.uuid not in repr(tuple(row))
    assert piece.uuid.encode() not in bytes(row.sealed)


def test_a_document_that_moves_into_another_record_is_read_there(house: House):
    house.deposit(IN_PDF)

    def move(tx) -> None:
        source, target = tx.records.of(PERSON), tx.records.of(SOMEBODY_ELSE)
        contents = tx.inside(source)
        read_on(Turn(tx, target, (), Caller(DOCTOR), NOW, str), contents, source=source.key, target=target.key)
        tx.moving.move([entry.uuid for entry in contents.entries()], source=source.key, target=target.key)

    house.change(move)

    assert house.reader().run_due() == {"gone": 1, "renewed": 1}
    assert [terms.waiting for terms in house.terms(SOMEBODY_ELSE)] == [False]


def test_no_word_of_a_document_is_told_where_it_is_held():
    said = said_by(a_letter("Drepanocytose homozygote"))

    assert "repano" not in repr(said)
    assert "repano" not in repr(a_deposit(a_letter("Drepanocytose homozygote")).examined)
