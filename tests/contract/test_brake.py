"""The hard brake at the door: counted in the act's own transaction, refused in words, traced once, told once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dmp.access.policy import load_policy
from dmp.actions.clear_reading import ConfirmClearance, ProposeClearance
from dmp.actions.close_alert import CloseAlert
from dmp.actions.consult_record import CheckRecord
from dmp.actions.find_documents import SearchRecord
from dmp.audit.trace import Outcome
from dmp.braking import reader_name
from dmp.gate import Gate
from dmp.main import new_id
from dmp.record.actor import Authentication, Caller, Facility, FacilitySoftware, Mode, Operator, Professional, Staff
from dmp.record.alert import AlertKind, AlertState
from dmp.record.criteria import DocumentCriteria
from dmp.record.entry import EntryStatus
from dmp.record.errors import AccessRefused, IncompleteRequest
from dmp.record.patient import PatientId
from dmp.record.query import FindDocuments, StoredQuery
from dmp.record.record import Authorisation, Record
from dmp.store.traces import NO_RECORD
from dmp.store.tx import Store
from store_builders import NIR, NOW, opened

DOCTOR = Professional("899900000101", "Claire ARNOUX-TEST", "10", "SM26", Facility("1750000001", "Cabinet", "SA07"))
LIMIT = 4
MINUTE = timedelta(minutes=1, seconds=1)


def patient(number: int) -> PatientId:
    return PatientId(f"{number:015d}", NIR)


def record(number: int) -> Record:
    given = Authorisation(DOCTOR.id, NOW - timedelta(days=1), NOW + timedelta(days=300), DOCTOR.id)
    return Record(f"rec-{number}", (patient(number),), opened=NOW, authorisations=(given,))


def a_gate(store: Store, *, daily_patients: int = LIMIT) -> Gate:
    opened(store, *(record(number) for number in range(20)))
    centres = ("1750000015",)
    policy = load_policy(daily_patients=daily_patients, regulation_centres=centres)
    return Gate(store, policy, new_id=new_id, release="test")


def search(gate: Gate, number: int, at: datetime = NOW, caller: Caller | None = None) -> None:
    query = StoredQuery(FindDocuments(DocumentCriteria(patient(number), frozenset({EntryStatus.APPROVED}))))
    gate.perform(replace(caller or Caller(DOCTOR), patient=patient(number)), SearchRecord(patient(number), query), at)


def read_until_refused(gate: Gate, at: datetime = NOW, numbers: range = range(20)) -> int:
    for count, number in enumerate(numbers):
        try:
            search(gate, number, at)
        except AccessRefused as refused:
            assert refused.rule in ("too-many-patients-today", "account-stopped")
            return count
    return len(numbers)


def operator(name: str) -> Caller:
    return Caller(Operator(name), reason="remplacement de trois confrères")


def test_the_patient_of_that_number_is_refused_in_words_that_say_whom_to_ask(store: Store):
    gate = a_gate(store)
    assert read_until_refused(gate) == LIMIT - 1
    with pytest.raises(AccessRefused) as refused:
        search(gate, 10)
    assert "exploitant du service" in str(refused.value)
    assert refused.value.next_step.startswith("Appelez l'exploitant du service")


def test_patients_read_already_are_still_read_and_tomorrow_is_another_day(store: Store):
    gate = a_gate(store)
    read_until_refused(gate)
    search(gate, 0)
    assert read_until_refused(gate, NOW + timedelta(days=1), range(5, 20)) == LIMIT - 1


def test_a_refusal_leaves_one_trace_and_a_day_of_refusals_one_alert(store: Store):
    gate = a_gate(store)
    read_until_refused(gate)
    for number in (10, 11):
        with pytest.raises(AccessRefused):
            search(gate, number)
    with store.begin() as tx:
        tx.records.get("rec-10")
        traces = [(trace.outcome, trace.rules) for trace in tx.traces.of("rec-10")]
        alerts = list(tx.alerts.listed(AlertState.OPEN))
    assert traces == [(Outcome.REFUSED, ("too-many-patients-today",))]
    assert [(alert.kind, alert.person, alert.records) for alert in alerts] == [(AlertKind.BRAKE, DOCTOR.id, ())]
    assert alerts[0].reasons[0].french.startswith("Arrêté à 3 patients")


def test_asking_for_ids_alone_is_no_way_round_the_brake(store: Store):
    gate = a_gate(store)
    read_until_refused(gate)
    wanted = DocumentCriteria(patient(10), frozenset({EntryStatus.APPROVED}))
    ids_alone = SearchRecord(patient(10), StoredQuery(FindDocuments(wanted), full_objects=False))
    with pytest.raises(AccessRefused, match="limite"):
        gate.perform(Caller(DOCTOR, patient=patient(10)), ids_alone, NOW)


def test_employees_of_two_structures_with_one_number_are_two_persons():
    here, there = (Staff("001", "", "SECRETARIAT_MEDICAL", Facility(place)) for place in ("1750000001", "1750000002"))
    vouched = [reader_name(replace(one, via=Authentication.REINFORCED)) for one in (here, there)]
    assert vouched == ["1750000001/001", "1750000002/001"]
    assert [reader_name(one) for one in (here, DOCTOR)] == ["001", DOCTOR.id]


def test_testing_that_a_record_is_there_counts_no_patient(store: Store):
    gate = a_gate(store)
    for number in range(10):
        gate.perform(Caller(DOCTOR, patient=patient(number)), CheckRecord(patient(number)), NOW)
    assert read_until_refused(gate) == LIMIT - 1


def test_who_was_refused_by_another_rule_has_read_nobody(store: Store):
    gate = a_gate(store)
    stranger = Caller(replace(DOCTOR, id="899900000999"))
    for number in range(10):
        with pytest.raises(AccessRefused):
            search(gate, number, caller=stranger)
    with store.begin() as tx:
        assert tx.visits.day("899900000999", "rec-15", NOW, slack=1).others == 0


def test_emergencies_count_with_the_rest_of_the_day(store: Store):
    gate = a_gate(store)
    read_until_refused(gate)
    with pytest.raises(AccessRefused, match="limite"):
        search(gate, 12, caller=Caller(DOCTOR, Mode.BREAK_GLASS, "inconscient"))


def test_the_software_of_a_structure_is_not_counted():
    policy = load_policy()
    software = FacilitySoftware(DOCTOR.facility, "declared", "", "AUTOMATE")
    assert policy.brakes.of(Caller(software)) is None
    pharmacist = replace(DOCTOR, profession="21", know_how="")
    limits = [policy.brakes.of(caller) for caller in (Caller(DOCTOR), Caller(pharmacist))]
    assert [(brake.approval, brake.stop) for brake in limits if brake] == [(300, 1000), (500, 1500)]
    at_the_centre = policy.brakes.of(Caller(DOCTOR, Mode.EMERGENCY_DISPATCH))
    assert at_the_centre is not None
    assert at_the_centre.approval == 600


def test_two_operators_let_somebody_read_more(store: Store):
    gate = a_gate(store)
    read_until_refused(gate)
    gate.perform(operator("anne"), ProposeClearance(DOCTOR.id, NOW + timedelta(hours=6)), NOW)
    for told, name in (("another operator", "Anne"),):
        with pytest.raises(IncompleteRequest, match=told):
            gate.perform(operator(name), ConfirmClearance(DOCTOR.id), NOW)
    gate.perform(operator("basile"), ConfirmClearance(DOCTOR.id), NOW)
    search(gate, 10, NOW + MINUTE)
    with store.begin() as tx:
        told = [(trace.who.person, trace.verb, trace.outcome.value) for trace in tx.traces.of(NO_RECORD)]
    assert [line for line in told if line[2] == "done"] == [
        ("anne", "clearance-propose", "done"),
        ("basile", "clearance-confirm", "done"),
    ]


@pytest.mark.parametrize("hours", [-1, 24 * 40])
def test_an_approval_ends_in_the_future_and_within_a_month(store: Store, hours: int):
    gate = a_gate(store)
    with pytest.raises(IncompleteRequest, match="end must come"):
        gate.perform(operator("anne"), ProposeClearance(DOCTOR.id, NOW + timedelta(hours=hours)), NOW)


def test_a_confirmation_without_a_proposal_is_refused(store: Store):
    gate = a_gate(store)
    with pytest.raises(IncompleteRequest, match="nobody proposed"):
        gate.perform(operator("basile"), ConfirmClearance(DOCTOR.id), NOW)


def test_with_an_approval_the_account_is_stopped_at_the_second_number_until_two_operators_agree_again(store: Store):
    gate = a_gate(store)
    gate.perform(operator("anne"), ProposeClearance(DOCTOR.id, NOW + timedelta(days=5)), NOW)
    gate.perform(operator("basile"), ConfirmClearance(DOCTOR.id), NOW)
    assert read_until_refused(gate) == 12, "13 is 10/3 of 4"
    later = NOW + timedelta(days=1)
    with pytest.raises(AccessRefused, match="arrêté"):
        search(gate, 0, later)
    with store.begin() as tx:
        kinds = {alert.reasons[0].rule for alert in tx.alerts.listed(AlertState.OPEN)}
    assert "account-stopped" in kinds
    gate.perform(operator("anne"), ProposeClearance(DOCTOR.id, later + timedelta(hours=2)), later)
    gate.perform(operator("basile"), ConfirmClearance(DOCTOR.id), later)
    search(gate, 0, later + MINUTE)


def test_an_alert_is_closed_by_name_with_a_conclusion_and_once(store: Store):
    gate = a_gate(store)
    read_until_refused(gate)
    with store.begin() as tx:
        (alert,) = tx.alerts.listed(AlertState.OPEN)
    gate.perform(operator("anne"), CloseAlert(alert.id), NOW)
    with store.begin() as tx:
        closed = tx.alerts.one(alert.id)
        assert list(tx.alerts.listed(AlertState.OPEN)) == []
    assert (closed.state, closed.closed_by, closed.conclusion) == (
        AlertState.CLOSED,
        "anne",
        "remplacement de trois confrères",
    )
    with pytest.raises(IncompleteRequest, match="closed"):
        gate.perform(operator("anne"), CloseAlert(alert.id), NOW)
    with pytest.raises(IncompleteRequest, match="no alert"):
        gate.perform(operator("anne"), CloseAlert("0" * 36), NOW)


def test_a_doctor_closes_no_alert_and_approves_nobody(store: Store):
    gate = a_gate(store)
    for action in (CloseAlert("x"), ProposeClearance(DOCTOR.id, NOW + timedelta(hours=1)), ConfirmClearance(DOCTOR.id)):
        with pytest.raises(AccessRefused):
            gate.perform(Caller(DOCTOR), action, NOW)
