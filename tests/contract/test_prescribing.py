"""What a prescriber does, on both engines: begin, sign once, with or without a copy, and keep what he was advised."""

from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from dmp.access.policy import load_policy
from dmp.actions.deposit_file import DepositFile
from dmp.actions.dispense import CancelPrescription, Dispense, Handed, ReadPrescription
from dmp.actions.numbered import ByNumber
from dmp.actions.prescribe import ListPrescriptions, OpenPrescribing, Prescribe
from dmp.actions.submit_documents import SubmitDocuments
from dmp.documents.intake import Examination
from dmp.gate import Gate
from dmp.main import new_id
from dmp.record.actor import Caller, Facility, Holder, Mode, Professional, Staff
from dmp.record.codes import Code
from dmp.record.dtm import PARIS
from dmp.record.errors import AccessRefused, DmpError, IncompleteRequest, Refused
from dmp.record.facts import Concept
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.prescription import Advice, Checked, Deed, Execution, Prescription
from dmp.record.profile import dmp
from dmp.record.record import Authorisation
from dmp.record.submission import Submission
from dmp.store.packing import pack
from dmp.store.tx import Store
from prescription_builders import a_number, a_prescription, an_execution, an_item
from store_builders import NOW, PERSON, a_record, at_once, opened
from xds_builders import LETTER, a_lot, a_member, an_entry

PRACTICE = Facility("1750000001", "Cabinet Test", "SA07")
DOCTOR = Caller(Professional("899900000101", "Claire ARNOUX-TEST", "10", "SM26", PRACTICE))
MIDWIFE = Caller(Professional("899900000202", "Sarah SAGE-TEST", "50", "", PRACTICE))
NURSE = Caller(Professional("899900000303", "Nadia HAMON-TEST", "60", "", PRACTICE))
PHARMACIST = Caller(Professional("899900000901", "Odile PHARMA-TEST", "21", "", Facility("1750000091", "P", "SA33")))
HOLDER = Caller(Holder(PERSON), patient=PERSON)
ADVICE = Advice("allergy.same", "Allergie", "À vérifier.", "1", "01/11/2026")
TOLD = Checked("2026-11-01", "Base du 01/11/2026", (ADVICE,))
ANNE = IdentityTraits("MARTIN", "ANNE", "ANNE MARIE", "1979-03-28", Sex.FEMALE, "75107")


@pytest.fixture
def gate(store: Store) -> Gate:
    let_in = tuple(
        Authorisation(one.actor.id, NOW - timedelta(days=1), NOW + timedelta(days=300), one.actor.id)
        for one in (DOCTOR, MIDWIFE, NURSE, PHARMACIST)
    )
    opened(store, a_record(traits=ANNE, authorisations=let_in))
    return Gate(store, load_policy(), new_id=new_id, release="test")


def prescribed(gate: Gate, caller: Caller = DOCTOR, number: int = 1, **changes) -> Prescription:
    how = {name: changes.pop(name) for name in ("copy", "once") if name in changes}
    told = a_prescription(number=a_number(number), **changes)
    return gate.perform(caller, Prescribe(PERSON, told, **how), NOW)


def listed(gate: Gate, caller: Caller = DOCTOR) -> tuple[Prescription, ...]:
    return gate.perform(caller, ListPrescriptions(PERSON), NOW)


@pytest.mark.parametrize("caller", [NURSE, PHARMACIST], ids=lambda one: one.actor.profession)
def test_who_does_not_prescribe_neither_begins_nor_signs(gate: Gate, caller: Caller):
    for act in (OpenPrescribing(PERSON), Prescribe(PERSON, a_prescription())):
        with pytest.raises(AccessRefused) as refused:
            gate.perform(caller, act, NOW)
        assert refused.value.rule == "not-a-prescriber"
        assert refused.value.next_step
    assert listed(gate, HOLDER) == ()


def test_a_midwife_prescribes(gate: Gate):
    assert prescribed(gate, MIDWIFE).prescriber == "899900000202"


