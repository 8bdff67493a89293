"""A patient asks a structure about one access; who it designated answers (security 10, 11.7)."""

from dataclasses import replace
from datetime import timedelta

import anyio
import pytest

from dmp import clockwork
from dmp.access.policy import load_policy
from dmp.actions.ask_about_access import AnswerQuestion, AskAboutAccess, QuestionsToAnswer
from dmp.actions.close_alert import CloseAlert
from dmp.actions.find_documents import SearchRecord
from dmp.actions.view_log import ViewLog
from dmp.gate import Gate
from dmp.main import new_id
from dmp.record.actor import Caller, Facility, Holder, Operator, Professional, Staff
from dmp.record.alert import Check, check_of
from dmp.record.criteria import DocumentCriteria
from dmp.record.entry import EntryStatus
from dmp.record.errors import AccessRefused, IncompleteRequest, RecordNotFound
from dmp.record.history import LogQuery, Sequel
from dmp.record.query import FindDocuments, StoredQuery
from dmp.record.record import Attending, Authorisation, RecordState
from dmp.store.directory import designation
from dmp.store.tx import Store
from dmp.watching import Watching
from history_builders import THE_HOLDER, THE_MOTHER, a_scene
from store_builders import NOW, PERSON, SOMEBODY_ELSE, a_record, another_record, opened

CABINET = Facility("1750000001", "Cabinet Test", "SA07")
DOCTOR = Professional("899900000101", "Claire ARNOUX-TEST", "10", "SM26", CABINET)
SECRETARY = Staff("3750000001/1", "Nadia HAMON-TEST", "SECRETARIAT_MEDICAL", CABINET)
PATIENT = Caller(Holder(PERSON), patient=PERSON)
LATER = NOW + timedelta(days=2)
NOT_TOLD = Sequel()


def a_gate(store: Store) -> Gate:
    given = Authorisation(DOCTOR.id, NOW - timedelta(days=1), NOW + timedelta(days=300), DOCTOR.id)
    opened(store, a_record(authorisations=(given,)), another_record())
    with store.begin() as tx:
        tx.directory.load([designation(SECRETARY.id, CABINET.id)], ())
    gate = Gate(store, load_policy(), new_id=new_id, release="test")
    query = StoredQuery(FindDocuments(DocumentCriteria(PERSON, frozenset({EntryStatus.APPROVED}))))
    gate.perform(Caller(DOCTOR, patient=PERSON), SearchRecord(PERSON, query), NOW)
    return gate


def the_access(store: Store) -> str:
    with store.begin() as tx:
        tx.records.get("rec-1")
        return next(trace.id for trace in tx.traces.of("rec-1") if trace.who.person == DOCTOR.id)


def asked(store: Store, gate: Gate) -> str:
    return gate.perform(PATIENT, AskAboutAccess(PERSON, the_access(store), "Pourquoi ?"), NOW).id


def the_sequel(store: Store, gate: Gate, caller: Caller) -> Sequel:
    (line,) = gate.perform(caller, ViewLog(PERSON, LogQuery(access=the_access(store))), LATER).lines
    return line.sequel or NOT_TOLD


def test_a_question_reaches_the_designated_person_and_the_answer_the_patient(store: Store):
    gate = a_gate(store)
    question = asked(store, gate)
    (seen,) = gate.perform(Caller(SECRETARY), QuestionsToAnswer(), LATER)
    assert (seen.id, seen.asked, seen.person, seen.overdue(LATER)) == (question, "Pourquoi ?", DOCTOR.id, False)
    assert (seen.person_name, seen.accessed_at) == (DOCTOR.name, NOW)
    assert seen.overdue(NOW + timedelta(days=15))

    gate.perform(Caller(SECRETARY), AnswerQuestion(question, "Vous étiez en consultation."), LATER)

    told = the_sequel(store, gate, PATIENT).question
    assert told is not None
    assert (told.answer, told.answered_by, told.answered_at) == ("Vous étiez en consultation.", SECRETARY.id, LATER)
    assert gate.perform(Caller(SECRETARY), QuestionsToAnswer(), LATER) == ()


def test_what_was_answered_is_checked_for_accesses_before_it_alone(store: Store):
    gate = a_gate(store)
    gate.perform(Caller(SECRETARY), AnswerQuestion(asked(store, gate), "Consultation."), LATER)
    with store.begin() as tx:
        checked = tx.watching.checked("rec-1", DOCTOR.id)
        assert tx.watching.checked("rec-1", "somebody else") is None
    assert check_of(NOW, checked) is Check.CHECKED
    assert check_of(LATER + timedelta(days=1), checked) is Check.NONE
    assert check_of(NOW, None) is Check.NONE


def test_the_holder_reads_beside_his_line_what_came_of_it(store: Store):
    gate = a_gate(store)
    assert the_sequel(store, gate, PATIENT) == Sequel(may_ask=True)
    question = asked(store, gate)
    waiting = the_sequel(store, gate, PATIENT)
    assert (waiting.check, waiting.may_ask, waiting.question and waiting.question.asked) == (
        Check.NONE,
        False,
        "Pourquoi ?",
    )
    gate.perform(Caller(SECRETARY), AnswerQuestion(question, "Consultation."), LATER)
    assert the_sequel(store, gate, PATIENT).check is Check.CHECKED


