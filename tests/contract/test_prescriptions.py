"""Prescriptions that have a number, on both engines: who reads, who delivers, two pharmacies at once (RX-1 to RX-6)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from dmp.access.policy import load_policy
from dmp.actions.dispense import CancelPrescription, Dispense, Handed, ListDeliverable, ReadPrescription
from dmp.actions.merge_records import ConfirmMerge, ProposeMerge
from dmp.actions.numbered import ByNumber, InRecord, Which
from dmp.actions.prescribe import ListPrescriptions, Prescribe
from dmp.actions.submit_documents import SubmitDocuments
from dmp.actions.view_log import ViewLog
from dmp.documents.intake import Examination
from dmp.gate import Gate
from dmp.main import new_id
from dmp.record.actor import (
    Caller,
    Facility,
    FacilitySoftware,
    Holder,
    Operator,
    Professional,
    Representative,
    Staff,
)
from dmp.record.codes import Code
from dmp.record.errors import AccessRefused, DmpError, IncompleteRequest, RecordNotFound, StorageUnavailable
from dmp.record.facts import Concept
from dmp.record.notice import Frequency, NoticeWishes
from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId, Sex
from dmp.record.people import Delegate, DelegateScope
from dmp.record.prescription import Checked, Deed, Execution, Prescription
from dmp.record.profile import dmp
from dmp.record.record import Authorisation, ClosingReason, Closure, Record, RecordState
from dmp.record.retention import Ground
from dmp.record.submission import Submission
from dmp.record.visibility import Visibility
from dmp.services.medicines.cycle import cycle_of, state_of
from dmp.services.rule_set import SHIPPED
from dmp.store import schema
from dmp.store.erasures import Order
from dmp.store.tx import Store
from prescription_builders import a_number, a_prescription, an_item
from store_builders import NIR, NOW, PERSON, SOMEBODY_ELSE, a_record, another_record, at_once, opened
from xds_builders import LETTER, a_lot, a_member, an_entry

PRACTICE = Facility("1750000001", "Cabinet Test", "SA07")
DOCTOR = Caller(Professional("899900000101", "Claire ARNOUX-TEST", "10", "SM26", PRACTICE))
COLLEAGUE = Caller(Professional("899900000202", "Basile OUDIN-TEST", "10", "SM26", PRACTICE))
FIRST, SECOND = (
    Caller(Professional(f"89990000090{n}", f"Odile PHARMA{n}-TEST", "21", "", Facility(f"175000009{n}", "P", "SA33")))
    for n in (1, 2)
)
NURSE = Caller(Professional("899900000303", "Nadia HAMON-TEST", "60", "", PRACTICE))
SOFTWARE = Caller(FacilitySoftware(Facility("1750000091", "P", "SA33"), "u", "U", "21"))
PATIENT = Caller(Holder(PERSON), patient=PERSON)
NUMBER = a_number()
SHOWN = ByNumber(NUMBER)


@pytest.fixture
def gate(store: Store) -> Gate:
    opened(store, a_record(), another_record())
    return Gate(store, load_policy(), new_id=new_id, release="test")


def prescribed(gate: Gate, prescription: Prescription | None = None, caller: Caller = DOCTOR, **more: Any):
    return gate.perform(caller, Prescribe(PERSON, prescription or a_prescription(), **more), NOW)


def handed(quantity: Decimal | int | str = 30, item: str = "1", **changes: Any) -> Handed:
    return Handed(item, Deed.DELIVERED, Decimal(quantity), **changes)


def a_delivery(quantity: Decimal | int | str = 30, *, which: Which = SHOWN, **changes: Any) -> Dispense:
    return replace(Dispense(which, (handed(quantity),)), **changes)


def state(prescription: Prescription) -> str:
    return state_of(prescription, NOW.date(), cycle_of(SHIPPED)).value


def read(gate: Gate, caller: Caller = FIRST, number: str = NUMBER) -> Prescription:
    return gate.perform(caller, ReadPrescription(number), NOW).prescription


def test_a_prescription_is_deposited_read_and_delivered(gate: Gate):
    kept = prescribed(gate, a_prescription(an_item(repeats=1)))
    assert (kept.prescriber, kept.structure, state(kept)) == ("899900000101", PRACTICE.id, "deposited")
    assert read(gate) == kept

    partly = gate.perform(FIRST, a_delivery(handed=(handed(lot="L1"),)), NOW).prescription
    assert (state(partly), partly.executions[0].pharmacy) == ("partly_dispensed", "1750000091")
    assert state(gate.perform(SECOND, a_delivery(), NOW).prescription) == "dispensed"
    assert state(read(gate)) == "dispensed"


def test_a_pharmacist_is_told_whose_prescription_it_is(gate: Gate):
    prescribed(gate)
    known = IdentityTraits("FICTIF", "ANNE", "ANNE", "1979-03-28", Sex.FEMALE)
    trusts(gate, traits=known)

    assert gate.perform(FIRST, ReadPrescription(NUMBER), NOW).traits == known
    assert gate.perform(FIRST, a_delivery(10), NOW).traits == known


def test_a_number_is_read_as_it_is_typed(gate: Gate):
    prescribed(gate)

    assert read(gate, number=f"dmp-rx:{NUMBER.lower()}").number == NUMBER


def test_two_pharmacies_at_once_never_deliver_too_much(gate: Gate):
    prescribed(gate, a_prescription(an_item(repeats=1)))

    def deliver(caller: Caller) -> Prescription:
        return gate.perform(caller, a_delivery(25), NOW).prescription

    answers = at_once(*(lambda caller=caller: deliver(caller) for caller in (FIRST, SECOND) * 4))

    refused = [each for each in answers if isinstance(each, DmpError)]
    assert sum(isinstance(each, Prescription) for each in answers) == 2
    assert {getattr(each, "element", "") for each in refused if not isinstance(each, StorageUnavailable)} == {
        "too-much"
    }
    assert read(gate).delivered("1") == Decimal(50)


def test_a_cancelling_and_a_delivery_that_meet_do_not_both_win(gate: Gate):
    prescribed(gate)

    answers = at_once(
        lambda: gate.perform(DOCTOR, CancelPrescription(NUMBER), NOW),
        lambda: gate.perform(FIRST, a_delivery(), NOW).prescription,
    )

    assert sum(isinstance(each, Prescription) for each in answers) == 1


@pytest.mark.parametrize(
    "caller", [NURSE, SOFTWARE, COLLEAGUE, DOCTOR, PATIENT], ids=lambda one: type(one.actor).__name__
)
def test_only_a_pharmacist_in_person_reads_by_the_number_and_delivers(gate: Gate, caller: Caller):
    prescribed(gate)

    for act in (ReadPrescription(NUMBER), a_delivery()):
        with pytest.raises(AccessRefused):
            gate.perform(caller, act, NOW)
    assert not read(gate).executions


def test_several_lines_are_delivered_together_or_none_is(gate: Gate):
    prescribed(gate, a_prescription(an_item(), an_item("2")))
    too_much = (handed(30), handed(31, "2"))

    with pytest.raises(IncompleteRequest) as refused:
        gate.perform(FIRST, a_delivery(handed=too_much), NOW)
    assert (refused.value.element, refused.value.line) == ("too-much", "2")
    assert not read(gate).executions

    done = gate.perform(FIRST, a_delivery(handed=(handed(30), handed(10, "2"))), NOW).prescription
    assert (done.delivered("1"), done.delivered("2")) == (Decimal(30), Decimal(10))


@pytest.mark.parametrize("lines", [(), (handed(1), handed(2))], ids=["none", "twice"])
def test_a_delivery_is_of_some_lines_each_once(gate: Gate, lines: tuple[Handed, ...]):
    prescribed(gate)

    with pytest.raises(IncompleteRequest) as refused:
        gate.perform(FIRST, a_delivery(handed=lines), NOW)
    assert refused.value.element == "nothing-done"
    assert not read(gate).executions


def test_several_lines_at_two_pharmacies_at_once_are_delivered_by_one_of_them(gate: Gate):
    prescribed(gate, a_prescription(an_item(), an_item("2")))
    both = a_delivery(handed=(handed(30), handed(30, "2")))
    one = a_delivery(handed=(handed(30, "2"),))

    answers = at_once(
        *(
            lambda caller=caller, act=act: gate.perform(caller, act, NOW).prescription
            for caller, act in ((FIRST, both), (SECOND, one))
        )
    )

    assert sum(isinstance(each, Prescription) for each in answers) == 1
    told = [getattr(each, "element", "") for each in answers if isinstance(each, DmpError)]
    assert set(told) <= {"too-much", "dispensed"}
    assert read(gate).delivered("2") == Decimal(30)


# -- with the patient there, and no number


def seen_by(gate: Gate, caller: Caller) -> list[Prescription]:
    return list(gate.perform(caller, ListDeliverable(PERSON), NOW))


def trusts(gate: Gate, *callers: Caller, **changes: Any) -> None:
    """The holder lets them in."""
    given = tuple(
        Authorisation(
            caller.actor.id, NOW - timedelta(days=1), NOW + timedelta(days=300), PERSON.number, by_holder=True
        )
        for caller in callers
        if isinstance(caller.actor, Professional)
    )
    with gate.store.begin() as tx:
        tx.records.change(replace(tx.records.get("rec-1"), authorisations=given, **changes), at=NOW)


def hide(gate: Gate, hidden: Visibility, unique_id: str = "1.2.250.1.999.1.1") -> None:
    with gate.store.begin() as tx:
        record = tx.records.get("rec-1")
        (entry,) = tx.inside(record).by_unique_id((unique_id,))
        tx.records.change(replace(record, visibility={entry.chain: hidden}), at=NOW)


def test_a_pharmacist_whom_the_patient_lets_in_finds_and_delivers_without_the_number(gate: Gate):
    kept = prescribed(gate, copy=a_copy("57833-6", "42"))
    trusts(gate, FIRST)

    (found,) = seen_by(gate, FIRST)
    assert (found.id, found.number) == (kept.id, "")
    done = gate.perform(FIRST, a_delivery(which=InRecord(PERSON, kept.id)), NOW).prescription
    assert (done.delivered("1"), done.number) == (Decimal(30), NUMBER)
    assert seen_by(gate, FIRST) == []


def test_nobody_else_finds_what_may_be_delivered(gate: Gate):
    kept = prescribed(gate, copy=a_copy("57833-6", "42"))
    trusts(gate, DOCTOR, NURSE)

    for caller in (DOCTOR, NURSE, SECOND, PATIENT):
        with pytest.raises(AccessRefused):
            seen_by(gate, caller)
        with pytest.raises(AccessRefused):
            gate.perform(caller, a_delivery(which=InRecord(PERSON, kept.id)), NOW)
    assert not read(gate).executions


@pytest.mark.parametrize("hidden", [Visibility(masked=True), Visibility(hidden_from_guardians=True)])
def test_what_is_hidden_is_found_by_its_number_alone(gate: Gate, hidden: Visibility):
    kept = prescribed(gate, copy=a_copy("57833-6", "42"))
    trusts(gate, FIRST)
    hide(gate, hidden)

    assert seen_by(gate, FIRST) == []
    for name in (kept.id, "unknown"):
        with pytest.raises(RecordNotFound) as refused:
            gate.perform(FIRST, a_delivery(which=InRecord(PERSON, name)), NOW)
        assert str(refused.value) == "no prescription has this id"
    assert gate.perform(FIRST, a_delivery(), NOW).prescription.delivered("1") == Decimal(30)


def test_what_went_to_no_record_or_was_taken_in_secret_is_found_by_its_number_alone(gate: Gate):
    prescribed(gate)
    prescribed(gate, a_prescription(number=a_number(2)), replace(DOCTOR, secret=True), copy=a_copy("57833-6", "42"))
    trusts(gate, FIRST)

    assert seen_by(gate, FIRST) == []
    assert read(gate, number=a_number(2)).secret


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (Visibility(), Visibility()),
        (Visibility(masked=True), Visibility(masked=True)),
        (Visibility(hidden_from_guardians=True), Visibility(hidden_from_guardians=True)),
    ],
)
def test_the_copy_of_a_delivery_is_hidden_as_the_prescription_is(gate: Gate, told: Visibility, expected: Visibility):
    prescribed(gate, copy=a_copy("57833-6", "42"))
    hide(gate, told)
    asked: list[Visibility] = []

    def copy(_record: Record, _prescription: Prescription, _done: Sequence[Execution], hidden: Visibility):
        asked.append(hidden)
        return a_copy("60593-1", "43", 2)

    gate.perform(FIRST, a_delivery(copy=copy), NOW)
    assert asked == [expected]


def test_the_copy_of_what_was_taken_in_secret_is_hidden_from_parents(gate: Gate):
    prescribed(gate, caller=replace(DOCTOR, secret=True))
    asked: list[Visibility] = []

    def copy(_record: Record, _prescription: Prescription, _done: Sequence[Execution], hidden: Visibility):
        asked.append(hidden)
        return a_copy("60593-1", "43", 2)

    gate.perform(FIRST, a_delivery(copy=copy), NOW)
    assert asked == [Visibility(hidden_from_guardians=True)]


def test_nothing_is_deposited_of_what_is_not_handed_out(gate: Gate):
    prescribed(gate)
    refused = (Handed("1", Deed.REFUSED, reason="Doute sur l’ordonnance"),)

    done = gate.perform(FIRST, a_delivery(handed=refused, copy=lambda *_: a_copy("60593-1", "43", 2)), NOW).prescription
    assert [each.copied for each in done.executions] == [False]
    assert documents(gate) == []


MORPHINE = {"product": Concept(text="Morphine 10 mg"), "atc": "N02AA01", "days": 28, "quantity": Decimal(56)}


def test_a_pharmacy_delivers_no_narcotic_for_days_that_it_delivered_already(gate: Gate):
    later = a_number(2)
    prescribed(gate, a_prescription(an_item(**MORPHINE)))
    prescribed(gate, a_prescription(an_item(**MORPHINE), number=later), COLLEAGUE)
    gate.perform(FIRST, a_delivery(56), NOW)

    with pytest.raises(IncompleteRequest) as refused:
        gate.perform(FIRST, a_delivery(56, which=ByNumber(later)), NOW)
    assert refused.value.element == "covered"
    # Another pharmacy does not know of the first delivery, and is not told of it (RX-8).
    assert gate.perform(SECOND, a_delivery(56, which=ByNumber(later)), NOW).prescription.delivered("1") == Decimal(56)


def test_delegates_and_heirs_are_told_of_a_prescription_without_its_number(gate: Gate):
    helper, mother = PatientId("180017511199991", NIR), PatientId("255017511199993", NIR)
    born = IdentityTraits("FICTIF", "LOU", "LOU", "2015-03-28", Sex.FEMALE)
    prescribed(gate)
    delegates = tuple(
        Delegate(helper, "Paul AIDE", scope, NOW - timedelta(days=1), NOW + timedelta(days=9))
        for scope in DelegateScope
    )
    parent = Caller(Representative(mother.number, "Mère FICTIF"), patient=PERSON)
    helping = Caller(Representative(helper.number, "Paul AIDE"), patient=PERSON)

    for delegate in delegates:
        trusts(gate, delegates=(delegate,))
        (told,) = gate.perform(helping, ListPrescriptions(PERSON), NOW)
        assert (told.number, told.items[0].product.words) == ("", "Ramipril 5 mg")
    trusts(gate, traits=born, guardians=(Guardian("MTH", "FICTIF", "MERE", identifier=mother),))
    assert [each.number for each in gate.perform(parent, ListPrescriptions(PERSON), NOW)] == [NUMBER]
    assert [each.number for each in gate.perform(PATIENT, ListPrescriptions(PERSON), NOW)] == [NUMBER]


def test_a_pharmacist_is_not_told_what_the_prescriber_was_advised(gate: Gate):
    prescribed(gate, a_prescription(checked=Checked("2026-11-01")))

    assert read(gate).checked is None
    assert gate.perform(FIRST, a_delivery(10), NOW).prescription.checked is None
    (mine,) = gate.perform(DOCTOR, ListPrescriptions(PERSON), NOW)
    assert mine.checked is not None, "what a pharmacist does takes nothing away from it"


def test_a_number_that_is_none_and_one_that_is_unknown_are_answered_alike(gate: Gate):
    told = set()
    for number in ("", "x", a_number(7), "'; DROP TABLE prescription"):
        with pytest.raises(RecordNotFound) as refused:
            read(gate, number=number)
        told.add(str(refused.value))
    assert len(told) == 1


def test_the_number_is_in_no_trace_and_no_column(gate: Gate):
    prescribed(gate)
    read(gate)

    with gate.store.begin() as tx:
        tx.records.get("rec-1")
        texts = [tx.traces.opened("rec-1", name, sealed).text for name, _, sealed in tx.traces.rows("rec-1")]
    assert len(texts) == 2
    with gate.store.connection() as connection:
        rows = connection.execute(select(schema.prescription)).all()
    assert NUMBER.encode() not in b"".join(
        bytes(each) if isinstance(each, bytes) else str(each).encode() for each in texts
    )
    assert NUMBER not in str(rows)


def test_what_breaks_a_rule_is_not_deposited(gate: Gate):
    for wrong, element in (
        (a_prescription(signed=None), "not-signed"),
        (a_prescription(number="1"), "no-number"),
        (a_prescription(an_item(atc="N05CF01", days=29)), "too-long"),
    ):
        with pytest.raises(IncompleteRequest) as refused:
            prescribed(gate, wrong)
        assert refused.value.element == element
    assert gate.perform(PATIENT, ListPrescriptions(PERSON), NOW) == ()


def test_the_prescriber_and_the_day_are_those_of_the_deposit(gate: Gate):
    forged = a_prescription(prescriber="somebody", written=NOW.date() - timedelta(days=80), executions=())

    kept = prescribed(gate, forged)
    assert (kept.prescriber, kept.written) == ("899900000101", NOW.date())


def test_a_number_is_given_once(gate: Gate):
    prescribed(gate)

    with pytest.raises(IncompleteRequest) as refused:
        prescribed(gate)
    assert refused.value.element == "has-a-number"
    assert len(gate.perform(PATIENT, ListPrescriptions(PERSON), NOW)) == 1


def test_its_prescriber_alone_cancels_it_and_then_only_the_remainder(gate: Gate):
    prescribed(gate)
    gate.perform(FIRST, a_delivery(10), NOW)
    for caller in (COLLEAGUE, FIRST, PATIENT):
        with pytest.raises(AccessRefused):
            gate.perform(caller, CancelPrescription(NUMBER), NOW)

    kept = gate.perform(DOCTOR, CancelPrescription(NUMBER, "Effet indésirable"), NOW)
    assert (state(kept), kept.delivered("1"), kept.reason) == ("cancelled", Decimal(10), "Effet indésirable")
    with pytest.raises(IncompleteRequest) as refused:
        gate.perform(FIRST, a_delivery(10), NOW)
    assert refused.value.element == "cancelled"


def test_the_holder_sees_all_and_a_professional_what_he_wrote(gate: Gate):
    prescribed(gate)
    prescribed(gate, a_prescription(number=a_number(2)), COLLEAGUE)

    def numbers(caller: Caller) -> set[str]:
        return {each.number for each in gate.perform(caller, ListPrescriptions(PERSON), NOW)}

    assert numbers(PATIENT) == {NUMBER, a_number(2)}
    assert numbers(DOCTOR) == {NUMBER}
    assert numbers(FIRST) == set()
    with pytest.raises(RecordNotFound):
        gate.perform(Caller(Holder(SOMEBODY_ELSE), patient=SOMEBODY_ELSE), ListPrescriptions(PERSON), NOW)


def test_a_record_that_was_absorbed_keeps_its_prescriptions_in_reach(gate: Gate):
    prescribed(gate)
    anne, basile = Caller(Operator("anne"), reason="Doublon"), Caller(Operator("basile"), reason="Doublon")
    gate.perform(anne, ProposeMerge(SOMEBODY_ELSE, PERSON), NOW)
    gate.perform(basile, ConfirmMerge(SOMEBODY_ELSE, PERSON), NOW)

    assert read(gate).number == NUMBER
    assert state(gate.perform(FIRST, a_delivery(), NOW).prescription) == "dispensed"
    assert len(gate.perform(PATIENT, ListPrescriptions(PERSON), NOW)) == 1


def test_a_record_that_is_destroyed_takes_its_prescriptions_along(gate: Gate):
    prescribed(gate)
    with gate.store.begin() as tx:
        closure = Closure(NOW, ClosingReason.PATIENT_REQUEST)
        tx.records.change(replace(tx.records.get("rec-1"), state=RecordState.CLOSED, closure=closure), at=NOW)
    with gate.store.begin() as tx:
        tx.erasures.destroy(tx.records.get("rec-1"), Order("end-1", Ground.REQUEST, "anne", "basile"), at=NOW)

    with pytest.raises(RecordNotFound):
        read(gate)
    with gate.store.connection() as connection:
        assert connection.execute(select(schema.prescription)).all() == []
        assert connection.execute(select(schema.place)).all() == []


def test_a_closed_record_gives_nothing(gate: Gate):
    prescribed(gate)
    with gate.store.begin() as tx:
        closure = Closure(NOW, ClosingReason.PATIENT_REQUEST)
        tx.records.change(replace(tx.records.get("rec-1"), state=RecordState.CLOSED, closure=closure), at=NOW)

    with pytest.raises(DmpError):
        read(gate)


def test_an_employee_without_a_profession_does_nothing_with_it(gate: Gate):
    clerk = Caller(Staff("c1", "Zoé ACCUEIL-TEST", "S", PRACTICE))

    for act in (Prescribe(PERSON, a_prescription()), ReadPrescription(NUMBER), a_delivery()):
        with pytest.raises(DmpError):
            gate.perform(clerk, act, NOW)


def a_copy(type_code: str, class_code: str, number: int = 1) -> SubmitDocuments:
    """A document of a type, in a lot of its own."""
    entry = an_entry(
        uuid="Document01",
        unique_id=f"1.2.250.1.999.1.{number}",
        type_code=Code(type_code, "2.16.840.1.113883.6.1"),
        class_code=Code(class_code, "1.2.250.1.213.1.1.4.1"),
    )
    lot = a_lot(unique_id=f"1.2.250.1.999.4.{number}")
    submission = Submission(lot, (entry,), (a_member(),), {"Document01": LETTER})
    return SubmitDocuments(PERSON, submission, Examination(dmp()), "1.2.250.1.999.3")


def documents(gate: Gate) -> list[str]:
    with gate.store.begin() as tx:
        return sorted(entry.unique_id for entry in tx.inside(tx.records.get("rec-1")).entries())


def test_a_copy_goes_into_the_record_in_the_same_act_unless_the_patient_opposed_it(gate: Gate):
    kept = prescribed(gate, copy=a_copy("57833-6", "42", 1))
    assert kept.document == "1.2.250.1.999.1.1"

    gate.perform(FIRST, a_delivery(10, copy=lambda *_: a_copy("60593-1", "43", 2)), NOW)
    done = gate.perform(FIRST, a_delivery(10), NOW).prescription
    assert [each.copied for each in done.executions] == [True, False]
    assert documents(gate) == ["1.2.250.1.999.1.1", "1.2.250.1.999.1.2"]


def test_the_rights_to_the_copy_of_a_delivery_are_asked_of_the_copy_itself(gate: Gate):
    prescribed(gate)
    will = a_delivery(10, copy=lambda *_: a_copy("EXPPAT_1", "90", 2))

    with pytest.raises(AccessRefused) as refused:
        gate.perform(FIRST, will, NOW)
    assert refused.value.rule == "type-put-in-by-others"
    assert (documents(gate), read(gate).executions) == ([], ())


def test_what_was_a_secret_of_a_minor_is_delivered_with_its_copy_when_he_is_of_age(gate: Gate):
    traits = IdentityTraits("FICTIF", "LOU", "LOU", f"{NOW.year - 17}-01-15", Sex.FEMALE)
    trusts(gate, traits=traits)
    prescribed(gate, a_prescription(an_item(repeats=11)), replace(DOCTOR, secret=True))
    trusts(gate, traits=replace(traits, birth_date=f"{NOW.year - 18}-01-15"))

    done = gate.perform(FIRST, a_delivery(10, copy=lambda *_: a_copy("60593-1", "43", 2)), NOW).prescription
    assert [each.copied for each in done.executions] == [True]
    assert documents(gate) == ["1.2.250.1.999.1.2"]


@pytest.mark.parametrize(
    ("hidden", "holder", "representative"),
    [
        (Visibility(), True, True),
        (Visibility(hidden_from_guardians=True), True, False),
        (Visibility(hidden_from_patient_since=NOW), False, False),
        (Visibility(masked=True), True, True),
    ],
)
def test_of_a_prescription_whose_document_is_hidden_nobody_is_told(
    gate: Gate, hidden: Visibility, holder: bool, representative: bool
):
    born, mother = IdentityTraits("FICTIF", "LOU", "LOU", "2015-03-28", Sex.FEMALE), PatientId("255017511199993", NIR)
    with gate.store.begin() as tx:
        record, guardian = tx.records.get("rec-1"), Guardian("MTH", "FICTIF", "MERE", identifier=mother)
        tx.records.change(replace(record, traits=born, guardians=(guardian,)), at=NOW)
    prescribed(gate, copy=a_copy("57833-6", "42", 1))
    with gate.store.begin() as tx:
        record = tx.records.get("rec-1")
        (entry,) = tx.inside(record).entries_but_signatures()
        tx.records.change(replace(record, visibility={entry.chain: hidden}), at=NOW)
    parent = Caller(Representative(mother.number, "Mère FICTIF"), patient=PERSON)

    seen = [bool(gate.perform(caller, ListPrescriptions(PERSON), NOW)) for caller in (PATIENT, parent, DOCTOR)]
    assert seen == [holder, representative, True]


@pytest.mark.parametrize("quantity", ["1E-99999", "1E-999999999", "0.0001", "1E+99999"])
def test_what_is_no_quantity_that_anybody_hands_out_is_not_written_down(gate: Gate, quantity: str):
    prescribed(gate)

    with pytest.raises(IncompleteRequest) as refused:
        gate.perform(FIRST, a_delivery(quantity), NOW)
    assert refused.value.element == "quantity"


def test_a_delivery_that_is_refused_leaves_no_copy(gate: Gate):
    prescribed(gate)

    with pytest.raises(IncompleteRequest):
        gate.perform(FIRST, a_delivery(31, copy=lambda *_: a_copy("60593-1", "43")), NOW)
    assert documents(gate) == []


def test_a_delivery_that_is_sent_twice_is_made_once(gate: Gate):
    prescribed(gate)
    twice = a_delivery(10, once="form-1")

    gate.perform(FIRST, twice, NOW)
    done = gate.perform(FIRST, twice, NOW).prescription
    assert done.delivered("1") == Decimal(10)
    assert gate.perform(SECOND, twice, NOW).prescription.delivered("1") == Decimal(20)


def test_each_act_leaves_one_trace_by_who_did_it(gate: Gate):
    prescribed(gate)
    read(gate)
    gate.perform(FIRST, a_delivery(), NOW)

    with gate.store.begin() as tx:
        tx.records.get("rec-1")
        traces = list(tx.traces.of("rec-1"))
    assert sorted((trace.transaction, trace.who.person) for trace in traces) == [
        ("Dispense", "899900000901"),
        ("Prescribe", "899900000101"),
        ("ReadPrescription", "899900000901"),
    ]


MOTHER = PatientId("255017511199993", NIR)
PARENT = Caller(Representative(MOTHER.number, "Mère"), patient=PERSON)


def a_told_childs_record(gate: Gate) -> None:
    """A child whose mother wants to be told at once of whatever happens."""
    mother = Guardian("MTH", "FICTIF", "MERE", Contact(telecoms=(("", "mailto:mere@example.org"),)), MOTHER)
    child = IdentityTraits("FICTIF", "LOU", "LOU", "2015-03-28", Sex.FEMALE)
    with gate.store.begin() as tx:
        record = replace(tx.records.get("rec-1"), traits=child, guardians=(mother,))
        tx.records.change(replace(record, notices=NoticeWishes(Frequency.IMMEDIATE)), at=NOW)


def jobs(gate: Gate) -> int:
    with gate.store.connection() as connection:
        return connection.execute(select(func.count()).select_from(schema.job)).scalar_one()


def doers(gate: Gate, caller: Caller) -> set[str]:
    """Who did something to the record, as somebody reads its history."""
    lines = gate.perform(caller, ViewLog(PERSON), NOW).lines
    return {line.act.doer.person for line in lines if line.act is not None}


@pytest.mark.parametrize("later", [False, True], ids=["taken in secret", "hidden later"])
def test_of_what_a_pharmacist_does_with_a_secret_of_a_minor_parents_are_told_nothing(gate: Gate, later: bool):
    a_told_childs_record(gate)
    if later:
        prescribed(gate, copy=a_copy("57833-6", "42"))
        hide(gate, Visibility(hidden_from_guardians=True))
    else:
        prescribed(gate, caller=replace(DOCTOR, secret=True))
    told = jobs(gate)

    read(gate)
    with pytest.raises(IncompleteRequest):
        gate.perform(FIRST, a_delivery(31), NOW)
    gate.perform(FIRST, a_delivery(30), NOW)

    assert jobs(gate) == told
    assert "899900000901" not in doers(gate, PARENT)
    assert "899900000901" in doers(gate, PATIENT)


def test_of_what_is_no_secret_parents_are_told_as_they_asked(gate: Gate):
    a_told_childs_record(gate)
    prescribed(gate)
    told = jobs(gate)

    read(gate)
    assert jobs(gate) > told
    with pytest.raises(IncompleteRequest):
        gate.perform(FIRST, a_delivery(31), NOW)
    assert "899900000901" in doers(gate, PARENT)
