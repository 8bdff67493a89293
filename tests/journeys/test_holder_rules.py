"""The rules on the patient's side, through the gate: there is no portal yet (functional 3.2, DEC-15 to 17, 24)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from dmp.actions.consult_record import ReadIdentity
from dmp.actions.find_documents import SearchRecord
from dmp.actions.open_record import OpenRecord
from dmp.actions.read_documents import ReadDocuments
from dmp.actions.record_life import CloseRecord
from dmp.actions.submit_documents import SubmitDocuments
from dmp.actions.update_documents import UpdateDocuments
from dmp.documents.intake import Examination
from dmp.gate import Gate
from dmp.main import build_gate
from dmp.record.actor import Caller, Facility, Holder, Professional, Representative
from dmp.record.entry import Author, DocumentEntry, EntryStatus
from dmp.record.errors import AccessRefused, DocumentNotFound, RecordNotFound
from dmp.record.patient import Guardian, PatientId
from dmp.record.profile import dmp
from dmp.record.query import DocumentCriteria, FindDocuments, StoredQuery
from dmp.record.record import Authorisation, ClosingReason, Regime
from dmp.record.submission import MetadataUpdate, Submission, UpdateEntry, UpdateStatus
from dmp.record.visibility import Visibility
from dmp.settings import Settings
from dmp.store.tx import Store
from store_builders import PERSON, SOMEBODY_ELSE
from xds_builders import LETTER, a_lot, a_member, an_entry

OPENED = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
A_MONTH_LATER = datetime(2026, 2, 28, 8, 0, tzinfo=UTC)
MOTHER = PatientId("255081416802538", PERSON.root)
DOCTOR = Professional("899900012345", "Anne DUPONT", "10", "SM26", Facility("499900012345001", "Cabinet", "SA07"))
ANOTHER = replace(DOCTOR, id="899900054321")

THE_DOCTOR = Caller(DOCTOR, patient=PERSON)
THE_HOLDER = Caller(Holder(PERSON), patient=PERSON)
THE_MOTHER = Caller(Representative(MOTHER.number, "MERE FICTIVE"), patient=PERSON)
A_STRANGER = Caller(Representative("160012B07400112", "AUTRE FICTIF"), patient=PERSON)


@dataclass
class House:
    """A gate, and the acts of these tests in few words."""

    gate: Gate
    numbers: count

    def submit(self, caller: Caller, title: str = "Lettre", *, at: datetime = OPENED, **entry) -> str:
        """Deposit a document; gives its uniqueId."""
        number = next(self.numbers)
        described = an_entry(unique_id=f"1.2.250.1.999.1.{number}", title=title, **entry)
        lot = a_lot(unique_id=f"1.2.250.1.999.4.{number}")
        submission = Submission(lot, (described,), (a_member(),), {described.uuid: LETTER})
        act = SubmitDocuments(PERSON, submission, Examination(dmp()), "1.2.250.1.999.3")
        self.gate.perform(caller, act, at)
        return described.unique_id

    def entries(self, caller: Caller, *, at: datetime = OPENED, status: EntryStatus = EntryStatus.APPROVED):
        query = StoredQuery(FindDocuments(DocumentCriteria(PERSON, frozenset({status}))))
        return self.gate.perform(caller, SearchRecord(PERSON, query), at).entries

    def titles(self, caller: Caller, **how) -> list[str]:
        return sorted(entry.title for entry in self.entries(caller, **how))

    def reads(self, caller: Caller, unique_id: str, *, at: datetime = OPENED) -> bool:
        (found,) = self.gate.perform(caller, ReadDocuments(PERSON, (unique_id,)), at)
        return found is not None and found.octets == LETTER.octets

    def update(self, caller: Caller, *operations: UpdateEntry | UpdateStatus) -> None:
        number = next(self.numbers)
        person = caller.actor.patient.number if isinstance(caller.actor, Holder) else caller.actor.id
        structures = a_lot().authors[0].institutions if isinstance(caller.actor, Professional) else ()
        author = Author(person=f"{person}^FICTIF^ANNE^^^^^^&1.2.3&ISO^L^^^EI", institutions=structures)
        lot = a_lot(unique_id=f"1.2.250.1.999.4.{number}", authors=(author,))
        self.gate.perform(caller, UpdateDocuments(PERSON, MetadataUpdate(lot, operations), dmp()), OPENED)

    def shown_as(self, caller: Caller, entry: DocumentEntry, visibility: Visibility) -> None:
        self.update(caller, UpdateEntry(replace(entry, uuid="Document01", visibility=visibility), entry.version))


@pytest.fixture
def house(store: Store) -> House:
    """An open record with a mother who represents its holder, and two doctors who may read."""
    nowhere = Path("/nowhere")
    settings = Settings("", nowhere, nowhere, nowhere, nowhere, nowhere, nowhere, production=False)
    gate = build_gate(store, settings)
    guardian = Guardian("MTH", "FICTIVE", "MERE", identifier=MOTHER)
    let_in = (DOCTOR.id, ANOTHER.id)
    act = OpenRecord((PERSON,), Regime.OPT_IN, consent=OPENED, guardians=(guardian,), let_in=let_in)
    gate.perform(THE_DOCTOR, act, OPENED)
    return House(gate, count(1))


def test_the_holder_finds_and_reads_his_own(house):
    unique_id = house.submit(THE_DOCTOR)
    assert house.titles(THE_HOLDER) == ["Lettre"]
    assert house.reads(THE_HOLDER, unique_id)


def test_the_holder_has_no_right_in_another_record(house):
    house.submit(THE_DOCTOR)
    other = Caller(Holder(SOMEBODY_ELSE), patient=SOMEBODY_ELSE)
    with pytest.raises(RecordNotFound):
        house.titles(other)


def test_masked_documents_are_the_holders_too(house):
    unique_id = house.submit(THE_DOCTOR, visibility=Visibility(masked=True))
    assert house.titles(THE_HOLDER) == ["Lettre"]
    assert house.reads(THE_HOLDER, unique_id)


def test_a_document_to_be_announced_shows_itself_after_a_month(house):
    hidden = Visibility(hidden_from_patient_since=OPENED)
    unique_id = house.submit(THE_DOCTOR, "À annoncer", visibility=hidden)
    just_before = datetime(2026, 2, 28, 7, 59, tzinfo=UTC)

    for caller in (THE_HOLDER, THE_MOTHER):
        assert house.titles(caller) == []
        assert house.titles(caller, at=just_before) == []
        assert not house.reads(caller, unique_id, at=just_before)
        assert house.titles(caller, at=A_MONTH_LATER) == ["À annoncer"]
        assert house.reads(caller, unique_id, at=A_MONTH_LATER)
    assert house.titles(THE_DOCTOR) == ["À annoncer"]


def test_the_announcement_by_the_doctor_shows_it_at_once(house):
    house.submit(THE_DOCTOR, visibility=Visibility(hidden_from_patient_since=OPENED))
    (entry,) = house.entries(THE_DOCTOR)

    house.shown_as(THE_DOCTOR, entry, Visibility())

    assert house.titles(THE_HOLDER) == ["Lettre"]


def test_the_holder_does_not_learn_that_something_is_to_be_announced(house):
    house.submit(THE_DOCTOR, visibility=Visibility(hidden_from_patient_since=OPENED))
    (entry,) = house.entries(THE_DOCTOR)
    with pytest.raises(DocumentNotFound) as refusal:
        house.shown_as(THE_HOLDER, entry, Visibility(masked=True))
    assert str(refusal.value) == entry.logical_id


def test_a_representative_sees_all_but_what_is_hidden_from_him(house):
    house.submit(THE_DOCTOR, "Ordinaire")
    secret = house.submit(THE_DOCTOR, "Confidentielle", visibility=Visibility(hidden_from_guardians=True))

    assert house.titles(THE_MOTHER) == ["Ordinaire"]
    assert not house.reads(THE_MOTHER, secret)
    assert house.titles(THE_HOLDER) == ["Confidentielle", "Ordinaire"]
    assert house.reads(THE_HOLDER, secret)


def test_nobody_represents_whom_the_record_does_not_name(house):
    house.submit(THE_DOCTOR)
    with pytest.raises(RecordNotFound):
        house.titles(A_STRANGER)
    with pytest.raises(RecordNotFound):
        house.gate.perform(A_STRANGER, ReadIdentity(PERSON), OPENED)


def test_the_holder_masks_and_unmasks_any_document(house):
    house.submit(THE_DOCTOR)
    other = Caller(ANOTHER, patient=PERSON)
    assert house.titles(other) == ["Lettre"]
    (entry,) = house.entries(THE_HOLDER)

    house.shown_as(THE_HOLDER, entry, Visibility(masked=True))

    (masked,) = house.entries(THE_HOLDER)
    assert masked.visibility.masked
    assert house.titles(other) == []
    assert house.titles(THE_DOCTOR) == ["Lettre"], "its author still sees it"
    house.shown_as(THE_HOLDER, masked, Visibility())
    assert not house.entries(THE_HOLDER)[0].visibility.masked


def test_the_minor_lifts_what_hides_a_document_from_his_guardians_and_they_do_not(house):
    house.submit(THE_DOCTOR, visibility=Visibility(hidden_from_guardians=True))
    (entry,) = house.entries(THE_HOLDER)
    with pytest.raises(DocumentNotFound):
        house.shown_as(THE_MOTHER, entry, Visibility())

    house.shown_as(THE_HOLDER, entry, Visibility())

    assert house.titles(THE_MOTHER) == ["Lettre"]


def test_the_patient_deletes_his_own_deposits_and_no_other(house):
    house.submit(THE_DOCTOR, "Du médecin")
    house.submit(THE_HOLDER, "Du patient", authors=())
    of = {entry.title: entry for entry in house.entries(THE_HOLDER)}

    def delete(caller: Caller, title: str) -> None:
        house.update(caller, UpdateStatus(of[title].uuid, EntryStatus.APPROVED, EntryStatus.DELETED))

    with pytest.raises(AccessRefused) as refusal:
        delete(THE_HOLDER, "Du médecin")
    assert refusal.value.rule == "not-own-document"
    with pytest.raises(AccessRefused):
        delete(THE_DOCTOR, "Du patient")
    delete(THE_HOLDER, "Du patient")
    assert house.titles(THE_HOLDER, status=EntryStatus.DELETED) == ["Du patient"]
    assert house.titles(THE_DOCTOR, status=EntryStatus.DELETED) == []


def test_the_patient_archives_his_own_deposits_and_no_other(house):
    house.submit(THE_DOCTOR, "Du médecin")
    house.submit(THE_HOLDER, "Du patient", authors=())
    of = {entry.title: entry for entry in house.entries(THE_HOLDER)}

    def archive(caller: Caller, title: str) -> None:
        house.update(caller, UpdateStatus(of[title].uuid, EntryStatus.APPROVED, EntryStatus.ARCHIVED))

    archive(THE_HOLDER, "Du patient")
    with pytest.raises(AccessRefused):
        archive(THE_HOLDER, "Du médecin")
    assert house.titles(THE_DOCTOR, status=EntryStatus.ARCHIVED) == ["Du patient"]


def test_a_deposit_of_the_patient_says_that_nobody_else_sent_it(house, store):
    house.submit(THE_HOLDER, "Du patient", authors=())
    with store.begin() as tx:
        (entry,) = tx.inside(tx.records.of(PERSON)).entries()
    assert (entry.deposit.person, entry.deposit.structure, entry.deposit.mode) == (PERSON.number, "", "")


def test_the_holder_closes_and_a_representative_does_not(house):
    act = CloseRecord(PERSON, ClosingReason.PATIENT_REQUEST)
    with pytest.raises(AccessRefused):
        house.gate.perform(THE_MOTHER, act, OPENED)
    house.gate.perform(THE_HOLDER, act, OPENED)


def test_everything_hidden_is_for_the_holder_and_who_represents_him(house, store):
    house.submit(THE_DOCTOR)
    with store.begin() as tx:
        tx.records.change(replace(tx.records.of(PERSON), hide_everything=True), at=OPENED)
    assert house.titles(THE_HOLDER) == house.titles(THE_MOTHER) == ["Lettre"]
    assert house.titles(THE_DOCTOR) == []


def test_the_holder_needs_no_authorisation_and_nobody_gets_his(house, store):
    house.submit(THE_DOCTOR)
    with store.begin() as tx:
        record = tx.records.of(PERSON)
        given: tuple[Authorisation, ...] = ()
        tx.records.change(replace(record, authorisations=given), at=OPENED)
    assert house.titles(THE_HOLDER) == ["Lettre"]
    with pytest.raises(AccessRefused):
        house.titles(THE_DOCTOR)
