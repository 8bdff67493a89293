"""The holder's own space is kept in sealed pages: nothing of it elsewhere, what is taken away is gone (PT-6)."""

from dataclasses import replace

import pytest

from dmp.access.policy import load_policy
from dmp.actions.destroy_record import DestroyRecord
from dmp.actions.merge_records import ConfirmMerge, ProposeMerge
from dmp.actions.personal_space import RemoveNote, ViewNotes, ViewProfile, WriteLine, WriteNote
from dmp.actions.record_life import CloseRecord
from dmp.actions.split_record import ConfirmSplit, ProposeSplit
from dmp.gate import Gate
from dmp.main import new_id
from dmp.record.actor import Caller, Holder, Operator
from dmp.record.errors import IncompleteRequest, RecordNotFound
from dmp.record.patient import PatientId
from dmp.record.personal import MOST_LINES, Note, ProfileLine, Section
from dmp.record.record import ClosingReason
from dmp.record.retention import Ground
from dmp.store.tx import Store
from store_builders import NOW, PERSON, SOMEBODY_ELSE, a_record, an_entry, another_record, at_once, deposited, opened

ANNE, BASILE = Caller(Operator("anne"), reason="x"), Caller(Operator("basile"), reason="x")


def at_home(person: PatientId = PERSON) -> Caller:
    return Caller(Holder(person), patient=person)


@pytest.fixture
def gate(store: Store) -> Gate:
    opened(store, a_record(), another_record())
    return Gate(store, load_policy(), new_id=new_id, release="test")


def notes(gate: Gate, person: PatientId = PERSON) -> list[str]:
    return sorted(note.text for note in gate.perform(at_home(person), ViewNotes(person), NOW))


def test_a_note_is_there_for_its_record_alone(gate: Gate):
    gate.perform(at_home(), WriteNote(PERSON, "chez moi"), NOW)
    assert notes(gate) == ["chez moi"]
    assert notes(gate, SOMEBODY_ELSE) == []


def test_notes_lines_and_documents_share_pages_without_touching_one_another(gate: Gate, store: Store):
    for number in range(1, 60):
        gate.perform(at_home(), WriteNote(PERSON, f"note {number} " * 30), NOW)
    deposited(store, an_entry(1))
    gate.perform(at_home(), WriteLine(PERSON, Section.ILLNESSES, "asthme"), NOW)
    assert len(notes(gate)) == 59
    with store.begin() as tx:
        assert len(tx.inside(tx.records.get("rec-1")).entries()) == 1
    (first, *_) = gate.perform(at_home(), ViewNotes(PERSON), NOW)
    gate.perform(at_home(), RemoveNote(PERSON, first.id), NOW)
    assert len(notes(gate)) == 58
    assert [line.text for line in gate.perform(at_home(), ViewProfile(PERSON), NOW).lines] == ["asthme"]


def test_two_notes_written_at_once_are_both_there(gate: Gate):
    at_once(*[lambda n=n: gate.perform(at_home(), WriteNote(PERSON, f"note {n}"), NOW) for n in range(2)])
    assert notes(gate) == ["note 0", "note 1"]


def test_a_profile_has_room_for_so_many_lines(gate: Gate, store: Store):
    with store.begin() as tx:
        record = tx.records.get("rec-1")
        for number in range(MOST_LINES):
            tx.personal.put(record, ProfileLine(f"line-{number}", Section.FAMILY, "x", NOW))
    with pytest.raises(IncompleteRequest):
        gate.perform(at_home(), WriteLine(PERSON, Section.FAMILY, "y"), NOW)


def test_what_stands_in_both_records_of_a_person_is_read_together_and_given_back(gate: Gate, store: Store):
    gate.perform(at_home(), WriteNote(PERSON, "première"), NOW)
    gate.perform(at_home(SOMEBODY_ELSE), WriteNote(SOMEBODY_ELSE, "seconde"), NOW)
    gate.perform(ANNE, ProposeMerge(PERSON, SOMEBODY_ELSE), NOW)
    gate.perform(BASILE, ConfirmMerge(PERSON, SOMEBODY_ELSE), NOW)
    assert notes(gate) == notes(gate, SOMEBODY_ELSE) == ["première", "seconde"]
    with store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        (moved,) = [note for note in tx.personal.notes(record) if note.text == "première"]
    gate.perform(at_home(), WriteNote(PERSON, "première, changée", moved.id), NOW)
    gate.perform(ANNE, ProposeSplit(PERSON), NOW)
    gate.perform(BASILE, ConfirmSplit(PERSON), NOW)
    assert (notes(gate), notes(gate, SOMEBODY_ELSE)) == (["première, changée"], ["seconde"])


def test_with_its_record_everything_is_gone(gate: Gate):
    gate.perform(at_home(), WriteNote(PERSON, "adieu"), NOW)
    gate.perform(ANNE, CloseRecord(PERSON, ClosingReason.PATIENT_REQUEST), NOW)
    gate.perform(ANNE, DestroyRecord(PERSON, "basile", Ground.REQUEST), NOW)
    with pytest.raises(RecordNotFound):
        notes(gate)


def test_a_note_keeps_its_place_when_it_is_written_anew(gate: Gate, store: Store):
    with store.begin() as tx:
        record = tx.records.get("rec-1")
        tx.personal.put(record, Note("a", "avant", NOW))
        tx.personal.put(record, replace(Note("a", "avant", NOW), text="après"))
        tx.personal.remove(record, "nowhere")
    assert notes(gate) == ["après"]
