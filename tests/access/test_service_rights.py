"""What the service may do by itself, for the holder: remind him, from what he may read; nothing else (RM-5, RM-9)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dmp.access.log_rules import lines_for
from dmp.access.question import Question
from dmp.record.actor import Actor, Mode
from dmp.record.entry import EntryStatus
from dmp.record.history import Doer, DoerKind, Ending, TracedAct
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.record import Oppositions, RecordState
from dmp.record.verb import Verb
from rights_builders import (
    DOCTOR,
    HOLDER,
    HOSPITAL,
    MOTHER,
    NOW,
    OPERATOR,
    SERVICE,
    a_doctor,
    a_document,
    a_hospital,
    a_record,
    a_secretary,
    ask,
    attended_by,
    calling,
)

ITS_OWN = {Verb.REMIND, Verb.READ}
CALLER = calling(SERVICE, patient=None)
ADULT = IdentityTraits("FICTIF", "ANNE", "ANNE", "1979-03-28", Sex.FEMALE)
MINOR = replace(ADULT, birth_date="2015-03-28")
UNKNOWN = replace(ADULT, birth_date="")
SECRET = a_document(hidden_from_guardians=True)


@pytest.mark.parametrize("verb", sorted(ITS_OWN))
def test_it_reminds_and_reads(verb: Verb):
    assert ask(CALLER, verb).allowed
    assert ask(CALLER, verb).rule == "service-for-the-holder"


@pytest.mark.parametrize("verb", sorted(set(Verb) - ITS_OWN))
def test_it_does_nothing_else(verb: Verb):
    assert not ask(CALLER, verb).allowed
    assert not ask(CALLER, verb, a_document()).allowed


@pytest.mark.parametrize("mode", [Mode.BREAK_GLASS, Mode.EMERGENCY_DISPATCH])
def test_it_uses_no_emergency(mode: Mode):
    assert not any(ask(calling(SERVICE, mode), verb).allowed for verb in Verb)


@pytest.mark.parametrize("actor", [HOLDER, MOTHER, OPERATOR, a_doctor(), a_secretary(), a_hospital(HOSPITAL)])
def test_nobody_else_reminds(actor: Actor):
    assert not ask(calling(actor), Verb.REMIND, record=a_record(attending=attended_by(DOCTOR))).allowed


@pytest.mark.parametrize("state", [RecordState.CLOSED, RecordState.DESTROYED])
def test_of_a_record_that_is_not_open_it_knows_nothing(state: RecordState):
    assert not any(ask(CALLER, verb, record=a_record(state=state)).allowed for verb in ITS_OWN)


def test_it_reads_what_the_holder_hides_from_others():
    for record in (a_record(), a_record(hide_everything=True), a_record(oppositions=Oppositions(True, True))):
        assert ask(CALLER, Verb.READ, a_document(masked=True), record=record).allowed


def test_it_does_not_read_what_waits_to_be_announced_and_does_from_then_on():
    waits = a_document(hidden_since=NOW - timedelta(days=2))
    assert not ask(CALLER, Verb.READ, waits).allowed
    assert ask(CALLER, Verb.READ, waits, at=NOW + timedelta(days=40)).allowed


@pytest.mark.parametrize(("traits", "reads"), [(ADULT, True), (MINOR, False), (UNKNOWN, False), (None, False)])
def test_what_is_hidden_from_who_represents_a_minor_it_reads_of_adults_alone(traits, reads: bool):
    assert ask(CALLER, Verb.READ, SECRET, record=a_record(traits=traits)).allowed is reads
    assert ask(CALLER, Verb.READ, a_document(), record=a_record(traits=traits)).allowed


def test_a_minor_comes_of_age_for_it_on_his_birthday():
    record = a_record(traits=replace(ADULT, birth_date=f"{NOW.year - 18}-03-03"))
    assert not ask(CALLER, Verb.READ, SECRET, record=record).allowed
    assert ask(CALLER, Verb.READ, SECRET, record=record, at=NOW + timedelta(days=1)).allowed


def test_what_was_deleted_is_there_for_it_as_for_the_holder():
    """No chart holds it: `in_force` leaves it out."""
    deleted = a_document(status=EntryStatus.DELETED)
    assert ask(CALLER, Verb.READ, deleted).allowed is ask(calling(HOLDER), Verb.READ, deleted).allowed


@pytest.mark.parametrize("reader", [HOLDER, MOTHER, a_doctor()])
@pytest.mark.parametrize("ending", list(Ending))
def test_its_looks_are_in_nobodys_history(reader: Actor, ending: Ending):
    act = TracedAct("id", "record-1", NOW, Doer(DoerKind.AUTOMATON, "health-reminders", ""), Verb.REMIND, ending)
    question = Question(calling(reader), Verb.VIEW_LOG, a_record(attending=attended_by(DOCTOR)), None, NOW)
    assert lines_for(question, [act], []) == ()
