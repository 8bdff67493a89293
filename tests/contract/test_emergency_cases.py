"""The ledger of emergencies: counted with each act, reviewed by the structure, told when nobody does (AR-9, AR-11)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from prometheus_client.registry import Collector
from sqlalchemy import Table, func, select

from dmp.access.policy import load_policy
from dmp.actions.consult_record import CheckRecord
from dmp.actions.destroy_record import DestroyRecord
from dmp.actions.find_documents import SearchRecord
from dmp.actions.merge_records import ConfirmMerge, ProposeMerge
from dmp.actions.record_life import CloseRecord
from dmp.actions.review_emergencies import CasesToReview, ListCases, ReviewCase
from dmp.actions.split_record import ConfirmSplit, ProposeSplit
from dmp.actions.view_log import ViewLog
from dmp.gate import Gate
from dmp.main import new_id
from dmp.readiness import CaseFigures
from dmp.record.actor import Caller, Facility, FacilitySoftware, Holder, Mode, Operator, Professional, Representative
from dmp.record.alert import AlertKind, AlertState
from dmp.record.criteria import DocumentCriteria
from dmp.record.emergency import Case, CaseState, Finding, Review
from dmp.record.entry import EntryStatus
from dmp.record.errors import AccessRefused, IncompleteRequest, RecordNotFound, StorageUnavailable
from dmp.record.patient import PatientId
from dmp.record.query import FindDocuments, StoredQuery
from dmp.record.record import ClosingReason, Oppositions, RecordState
from dmp.record.retention import Ground
from dmp.reviewing import tell_late
from dmp.store import erasure, schema
from dmp.store.directory import designation
from dmp.store.tx import Store
from notice_builders import PARENTS, a_childs_record
from store_builders import NOW, PERSON, SOMEBODY_ELSE, a_record, an_entry, another_record, at_once, deposited, opened

HOSPITAL = Facility("1750000009", "Hôpital Test", "SA01")
CENTRE = Facility("1750000015", "Centre 15 Test", "SA01")
DOCTOR = Professional("899900000101", "Claire ARNOUX-TEST", "10", "SM26", HOSPITAL)
REVIEWER = Professional("899900000202", "Basile OUDIN-TEST", "10", "SM26", HOSPITAL)
OTHER = Professional("899900000303", "Nadia HAMON-TEST", "10", "SM26", HOSPITAL)
REASON = "Patient inconscient aux urgences"
PATIENT = Caller(Holder(PERSON), patient=PERSON)
ANNE, BASILE = Caller(Operator("anne")), Caller(Operator("basile"))
HOUR = timedelta(hours=1)
TABLES = (schema.case, schema.to_review)
REVIEWED = {"finding": Finding.JUSTIFIED, "words": "Arrêt cardiaque, accueil de 9 h 30."}


def glass(doctor: Professional = DOCTOR, *, person: PatientId = PERSON, **changes: Any) -> Caller:
    return replace(Caller(doctor, Mode.BREAK_GLASS, REASON, person), **changes)


def search(person: PatientId = PERSON) -> SearchRecord:
    return SearchRecord(person, StoredQuery(FindDocuments(DocumentCriteria(person, frozenset({EntryStatus.APPROVED})))))


@pytest.fixture
def gate(store: Store) -> Gate:
    with store.begin() as tx:
        tx.directory.load([designation(one.id, HOSPITAL.id) for one in (DOCTOR, REVIEWER)], ())
        tx.directory.load([designation(REVIEWER.id, CENTRE.id)], ())
    return Gate(store, load_policy(regulation_centres=(CENTRE.id,)), new_id=new_id, release="test")


@pytest.fixture
def known(gate: Gate) -> Gate:
    """The same, with a record that holds two documents, and another one."""
    opened(gate.store, a_record(), another_record())
    deposited(gate.store, an_entry(1), an_entry(2))
    return gate


def count(store: Store, table: Table) -> int:
    with store.connection() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def cases(store: Store, record: str = "rec-1") -> list[Case]:
    with store.begin() as tx:
        tx.records.get(record)
        return tx.cases.of(record)


def to_review(gate: Gate, at: datetime = NOW, by: Professional = REVIEWER) -> tuple[Case, ...]:
    return gate.perform(Caller(by), CasesToReview(), at)


# -- what a case is


def test_the_first_act_begins_a_case_and_those_of_a_day_are_counted_in_it(known: Gate):
    known.perform(glass(), search(), NOW)
    known.perform(glass(reason="Toujours inconscient"), search(), NOW + 23 * HOUR)
    known.perform(glass(), CheckRecord(PERSON), NOW + 23 * HOUR)

    (case,) = cases(known.store)
    assert (case.mode, case.person, case.name, case.profession) == (Mode.BREAK_GLASS, DOCTOR.id, DOCTOR.name, "10")
    assert (case.structure, case.reasons) == (HOSPITAL.id, (REASON, "Toujours inconscient"))
    assert (case.began, case.last, case.acts, case.state) == (NOW, NOW + 23 * HOUR, 3, CaseState.OPEN)
    assert (case.ends, case.due) == (NOW + 24 * HOUR, NOW + 72 * HOUR)


def test_after_a_day_another_case_begins(known: Gate):
    for hours in (0, 24, 47, 48):
        known.perform(glass(), search(), NOW + hours * HOUR)
    assert [(case.began, case.acts) for case in cases(known.store)] == [
        (NOW, 1),
        (NOW + 24 * HOUR, 2),
        (NOW + 48 * HOUR, 1),
    ]


def test_each_person_mode_and_record_has_a_case_of_its_own(known: Gate):
    regulating = Professional(DOCTOR.id, DOCTOR.name, "10", "SM26", CENTRE)
    known.perform(glass(), search(), NOW)
    known.perform(glass(OTHER), search(), NOW)
    known.perform(Caller(regulating, Mode.EMERGENCY_DISPATCH, patient=PERSON), search(), NOW)
    known.perform(glass(person=SOMEBODY_ELSE), search(SOMEBODY_ELSE), NOW)

    assert sorted((case.person, case.mode, case.acts) for case in cases(known.store)) == [
        (DOCTOR.id, "bris_de_glace", 1),
        (DOCTOR.id, "centre_15", 1),
        (OTHER.id, "bris_de_glace", 1),
    ]
    assert len(cases(known.store, "rec-2")) == 1


def test_nothing_is_noted_of_a_normal_act_nor_of_one_that_was_refused(known: Gate):
    with known.store.begin() as tx:
        tx.records.change(replace(tx.records.get("rec-1"), oppositions=Oppositions(break_glass=True)), at=NOW)
    with pytest.raises(AccessRefused):
        known.perform(glass(), search(), NOW)
    known.perform(Caller(DOCTOR, patient=PERSON), CheckRecord(PERSON), NOW)
    assert cases(known.store) == []


def test_acts_at_the_same_moment_are_all_counted(known: Gate):
    done = at_once(*[lambda: known.perform(glass(), search(), NOW)] * 3)
    counted = sum(not isinstance(each, Exception) for each in done)
    assert counted >= 1
    assert [case.acts for case in cases(known.store)] == [counted]


def test_the_rows_say_nothing_and_open_in_no_other_state(known: Gate):
    known.perform(glass(), search(), NOW)
    with known.store.connection() as connection:
        row = connection.execute(select(schema.case)).one()
        assert not any(said in bytes(row.sealed) for said in (b"inconscient", DOCTOR.id.encode(), HOSPITAL.id.encode()))
        waiting = connection.execute(select(schema.to_review)).one()
        assert HOSPITAL.id.encode() not in bytes(waiting.structure)
        connection.execute(schema.case.update().values(state="reviewed"))
    with pytest.raises(StorageUnavailable):
        cases(known.store)


# -- the review


def test_the_structure_reviews_what_its_people_did_and_the_holder_reads_the_finding(known: Gate):
    known.perform(glass(), search(), NOW)
    (case,) = to_review(known)
    assert (case.person, case.reasons, case.acts) == (DOCTOR.id, (REASON,), 1)

    known.perform(Caller(REVIEWER), ReviewCase(case.record, case.id, **REVIEWED), NOW + HOUR)

    assert to_review(known, NOW + HOUR) == ()
    (told,) = known.perform(PATIENT, ListCases(PERSON), NOW + HOUR)
    assert told.review == Review(REVIEWER.id, NOW + HOUR, Finding.JUSTIFIED, REVIEWED["words"])
    assert (told.state, told.acts, told.began, told.name) == (CaseState.REVIEWED, 1, NOW, DOCTOR.name)


def test_a_review_is_written_once_and_what_comes_after_it_is_another_case(known: Gate):
    known.perform(glass(), search(), NOW)
    (case,) = to_review(known)
    known.perform(Caller(REVIEWER), ReviewCase(case.record, case.id, **REVIEWED), NOW + HOUR)

    with pytest.raises(IncompleteRequest, match="has been reviewed"):
        known.perform(Caller(REVIEWER), ReviewCase(case.record, case.id, Finding.UNJUSTIFIED, "Non."), NOW + HOUR)
    known.perform(glass(), search(), NOW + 2 * HOUR)

    assert [(each.state, each.acts) for each in cases(known.store)] == [(CaseState.REVIEWED, 1), (CaseState.OPEN, 1)]
    assert [each.began for each in to_review(known, NOW + 2 * HOUR)] == [NOW + 2 * HOUR]


def test_nobody_reviews_himself_nor_for_another_structure_nor_undesignated(known: Gate):
    known.perform(glass(), search(), NOW)
    (case,) = to_review(known)
    review = ReviewCase(case.record, case.id, **REVIEWED)

    with pytest.raises(AccessRefused, match="Une autre personne"):
        known.perform(Caller(DOCTOR), review, NOW)
    for action in (CasesToReview(), review):
        with pytest.raises(AccessRefused, match="désignées"):
            known.perform(Caller(OTHER), action, NOW)
    at_the_centre = replace(REVIEWER, facility=CENTRE)
    assert to_review(known, by=at_the_centre) == ()
    with pytest.raises(IncompleteRequest, match="no emergency case"):
        known.perform(Caller(at_the_centre), review, NOW)
    for caller in (PATIENT, ANNE, glass(REVIEWER)):
        with pytest.raises(AccessRefused):
            known.perform(replace(caller, patient=None), CasesToReview(), NOW)
    assert [each.state for each in cases(known.store)] == [CaseState.OPEN]


@pytest.mark.parametrize("words", ["", "   ", "x" * 1001])
def test_a_review_has_words_and_not_too_many(known: Gate, words: str):
    known.perform(glass(), search(), NOW)
    (case,) = to_review(known)
    with pytest.raises(IncompleteRequest, match="characters"):
        known.perform(Caller(REVIEWER), ReviewCase(case.record, case.id, Finding.JUSTIFIED, words), NOW)


@pytest.mark.parametrize(("record", "name"), [("rec-1", "x"), ("rec-9", "x")])
def test_a_case_that_is_not_there_is_answered_alike(known: Gate, record: str, name: str):
    with pytest.raises(IncompleteRequest, match="no emergency case"):
        known.perform(Caller(REVIEWER), ReviewCase(record, name, **REVIEWED), NOW)


def test_the_centre_reviews_its_regulation_also_that_of_its_software(known: Gate):
    software = FacilitySoftware(CENTRE, "dupont", "Jean DUPONT-TEST", "10")
    known.perform(Caller(software, Mode.EMERGENCY_DISPATCH, patient=PERSON), CheckRecord(PERSON), NOW)

    assert to_review(known) == ()
    (case,) = to_review(known, by=replace(REVIEWER, facility=CENTRE))
    assert (case.mode, case.person, case.name) == (Mode.EMERGENCY_DISPATCH, "dupont", "Jean DUPONT-TEST")


def test_a_stranger_sees_no_case(known: Gate):
    known.perform(glass(), search(), NOW)
    with pytest.raises(RecordNotFound):
        known.perform(Caller(Holder(SOMEBODY_ELSE), patient=SOMEBODY_ELSE), ListCases(PERSON), NOW)
    assert known.perform(Caller(Holder(SOMEBODY_ELSE), patient=SOMEBODY_ELSE), ListCases(SOMEBODY_ELSE), NOW) == ()


# -- the secret connection of a minor


def test_representatives_learn_nothing_of_a_secret_emergency(gate: Gate):
    mother = replace(PARENTS[0], identifier=SOMEBODY_ELSE)
    opened(gate.store, a_childs_record(guardians=(mother,)))
    gate.perform(glass(), search(), NOW)
    messages = count(gate.store, schema.job)
    gate.perform(glass(secret=True, reason="Secret demandé"), search(), NOW + HOUR)
    for case in to_review(gate, NOW + HOUR):
        gate.perform(Caller(REVIEWER), ReviewCase(case.record, case.id, **REVIEWED), NOW + 2 * HOUR)

    caller = Caller(Representative(SOMEBODY_ELSE.number, "MERE Test"), patient=PERSON)
    (seen,) = gate.perform(caller, ListCases(PERSON), NOW + 3 * HOUR)
    lines = gate.perform(caller, ViewLog(PERSON), NOW + 3 * HOUR).lines

    assert (seen.secret, seen.acts, seen.last, seen.reasons) == (False, 1, NOW, (REASON,))
    assert [line.act.verb for line in lines if line.act is not None] == ["case-list", "TD3.1"]
    assert len(cases(gate.store)) == 2
    assert messages == count(gate.store, schema.job) > 0


def test_the_reviewer_is_not_told_that_a_connection_was_secret(gate: Gate):
    opened(gate.store, a_childs_record())
    gate.perform(glass(secret=True), search(), NOW)
    assert [case.secret for case in to_review(gate)] == [False]
    assert [case.secret for case in cases(gate.store)] == [True]


# -- when nobody reviews


def test_after_72_hours_the_operator_is_told_once_without_a_name(known: Gate):
    known.perform(glass(), search(), NOW)
    known.perform(glass(OTHER), search(), NOW + HOUR)
    assert tell_late(known.store, NOW + 71 * HOUR) == 0

    assert tell_late(known.store, NOW + 72 * HOUR) == 1
    assert tell_late(known.store, NOW + 73 * HOUR) == 1
    assert tell_late(known.store, NOW + 74 * HOUR) == 0

    with known.store.begin() as tx:
        (alert,) = tx.alerts.listed(AlertState.OPEN)
    assert (alert.kind, alert.structure) == (AlertKind.EMERGENCY, HOSPITAL.id)
    assert (alert.person, alert.records, alert.reasons[0].rule) == ("", (), "emergency-not-reviewed")
    (late, _) = to_review(known, NOW + 74 * HOUR)
    assert (late.state, late.overdue(NOW + 74 * HOUR)) == (CaseState.LATE, True)
    known.perform(Caller(REVIEWER), ReviewCase(late.record, late.id, **REVIEWED), NOW + 74 * HOUR)
    assert [case.state for case in cases(known.store)] == [CaseState.REVIEWED, CaseState.LATE]


def figures(collector: Collector) -> dict[str, float]:
    return {sample.labels["state"]: sample.value for metric in collector.collect() for sample in metric.samples}


def test_the_figures_count_what_waits_and_what_is_overdue(known: Gate):
    known.perform(glass(), search(), NOW)
    known.perform(glass(OTHER), search(), NOW + 10 * HOUR)
    assert figures(CaseFigures(known.store, lambda: NOW + 11 * HOUR)) == {"open": 2, "overdue": 0}
    assert figures(CaseFigures(known.store, lambda: NOW + 72 * HOUR)) == {"open": 1, "overdue": 1}
    tell_late(known.store, NOW + 90 * HOUR)
    assert figures(CaseFigures(known.store, lambda: NOW + 90 * HOUR)) == {"open": 0, "overdue": 2}


# -- with the record


def test_cases_go_with_a_merge_and_come_back_with_a_split(known: Gate):
    elsewhere = Caller(Holder(SOMEBODY_ELSE), patient=SOMEBODY_ELSE)
    known.perform(glass(person=SOMEBODY_ELSE), search(SOMEBODY_ELSE), NOW)
    known.perform(ANNE, ProposeMerge(SOMEBODY_ELSE, PERSON), NOW)
    known.perform(BASILE, ConfirmMerge(SOMEBODY_ELSE, PERSON), NOW)

    assert [case.person for case in known.perform(PATIENT, ListCases(PERSON), NOW)] == [DOCTOR.id]
    (case,) = to_review(known)
    known.perform(Caller(REVIEWER), ReviewCase(case.record, case.id, **REVIEWED), NOW)
    known.perform(ANNE, ProposeSplit(SOMEBODY_ELSE), NOW)
    known.perform(BASILE, ConfirmSplit(SOMEBODY_ELSE), NOW)

    assert known.perform(PATIENT, ListCases(PERSON), NOW) == ()
    (back,) = known.perform(elsewhere, ListCases(SOMEBODY_ELSE), NOW)
    assert back.state is CaseState.REVIEWED


def test_the_cases_of_a_destroyed_record_go_and_do_not_come_back(known: Gate):
    known.perform(glass(), search(), NOW)
    with known.store.connection() as connection:
        kept = {table: dict(connection.execute(select(table)).one()._mapping) for table in TABLES}
    known.perform(ANNE, CloseRecord(PERSON, ClosingReason.PATIENT_REQUEST), NOW)
    known.perform(ANNE, DestroyRecord(PERSON, "basile", Ground.REQUEST), NOW)
    assert [count(known.store, table) for table in TABLES] == [0, 0]

    with known.store.connection() as connection:
        for table, row in kept.items():
            connection.execute(table.insert().values(**row))
        connection.execute(
            schema.record.update()
            .where(schema.record.c.record == "rec-1")
            .values(state=RecordState.ACTIVE.value, wrapped=b"x")
        )
    erasure.replay(known.store, known.store.vault.journal.lines())
    assert [count(known.store, table) for table in TABLES] == [0, 0]
    assert to_review(known) == ()