@pytest.mark.parametrize("caller", [HOLDER, Caller(Staff("c1", "Zoé ACCUEIL-TEST", "S", PRACTICE))])
def test_nobody_else_begins_a_prescription(gate: Gate, caller: Caller):
    with pytest.raises(DmpError):
        gate.perform(caller, OpenPrescribing(PERSON), NOW)


def test_a_prescriber_begins_with_the_chart_and_what_he_prescribed_himself(gate: Gate):
    prescribed(gate)
    prescribed(gate, MIDWIFE, 2)

    before = gate.perform(DOCTOR, OpenPrescribing(PERSON), NOW)
    assert [each.number for each in before.mine] == [a_number(1)]
    assert before.chart.sheets == ()
    assert not before.may_do_without_paper


def test_what_is_sent_twice_is_prescribed_once(gate: Gate):
    first = prescribed(gate, once="form-1")
    again = prescribed(gate, number=2, once="form-1")

    assert again == first
    assert first.id == "form-1"
    assert [each.number for each in listed(gate, HOLDER)] == [a_number(1)]
    assert prescribed(gate, MIDWIFE, 3, once="form-1").number == a_number(3), "an id is its prescriber's own"


def test_what_is_sent_twice_at_once_is_prescribed_once(gate: Gate):
    answers = at_once(*(lambda number=number: prescribed(gate, number=number, once="form-1") for number in range(1, 5)))

    kept = [each for each in answers if isinstance(each, Prescription)]
    assert kept
    assert len({each.number for each in kept}) == len(listed(gate, HOLDER)) == 1


def test_paper_is_left_out_only_where_the_number_waits_in_an_active_space(gate: Gate):
    with pytest.raises(IncompleteRequest) as refused:
        prescribed(gate, paper=False)
    assert refused.value.element == "paper-needed"

    with gate.store.begin() as tx:
        tx.records.change(replace(tx.records.get("rec-1"), linked_to_portal=True), at=NOW)
    assert gate.perform(DOCTOR, OpenPrescribing(PERSON), NOW).may_do_without_paper
    assert not prescribed(gate, paper=False).paper


def test_in_secret_connection_paper_is_always_handed_out_and_representatives_do_not_know(gate: Gate):
    lou = IdentityTraits("FICTIF", "LOU", "LOU", "2015-03-28", Sex.FEMALE)
    with gate.store.begin() as tx:
        tx.records.change(replace(tx.records.get("rec-1"), traits=lou, portal_account=True), at=NOW)
    secret = replace(DOCTOR, secret=True)

    assert not gate.perform(secret, OpenPrescribing(PERSON), NOW).may_do_without_paper
    with pytest.raises(IncompleteRequest):
        prescribed(gate, secret, paper=False)
    assert prescribed(gate, secret, number=2, copy=a_file()).secret
    with gate.store.begin() as tx:
        record = tx.records.get("rec-1")
        (entry,) = tx.inside(record).entries_but_signatures()
        assert entry.visibility.hidden_from_guardians


def test_what_he_was_advised_is_told_to_the_prescriber_and_to_nobody_else(gate: Gate):
    kept = prescribed(gate, checked=TOLD)

    assert kept.checked == TOLD
    assert [each.checked for each in listed(gate)] == [TOLD]
    assert [each.checked for each in listed(gate, HOLDER)] == [None]


def test_what_was_kept_before_advice_was_is_read_as_having_none():
    new = {"checked", "comment", "flags"}
    told = a_prescription()
    old = {each.name: getattr(told, each.name) for each in fields(told) if each.name not in new}
    item = {each.name: getattr(told.items[0], each.name) for each in fields(told.items[0]) if each.name != "comment"}

    assert msgspec.msgpack.decode(pack({**old, "items": [item]}), type=Prescription) == told


