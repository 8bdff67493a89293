"""Whom an act may let in or keep out, and who may say so (AR-4, AR-6, AR-7, AR-14, DEC-1, DEC-21, DEC-26)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dmp.access.decide import decide
from dmp.access.question import Decision, Question
from dmp.access.sentences import told
from dmp.record.actor import Caller, Facility, Mode
from dmp.record.record import Care, Record
from dmp.record.subject import Subject
from dmp.record.verb import Verb
from rights_builders import (
    CABINET,
    DOCTOR,
    DOCTOR_2,
    HOLDER,
    HOSPITAL,
    MOTHER,
    NOW,
    NURSE,
    OPERATOR,
    POLICY,
    a_doctor,
    a_document,
    a_professional,
    a_record,
    a_secretary,
    an_occupational_doctor,
    ask,
    attended_by,
    calling,
    given,
)

DAY = timedelta(days=1)
STRANGER = "899900000777"
TEAM = f"{CABINET} Cardiologie"


def somebody(name: str = STRANGER, *sectors: str, **changes: object) -> Subject:
    """A listed doctor, who works in these sectors."""
    places = tuple(Facility(f"17500099{n:02}", "", sector) for n, sector in enumerate(sectors or ("SA07",)))
    return replace(Subject(name, True, places, "10", ("SM26",)), **changes)


def a_structure(name: str = "1750009900", sector: str = "SA01") -> Subject:
    return Subject(name, True, (Facility(name, "", sector),))


def about(caller: Caller, verb: Verb, subject: Subject, record: Record | None = None) -> Decision:
    return decide(Question(caller, verb, record or a_record(), None, NOW, (), subject), POLICY)


def cared_for(**changes: object) -> Record:
    """A record that authorises nobody, in the hands of a team."""
    care = Care(TEAM, NOW - DAY, NOW + DAY, date(2026, 3, 1), "x")
    return a_record(authorisations=(), care=(replace(care, **changes),))  # type: ignore[arg-type]


def in_team(caller: Caller, team: str = TEAM) -> Caller:
    return replace(caller, teams=frozenset({team}))


# -- who decides


def test_the_holder_decides_of_a_professional_and_of_a_structure_before_any_contact():
    for verb in (Verb.AUTHORISE_OTHER, Verb.BLOCK, Verb.UNBLOCK, Verb.WITHDRAW):
        for subject in (somebody(), a_structure()):
            assert about(calling(HOLDER), verb, subject).allowed, verb


def test_consent_for_another_one_is_told_by_who_may_read_himself():
    assert about(calling(a_doctor()), Verb.AUTHORISE_OTHER, somebody()).rule == "valid-authorisation"
    stranger = about(calling(a_doctor(STRANGER)), Verb.AUTHORISE_OTHER, somebody(DOCTOR_2))
    assert stranger.rule == "consent-without-own-right"


def test_a_stranger_does_not_learn_whom_the_holder_blocked():
    stranger = calling(a_doctor(STRANGER))
    record = a_record(blocked=frozenset({DOCTOR_2}))
    answers = {about(stranger, Verb.AUTHORISE_OTHER, somebody(name), record) for name in (DOCTOR_2, "899900000778")}
    assert len(answers) == 1


def test_who_declares_the_team_of_another_structure_does_not_learn_whether_the_holder_blocked_or_opposed_it():
    team = Subject(f"{HOSPITAL} A", True, (Facility(HOSPITAL, "", "SA01"),))
    nurse = calling(a_professional(STRANGER))
    opposed = Care(team.id, NOW - DAY, NOW + DAY, date(2026, 3, 1), "x", opposed=True)
    records = (a_record(), a_record(blocked=frozenset({HOSPITAL})), a_record(care=(opposed,)))
    told_of_each = {about(nurse, Verb.DECLARE_CARE, team, record) for record in records}
    assert {answer.rule for answer in told_of_each} == {"care-team-of-another-structure"}


def test_the_attending_doctor_blocks_others_once_he_is_confirmed_and_unblocks_nobody():
    for confirmed, rule in ((True, "attending-doctor"), (False, "others-by-attending-unconfirmed")):
        record = a_record(attending=attended_by(DOCTOR, confirmed=confirmed))
        assert about(calling(a_doctor()), Verb.BLOCK, somebody(), record).rule == rule
        assert about(calling(a_doctor()), Verb.UNBLOCK, somebody(), record).rule == "outside-matrix"
    assert about(calling(a_doctor()), Verb.BLOCK, somebody()).rule == "outside-matrix"


def test_no_emergency_mode_lets_anybody_in_nor_keeps_anybody_out():
    record = a_record(attending=attended_by(DOCTOR))
    for verb in (Verb.AUTHORISE_OTHER, Verb.BLOCK, Verb.DECLARE_CARE):
        assert about(calling(a_doctor(), Mode.BREAK_GLASS), verb, somebody(), record).rule == "outside-matrix"


# -- about whom


@pytest.mark.parametrize("name", [DOCTOR, CABINET])
def test_nobody_blocks_himself_nor_his_own_structure(name):
    record = a_record(attending=attended_by(DOCTOR))
    refused = about(calling(a_doctor()), Verb.BLOCK, somebody(name), record)
    assert refused.rule == "subject-is-the-caller"
    assert told(refused) == "Cette action ne peut pas vous désigner vous-même, ni votre propre structure."


@pytest.mark.parametrize("verb", [Verb.AUTHORISE_OTHER, Verb.BLOCK])
def test_who_is_not_in_the_directory_or_left_is_refused(verb):
    unknown = Subject("nobody", listed=False)
    for actor in (HOLDER, OPERATOR):
        assert about(calling(actor), verb, unknown).rule == "subject-unknown"


def test_who_was_let_in_and_left_the_directory_can_be_kept_out_all_the_same():
    gone = Subject(NURSE, listed=False)
    assert about(calling(HOLDER), Verb.BLOCK, gone).allowed
    assert about(calling(HOLDER), Verb.WITHDRAW, gone).allowed
    assert about(calling(HOLDER), Verb.AUTHORISE_OTHER, gone).rule == "subject-unknown"
    # A representative is not told whom a minor let in.
    assert about(calling(MOTHER), Verb.BLOCK, gone).rule == "subject-unknown"


@pytest.mark.parametrize("sector", ["SA09", "SA22", "SA23", "SA24", "SA26", "SA31", "SA32", "SA44", "SA46", "SA48"])
def test_sectors_shut_out_are_never_let_in_even_by_the_holder(sector):
    for subject in (somebody(STRANGER, sector), a_structure(sector=sector)):
        refused = about(calling(HOLDER), Verb.AUTHORISE_OTHER, subject)
        assert refused.rule == "subject-sector-shut-out"
    assert about(calling(HOLDER), Verb.BLOCK, a_structure(sector=sector)).allowed


def test_who_works_in_a_hospital_too_may_be_let_in_there():
    assert about(calling(HOLDER), Verb.AUTHORISE_OTHER, somebody(STRANGER, "SA23", "SA01")).allowed


def test_the_occupational_doctor_of_a_company_is_let_in_by_the_holder_alone():
    doctor = somebody(STRANGER, "SA09", know_hows=("SM25",))
    assert about(calling(HOLDER), Verb.AUTHORISE_OTHER, doctor).allowed
    for actor in (MOTHER, OPERATOR, a_doctor()):
        refused = about(calling(actor), Verb.AUTHORISE_OTHER, doctor)
        assert refused.rule == "occupational-without-the-holder"
    service = a_structure(sector="SA66")
    assert about(calling(OPERATOR), Verb.AUTHORISE_OTHER, service).rule == "occupational-without-the-holder"


def test_who_is_blocked_is_let_in_again_by_lifting_the_block():
    record = a_record(blocked=frozenset({STRANGER}))
    assert about(calling(HOLDER), Verb.AUTHORISE_OTHER, somebody(), record).rule == "subject-blocked"


def test_the_holder_confirms_a_doctor_who_declared_himself():
    record = a_record(attending=attended_by(DOCTOR, confirmed=False))
    assert about(calling(HOLDER), Verb.CONFIRM_ATTENDING, somebody(DOCTOR), record).allowed
    assert about(calling(HOLDER), Verb.CONFIRM_ATTENDING, somebody(DOCTOR_2), record).rule == "attending-not-declared"
    nurse = somebody(NURSE, profession="60", know_hows=())
    assert about(calling(HOLDER), Verb.CONFIRM_ATTENDING, nurse, record).rule == "subject-not-a-doctor"


# -- the care team


def test_a_member_of_the_care_team_reads_without_authorisation_while_the_care_lasts():
    nurse, document = in_team(calling(a_professional())), a_document()
    assert ask(nurse, Verb.READ, document, record=cared_for()).rule == "care-team"
    assert ask(nurse, Verb.FIND, record=cared_for(), at=NOW - DAY).allowed
    assert ask(nurse, Verb.FIND, record=cared_for(), at=NOW + DAY).rule == "no-authorisation"
    assert ask(nurse, Verb.FIND, record=cared_for(), at=NOW - 2 * DAY).rule == "no-authorisation"


def test_who_is_in_another_team_or_in_none_or_opposed_does_not():
    nurse = calling(a_professional())
    assert ask(nurse, Verb.FIND, record=cared_for()).rule == "no-authorisation"
    assert ask(in_team(nurse, f"{HOSPITAL} Cardiologie"), Verb.FIND, record=cared_for()).rule == "no-authorisation"
    assert ask(in_team(nurse), Verb.FIND, record=cared_for(opposed=True)).rule == "no-authorisation"
    blocked = replace(cared_for(), blocked=frozenset({NURSE}))
    assert ask(in_team(nurse), Verb.FIND, record=blocked).rule == "blocked-by-the-holder"


def test_a_care_team_sees_nothing_that_is_masked_and_is_no_attending_doctor():
    doctor = in_team(calling(a_doctor()))
    assert not ask(doctor, Verb.READ, a_document(masked=True), record=cared_for()).allowed
    assert not ask(doctor, Verb.BECOME_ATTENDING, record=cared_for()).allowed
    assert about(doctor, Verb.AUTHORISE_OTHER, somebody(), cared_for()).rule == "consent-without-own-right"
    occupational = in_team(calling(an_occupational_doctor()))
    assert ask(occupational, Verb.FIND, record=cared_for()).rule == "no-authorisation"


def test_a_structure_declares_its_own_teams_unless_the_holder_objected():
    team = Subject(TEAM, True, (Facility(CABINET, "", "SA07"),))
    elsewhere = Subject(f"{HOSPITAL} A", True, (Facility(HOSPITAL, "", "SA01"),))
    nurse = calling(a_professional(STRANGER))
    assert about(nurse, Verb.DECLARE_CARE, team).rule == "act-without-care-relation"
    assert about(nurse, Verb.DECLARE_CARE, elsewhere).rule == "care-team-of-another-structure"
    assert about(calling(a_secretary()), Verb.DECLARE_CARE, elsewhere).allowed
    assert about(nurse, Verb.DECLARE_CARE, team, cared_for(opposed=True)).rule == "care-team-opposed"
    assert about(nurse, Verb.DECLARE_CARE, replace(team, listed=False)).rule == "subject-unknown"
    insurer = replace(team, places=(Facility(CABINET, "", "SA23"),))
    assert about(nurse, Verb.DECLARE_CARE, insurer).rule == "subject-sector-shut-out"


def test_a_question_about_nobody_is_answered_by_the_other_rules():
    assert ask(calling(HOLDER), Verb.BLOCK).allowed
    assert ask(calling(a_doctor()), Verb.AUTHORISE_OTHER, record=a_record(authorisations=(given(DOCTOR),))).allowed
