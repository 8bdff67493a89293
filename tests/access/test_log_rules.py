"""Which lines of the access history somebody sees, case by case (LOG-2, LOG-5, DEC-30)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dmp.access.log_rules import NAMING_NONE, ON_DOCUMENTS, Paper, lines_for
from dmp.access.question import Question
from dmp.record.actor import Caller
from dmp.record.entry import DocumentEntry
from dmp.record.history import CHANGE, Doer, DoerKind, Ending, LogLine, Proof, TracedAct, Vague
from dmp.record.verb import CHANGES, Verb
from dmp.record.visibility import Visibility
from rights_builders import (
    DOCTOR,
    HOLDER,
    HOSPITAL,
    MOTHER,
    NOW,
    NURSE,
    a_doctor,
    a_document,
    a_professional,
    a_record,
    a_secretary,
    attended_by,
    calling,
)

ANOTHER = Doer(DoerKind.PROFESSIONAL, "899900000777", "OTHER Test", "10")
LETTER = replace(a_document(), title="Letter")
UNSAID = replace(a_document(hidden_since=NOW - timedelta(days=2)), title="Grave")
SECRET = replace(a_document(hidden_from_guardians=True), title="Secret")
BOTH = replace(UNSAID, visibility=Visibility(hidden_from_patient_since=NOW, hidden_from_guardians=True))
SIGNATURE = replace(a_document(), type_code=replace(LETTER.type_code, code="E1762"))
DAY = timedelta(days=1)
ATTENDING = calling(a_doctor())


def named(entry: DocumentEntry, number: int) -> DocumentEntry:
    uuid = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
    deposit = replace(entry.deposit, at=NOW - 60 * DAY) if entry.deposit is not None else None
    return replace(entry, uuid=uuid, logical_id=uuid, unique_id=f"1.2.3.{number}", deposit=deposit)


def an_act(*entries: DocumentEntry, verb: str = Verb.READ, doer: Doer = ANOTHER, **changes) -> TracedAct:
    names = tuple(entry.unique_id for entry in entries)
    plain = TracedAct("id", "record-1", NOW - DAY, doer, verb, Ending.DONE, names=names)
    return replace(plain, **changes)


def seen(caller: Caller, act: TracedAct, *papers: tuple[DocumentEntry, bool], days: int = 0) -> LogLine | None:
    """The one line that a caller sees of an act; each document with whether the gate lets him know of it."""
    record = a_record(attending=attended_by(DOCTOR))
    question = Question(caller, Verb.VIEW_LOG, record, None, NOW + days * DAY)
    lines = lines_for(question, [act], [Paper(*paper) for paper in papers])
    assert len(lines) < 2
    return lines[0] if lines else None


def test_a_line_never_holds_the_names_that_the_act_named():
    letter = named(LETTER, 1)
    line = seen(calling(HOLDER), an_act(letter, names=("1.2.3.1", "1.2.3.999")), (letter, True))
    assert line is not None and line.act is not None
    assert line.act.names == ()
    assert [document.title for document in line.documents] == ["Letter"]


def test_a_document_that_came_later_under_the_same_id_is_not_that_of_the_act():
    """Or a depositor would learn from an older line of his whether the id was taken by something hidden from him."""
    letter = named(LETTER, 1)
    later = replace(letter, deposit=replace(letter.deposit, at=NOW))
    searched = an_act(letter, ending=Ending.REFUSED)
    assert [len(seen(calling(HOLDER), searched, (paper, True)).documents) for paper in (letter, later)] == [1, 0]


def test_a_document_is_named_by_the_newest_title_that_may_be_known():
    old = named(LETTER, 1)
    new, hidden = replace(old, uuid="urn:uuid:2", version=2, title="New"), replace(old, uuid="urn:uuid:3", version=3)
    line = seen(calling(HOLDER), an_act(old), (old, True), (new, True), (hidden, False))
    assert line is not None
    assert [document.title for document in line.documents] == ["New"]


@pytest.mark.parametrize("verb", sorted(ON_DOCUMENTS))
def test_an_act_on_what_may_not_be_known_is_vague_to_citizens_and_nothing_to_professionals(verb):
    unsaid = named(UNSAID, 1)
    act = an_act(unsaid, verb=verb)
    holder = seen(calling(HOLDER), act, (unsaid, False))
    assert holder is not None
    if verb in (Verb.REMOVE_METADATA, Verb.REMOVE_DOCUMENTS):
        assert holder.act is not None, "who removed for good is told"
    else:
        assert (holder.act, holder.vague) == (None, Vague.CONSULTED if verb == Verb.READ else Vague.UPDATED)
    assert seen(ATTENDING, act, (unsaid, False)) is None


def test_what_is_a_secret_of_the_minor_and_waits_too_is_nothing_to_a_representative():
    for entry in (named(SECRET, 1), named(BOTH, 1)):
        assert seen(calling(MOTHER), an_act(entry), (entry, False)) is None
    together = named(SECRET, 1), named(UNSAID, 2)
    line = seen(calling(MOTHER), an_act(*together), *((entry, False) for entry in together))
    assert line is not None
    assert line.vague is Vague.CONSULTED


def test_what_was_removed_may_have_waited_to_be_announced_or_been_a_secret():
    gone = an_act(named(LETTER, 1))
    young, old = seen(calling(HOLDER), gone), seen(calling(HOLDER), gone, days=40)
    assert young is not None and old is not None
    assert (young.vague, old.act is not None, old.documents) == (Vague.CONSULTED, True, ())
    for days in (0, 40):
        assert seen(calling(MOTHER), gone, days=days) is None
        assert seen(ATTENDING, gone, days=days) is None


def test_an_unknown_id_and_a_hidden_one_leave_the_same_line_of_a_refusal():
    hidden = named(replace(LETTER, visibility=Visibility(masked=True)), 1)
    for ending in (Ending.REFUSED, Ending.FAILED):
        mine = Doer(DoerKind.PROFESSIONAL, NURSE)
        act = an_act(hidden, ending=ending, doer=mine)
        nurse = calling(a_professional())
        assert seen(nurse, act, (hidden, False)) == seen(nurse, act) is not None
        assert seen(calling(HOLDER), act, (named(UNSAID, 1), False)) == seen(calling(HOLDER), act)


@pytest.mark.parametrize("verb", [CHANGE, *sorted(CHANGES)])
def test_about_which_documents_a_change_was_refused_is_not_told(verb):
    """The trace names those that the change came to before the hidden one that stopped it."""
    shown = named(LETTER, 1)
    done, refused = (an_act(shown, verb=verb, ending=ending) for ending in (Ending.DONE, Ending.REFUSED))
    assert len(seen(calling(HOLDER), done, (shown, True)).documents) == 1
    assert seen(calling(HOLDER), refused, (shown, True)).documents == ()


@pytest.mark.parametrize("verb", sorted(CHANGES))
def test_which_change_was_refused_is_not_told(verb):
    line = seen(calling(HOLDER), an_act(verb=verb, ending=Ending.REFUSED))
    assert line is not None and line.act is not None
    assert line.act.verb == CHANGE


def test_the_signature_of_a_lot_stands_for_its_documents():
    unsaid, signature = named(UNSAID, 1), named(SIGNATURE, 2)
    record = a_record()
    question = Question(calling(HOLDER), Verb.VIEW_LOG, record, None, NOW)
    papers = [Paper(unsaid, known=False), Paper(signature, known=False, lot=(unsaid,))]
    (line,) = lines_for(question, [an_act(signature)], papers)
    assert line.vague is Vague.CONSULTED


def test_one_is_ones_own_in_person_alone():
    act = an_act(verb=Verb.FIND)
    nurse, secretary = calling(a_professional()), calling(a_secretary())
    mine = Doer(DoerKind.PROFESSIONAL, NURSE)
    assert seen(nurse, replace(act, doer=mine)) is not None
    assert seen(nurse, replace(act, doer=Doer(DoerKind.SOFTWARE, NURSE, structure=HOSPITAL))) is None
    ours = Doer(DoerKind.STAFF, "3750000001/77", structure=HOSPITAL)
    assert seen(secretary, replace(act, doer=ours)) is not None
    assert seen(secretary, replace(act, doer=replace(ours, structure="1750000009"))) is None
    nameless = calling(a_professional(""))
    assert seen(nameless, replace(act, doer=Doer(DoerKind.PROFESSIONAL, ""))) is None


def test_secret_connections_are_for_the_holder_and_who_made_them():
    act = an_act(verb=Verb.FIND, secret=True)
    assert seen(calling(HOLDER), act) is not None
    assert seen(calling(MOTHER), act) is None
    assert seen(ATTENDING, act) is None
    assert seen(ATTENDING, replace(act, doer=Doer(DoerKind.PROFESSIONAL, DOCTOR))) is not None


def test_a_declared_attending_doctor_sees_his_own_acts_until_he_is_confirmed():
    question = Question(ATTENDING, Verb.VIEW_LOG, a_record(attending=attended_by(DOCTOR, confirmed=False)), None, NOW)
    assert lines_for(question, [an_act(verb=Verb.FIND)], ()) == ()


def test_what_a_minor_did_himself_is_not_for_his_parents():
    act = an_act(verb=Verb.AUTHORISE_OTHER, doer=Doer(DoerKind.HOLDER, "x"))
    assert seen(calling(MOTHER), act) is None
    assert seen(calling(HOLDER), act) is not None


def test_a_deposit_of_ones_own_names_nothing_since_it_may_be_hidden_from_oneself():
    own = named(LETTER, 1)
    act = an_act(own, verb=Verb.SUBMIT, doer=Doer(DoerKind.HOLDER, "x"))
    shown, hidden = seen(calling(HOLDER), act, (own, True)), seen(calling(HOLDER), act, (named(UNSAID, 1), False))
    assert shown == hidden is not None
    assert shown is not None and shown.documents == ()


def test_texts_go_by_the_kind_of_act_and_its_age_alone():
    def proof(caller: Caller, verb: Verb, days: int = 0) -> Proof | None:
        letter = named(LETTER, 1)
        line = seen(caller, an_act(letter, verb=verb), (letter, True), days=days)
        return line.proof if line else None

    for verb in NAMING_NONE:
        assert proof(calling(HOLDER), verb) is Proof.TEXT
    assert [proof(calling(HOLDER), Verb.READ, days) for days in (0, 40)] == [Proof.COMMITMENT, Proof.TEXT]
    assert [proof(calling(HOLDER), Verb.FIND, days) for days in (0, 40)] == [Proof.COMMITMENT, Proof.TEXT]
    for caller in (calling(MOTHER), ATTENDING):
        assert [proof(caller, Verb.READ, days) for days in (0, 40)] == [Proof.COMMITMENT, Proof.COMMITMENT]


def test_the_text_of_what_a_representative_did_holds_his_number_and_is_for_nobody_else():
    def proof(caller: Caller, doer: Doer) -> Proof | None:
        line = seen(caller, an_act(verb=Verb.READ_IDENTITY, doer=doer), days=40)
        return line.proof if line else None

    mother, father = (Doer(DoerKind.REPRESENTATIVE, number) for number in (MOTHER.id, "1800163220829"))
    assert [proof(calling(MOTHER), doer) for doer in (mother, father)] == [Proof.TEXT, Proof.COMMITMENT]
    assert [proof(caller, mother) for caller in (ATTENDING, calling(HOLDER))] == [Proof.COMMITMENT] * 2