def test_what_he_was_advised_of_a_substitute_is_told_to_the_pharmacist_and_to_nobody_else(gate: Gate):
    kept = prescribed(gate, checked=TOLD)
    handed = (Handed("1", Deed.DELIVERED, Decimal(10), Concept(text="Autre"), checked=TOLD),)
    done = gate.perform(PHARMACIST, Dispense(ByNumber(kept.number), handed), NOW)

    def told(prescription: Prescription) -> tuple[Checked | None, list[Checked | None]]:
        return prescription.checked, [each.checked for each in prescription.executions]

    elsewhere = replace(PHARMACIST, actor=replace(PHARMACIST.actor, id="899900000919"))
    assert told(done.prescription) == (None, [TOLD])
    assert told(gate.perform(PHARMACIST, ReadPrescription(kept.number), NOW).prescription) == (None, [TOLD])
    assert told(gate.perform(elsewhere, ReadPrescription(kept.number), NOW).prescription) == (None, [None])
    assert [told(each) for each in listed(gate)] == [(TOLD, [None])]
    assert [told(each) for each in listed(gate, HOLDER)] == [(None, [None])]
    assert told(gate.perform(DOCTOR, CancelPrescription(kept.number), NOW)) == (TOLD, [None])


def test_a_delivery_keeps_the_day_on_which_it_was_made_and_that_on_which_it_was_written(gate: Gate):
    kept = prescribed(gate)
    late = NOW + timedelta(days=2)
    day = NOW.astimezone(PARIS).date()
    done = gate.perform(
        PHARMACIST, Dispense(ByNumber(kept.number), (Handed("1", Deed.DELIVERED, Decimal(10)),), day), late
    )

    (each,) = done.prescription.executions
    assert (each.day, each.at) == (day, late)
    with pytest.raises(IncompleteRequest) as refused:
        gate.perform(
            PHARMACIST,
            Dispense(ByNumber(kept.number), (Handed("1", Deed.DELIVERED, Decimal(10)),), day),
            NOW + timedelta(days=4),
        )
    assert refused.value.element == "day"


def test_what_was_delivered_before_the_check_of_substitutes_is_read_as_having_none():
    done = an_execution(10)
    old = {each.name: getattr(done, each.name) for each in fields(done) if each.name != "checked"}

    assert msgspec.msgpack.decode(pack(old), type=Execution) == done


def a_file(number: int = 1) -> DepositFile:
    """A document that is written once it may go in."""
    entry = an_entry(
        uuid="Document01",
        unique_id=f"1.2.250.1.999.1.{number}",
        type_code=Code("57833-6", "2.16.840.1.113883.6.1"),
        class_code=Code("42", "1.2.250.1.213.1.1.4.1"),
    )
    lot = a_lot(unique_id=f"1.2.250.1.999.4.{number}")
    submission = Submission(lot, (entry,), (a_member(),), {"Document01": LETTER})
    act = SubmitDocuments(PERSON, submission, Examination(dmp()), "1.2.250.1.999.3")
    return DepositFile(act, lambda _record, _before: act)


def test_a_document_that_is_written_at_the_deposit_stands_in_the_same_act(gate: Gate):
    assert prescribed(gate, copy=a_file()).document == "1.2.250.1.999.1.1"
    with pytest.raises(IncompleteRequest):
        prescribed(gate, number=2, signed=None, copy=a_file(2))
    with gate.store.begin() as tx:
        record = tx.records.get("rec-1")
        assert [each.unique_id for each in tx.inside(record).entries()] == ["1.2.250.1.999.1.1"]
        traces = list(tx.traces.of("rec-1"))
    (trace,) = [trace for trace in traces if trace.transaction == "Prescribe"]
    assert "1.2.250.1.999.1.1" in str(trace)
    assert a_number(1) not in str(trace)


def test_a_record_without_an_identity_takes_no_document_and_nothing_is_kept(gate: Gate):
    with gate.store.begin() as tx:
        tx.records.change(replace(tx.records.get("rec-1"), traits=None), at=NOW)

    with pytest.raises(Refused):
        prescribed(gate, copy=a_file())
    assert listed(gate, HOLDER) == ()
    assert prescribed(gate, number=2).document == ""


def test_a_prescription_of_an_emergency_is_one_like_any_other(gate: Gate):
    with gate.store.begin() as tx:
        tx.records.change(replace(tx.records.get("rec-1"), authorisations=()), at=NOW)
    emergency = replace(DOCTOR, mode=Mode.BREAK_GLASS, reason="Malaise")

    assert gate.perform(emergency, OpenPrescribing(PERSON), NOW).mine == ()
    assert prescribed(gate, emergency, items=(an_item(),)).prescriber == "899900000101"