def test_nobody_but_the_holder_reads_what_he_asked(store: Store):
    gate = a_gate(store)
    asked(store, gate)
    assert the_sequel(store, gate, Caller(DOCTOR, patient=PERSON)) is NOT_TOLD
    with store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        attending = Attending("899900000777", NOW, confirmed=True)
        tx.records.change(replace(record, attending=(attending,)), at=NOW)
    doctor = Caller(replace(DOCTOR, id="899900000777"), patient=PERSON)
    assert the_sequel(store, gate, doctor) is NOT_TOLD


def test_a_representative_who_reads_the_history_does_not_read_it_either(store: Store):
    scene = a_scene(store)
    scene.submit("Lettre")
    of_mother, of_holder = scene.lines(THE_MOTHER), scene.lines(THE_HOLDER)
    assert any(line.act and line.act.doer.structure for line in of_mother)
    assert [line.sequel for line in of_mother] == [None] * len(of_mother)
    assert any(line.sequel and line.sequel.may_ask for line in of_holder)


def test_nothing_is_asked_about_in_a_closed_record(store: Store):
    gate = a_gate(store)
    with store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        tx.records.change(replace(record, state=RecordState.CLOSED), at=NOW)
    assert the_sequel(store, gate, PATIENT) == Sequel(may_ask=False)
    with pytest.raises(AccessRefused, match="fermé"):
        gate.perform(PATIENT, AskAboutAccess(PERSON, the_access(store), "Pourquoi ?"), LATER)


def test_questions_that_nobody_answers_in_time_are_counted(store: Store):
    gate = a_gate(store)
    question = asked(store, gate)
    watch, due = Watching(store), NOW + timedelta(days=15)
    assert watch.overdue(due - timedelta(seconds=1)) == 0
    assert watch.overdue(due) == 1
    gate.perform(Caller(SECRETARY), AnswerQuestion(question, "Consultation."), due)
    assert watch.overdue(due) == 0


def test_the_log_says_how_many_are_overdue_when_that_changes(store: Store, caplog: pytest.LogCaptureFixture):
    gate = a_gate(store)
    question = asked(store, gate)
    moments = iter(NOW + timedelta(days=day) for day in (14, 14, 15, 15, 15, 15, 16, 16))
    turn = clockwork.watching(Watching(store), lambda: next(moments)).turn
    for told in ([], [1], [1]):
        anyio.run(turn)
        facts = (getattr(line, "facts", {}) for line in caplog.records)
        assert [fact["count"] for fact in facts if fact.get("event") == "questions-overdue"] == told
    gate.perform(Caller(SECRETARY), AnswerQuestion(question, "Consultation."), NOW + timedelta(days=15))
    anyio.run(turn)
    assert len([line for line in caplog.records if getattr(line, "facts", {}).get("event") == "questions-overdue"]) == 1


def test_an_access_is_asked_about_once(store: Store):
    gate = a_gate(store)
    asked(store, gate)
    with pytest.raises(IncompleteRequest, match="already"):
        asked(store, gate)


def test_only_an_access_of_the_own_history_can_be_asked_about(store: Store):
    gate = a_gate(store)
    stranger = Caller(Holder(SOMEBODY_ELSE), patient=SOMEBODY_ELSE)
    with pytest.raises(IncompleteRequest, match="no access"):
        gate.perform(stranger, AskAboutAccess(SOMEBODY_ELSE, the_access(store), "Pourquoi ?"), NOW)
    with pytest.raises(RecordNotFound):
        gate.perform(stranger, AskAboutAccess(PERSON, the_access(store), "Pourquoi ?"), NOW)


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001])
def test_a_question_has_words_and_not_too_many(store: Store, text: str):
    gate = a_gate(store)
    with pytest.raises(IncompleteRequest, match="characters"):
        gate.perform(PATIENT, AskAboutAccess(PERSON, the_access(store), text), NOW)


def test_who_was_not_designated_or_is_of_another_structure_answers_nothing(store: Store):
    gate = a_gate(store)
    question = asked(store, gate)
    elsewhere = replace(SECRETARY, facility=Facility("1750000002", "Autre", "SA07"))
    for caller in (Caller(DOCTOR), Caller(elsewhere)):
        for action in (QuestionsToAnswer(), AnswerQuestion(question, "Consultation.")):
            with pytest.raises(AccessRefused, match="désignées"):
                gate.perform(caller, action, LATER)
    with store.begin() as tx:
        tx.directory.load([designation(elsewhere.id, "1750000002")], ())
    assert gate.perform(Caller(elsewhere), QuestionsToAnswer(), LATER) == ()
    with pytest.raises(IncompleteRequest, match="no open question"):
        gate.perform(Caller(elsewhere), AnswerQuestion(question, "Consultation."), LATER)


def test_the_operator_sees_that_a_question_waits_and_neither_reads_nor_closes_it(store: Store):
    gate = a_gate(store)
    question = asked(store, gate)
    with store.begin() as tx:
        alert = tx.alerts.one(question)
    assert (alert.due, b"Pourquoi" in alert.words) == (NOW + timedelta(days=15), False)
    with pytest.raises(IncompleteRequest, match="answered by the structure"):
        gate.perform(Caller(Operator("anne"), reason="x"), CloseAlert(question), LATER)
