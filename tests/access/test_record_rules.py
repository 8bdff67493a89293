"""What refuses whatever the document: who asks, in which mode, what the holder decided of the whole record."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dmp.access.decide import decide
from dmp.access.policy import Switches, load_policy
from dmp.access.question import Question
from dmp.record.actor import Authentication, Facility, Holder, Mode, Representative
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.record import LegalHold, Oppositions, RecordState
from dmp.record.verb import Verb
from rights_builders import (
    ADMINISTRATOR,
    CABINET,
    CENTRE,
    DOCTOR,
    HOLDER,
    HOSPITAL,
    MOTHER,
    NOW,
    NURSE,
    OCCUPATIONAL,
    OPERATOR,
    OTHER_PATIENT,
    POLICY,
    a_doctor,
    a_document,
    a_hospital,
    a_professional,
    a_record,
    a_secretary,
    an_occupational_doctor,
    ask,
    attended_by,
    calling,
    given,
    sent_by,
)

HOLDS = {Verb.HOLD_RECORD, Verb.LIFT_HOLD}
OF_THE_DESK = {Verb.CREATE_ACCOUNT, Verb.CHANGE_CHANNEL, Verb.RENEW_ACCOUNT, Verb.CLOSE_ACCOUNT}
"""About the account of a person, whose record may be closed (PT-18): see `test_account_rules.py`."""
ENDS = {Verb.LIST_RETENTION, Verb.DESTROY_RECORD}
OF_THE_OPERATOR = HOLDS | ENDS | {Verb.PROPOSE_MERGE, Verb.CONFIRM_MERGE, Verb.PROPOSE_SPLIT, Verb.CONFIRM_SPLIT}
HEIRS = {Verb.LIST_HEIRS, Verb.DECIDE_ON_HEIR}
OF_THE_OPERATOR |= {Verb.CLOSE_ALERT, Verb.PROPOSE_CLEARANCE, Verb.CONFIRM_CLEARANCE}
OF_THE_OPERATOR |= {Verb.INVITE}
OF_THE_OPERATOR |= HEIRS | {Verb.DECLARE_REPRESENTATIVE, Verb.END_REPRESENTATIVE}
OF_THE_SERVICE = {Verb.REMIND}
REMOVALS = {Verb.REMOVE_METADATA, Verb.REMOVE_DOCUMENTS}
MEANT_WHEN_ABSENT = (Verb.TEST_RECORD, Verb.OPEN_RECORD, Verb.OPPOSE_OPENING, Verb.SEARCH_DIRECTORY)
CONCEALED_WHEN_ABSENT = [verb for verb in Verb if verb not in MEANT_WHEN_ABSENT]


def traits(birth_date):
    return IdentityTraits("PATIENT", "TEST", "TEST", birth_date, Sex.FEMALE)


# -- who asks


def test_a_profession_that_no_table_knows_is_refused_under_its_own_name():
    decision = ask(calling(a_professional(profession="66")), Verb.TEST_RECORD)
    assert (decision.allowed, decision.rule, decision.conceal) == (False, "unknown-profession", False)


def test_a_role_that_no_table_knows_is_refused_under_its_own_name():
    assert ask(calling(a_hospital(role="ROBOT")), Verb.SUBMIT).rule == "unknown-role"
    assert ask(calling(replace(a_secretary(), role="")), Verb.SUBMIT).rule == "unknown-role"


def test_staff_and_structures_have_no_break_glass_and_citizens_no_emergency():
    for actor in (a_secretary(), a_hospital(), HOLDER, MOTHER, OPERATOR):
        assert ask(calling(actor, Mode.BREAK_GLASS), Verb.TEST_RECORD).rule == "mode-not-open"
    for actor in (a_secretary(CENTRE), HOLDER, MOTHER, OPERATOR):
        assert ask(calling(actor, Mode.EMERGENCY_DISPATCH), Verb.TEST_RECORD).rule == "mode-not-open"


def test_a_person_cannot_act_in_the_mode_of_a_structure():
    assert ask(calling(a_doctor(via=Authentication.INDIRECT)), Verb.READ).rule == "mode-not-open"
    assert ask(calling(a_secretary(via=Authentication.INDIRECT)), Verb.SUBMIT).rule == "mode-not-open"


def test_a_verb_without_row_is_refused_under_its_own_name():
    cells = {row: columns for row, columns in POLICY.matrix.cells.items() if row != "TD3.2"}
    policy = replace(POLICY, matrix=replace(POLICY.matrix, cells=cells))
    assert ask(calling(a_doctor()), Verb.READ, policy=policy).rule == "verb-without-row"


# -- sectors that the law shuts out

SHUT_OUT = ["SA22", "SA23", "SA24", "SA26", "SA31", "SA32", "SA44", "SA45", "SA46", "SA48", "SA09"]


@pytest.mark.parametrize("sector", SHUT_OUT)
@pytest.mark.parametrize("verb", list(Verb))
def test_a_professional_of_a_shut_out_sector_gets_one_constant_refusal_record_or_not(sector, verb):
    caller = calling(a_professional(sector=sector))
    without = decide(Question(caller, verb, None, None, NOW), POLICY)
    closed = ask(caller, verb, record=a_record(state=RecordState.CLOSED))
    assert {without, closed, ask(caller, verb)} == {without}
    assert (without.rule, without.conceal) == ("sector-shut-out", False)


def test_the_insurers_feed_writes_and_does_nothing_else():
    feed = calling(a_hospital(sector="SA24", role="ALIM_AM"))
    assert {verb for verb in Verb if ask(feed, verb).allowed} == {Verb.SUBMIT, Verb.REPLACE}


def test_the_insurers_opening_desk_tests_and_opens_and_does_nothing_else():
    desk = calling(replace(a_secretary(), facility=Facility(HOSPITAL, "", "SA24")))
    assert {verb for verb in Verb if ask(desk, verb).allowed} == {Verb.TEST_RECORD, Verb.OPEN_RECORD}


def test_other_software_of_the_insurer_and_his_doctors_get_nothing():
    for actor in (a_hospital(sector="SA24"), a_professional(DOCTOR, profession="10", know_how="SM26", sector="SA24")):
        assert [verb for verb in Verb if ask(calling(actor), verb).allowed] == []


def test_the_occupational_doctor_of_a_company_is_not_shut_out_with_his_employer():
    doctor = calling(a_professional(OCCUPATIONAL, profession="10", know_how="SM25", sector="SA09"))
    assert ask(doctor, Verb.FIND).allowed
    assert ask(calling(a_professional(OCCUPATIONAL, sector="SA09")), Verb.FIND).rule == "sector-shut-out"


# -- modes


@pytest.mark.parametrize("reason", ["", "  "])
def test_breaking_the_glass_without_a_reason_in_words_is_refused(reason):
    caller = replace(calling(a_doctor(), Mode.BREAK_GLASS), reason=reason)
    assert ask(caller, Verb.TEST_RECORD).rule == "break-glass-without-reason"


def test_the_mode_of_call_centres_is_for_the_structures_of_the_list():
    assert ask(calling(a_doctor(), Mode.EMERGENCY_DISPATCH), Verb.READ).rule == "not-a-regulation-centre"
    assert ask(calling(a_hospital(), Mode.EMERGENCY_DISPATCH), Verb.SUBMIT).rule == "not-a-regulation-centre"
    assert ask(calling(a_doctor(structure=CENTRE), Mode.EMERGENCY_DISPATCH), Verb.READ).rule == "emergency-dispatch"


def test_an_attending_doctor_counts_as_any_doctor_in_a_regulation_centre():
    record = a_record(attending=attended_by(DOCTOR))
    caller = calling(a_doctor(structure=CENTRE), Mode.EMERGENCY_DISPATCH)
    assert ask(caller, Verb.LEAVE_ATTENDING, record=record).rule == "outside-matrix"
    assert not ask(caller, Verb.READ, a_document(masked=True), record=record).allowed


EMERGENCIES = [
    (Mode.BREAK_GLASS, Oppositions(break_glass=True)),
    (Mode.EMERGENCY_DISPATCH, Oppositions(emergency_dispatch=True)),
]


@pytest.mark.parametrize(("mode", "oppositions"), EMERGENCIES)
def test_an_opposed_emergency_mode_stops_what_reads_and_lets_the_rest_pass(mode, oppositions):
    caller, record = calling(a_doctor(structure=CENTRE), mode), a_record(oppositions=oppositions)
    stopped = {verb for verb in Verb if ask(caller, verb, record=record).rule == "emergency-opposed"}
    of_lists = {Verb.LIST_RECORDS} | ({Verb.FIND_PATIENTS} if mode is Mode.EMERGENCY_DISPATCH else set())
    assert stopped == of_lists | {Verb.READ_IDENTITY, Verb.FIND, Verb.FIND_REFERENCE, Verb.READ}
    assert ask(caller, Verb.SUBMIT, record=record).allowed
    assert ask(caller, Verb.TEST_RECORD, record=record).allowed


@pytest.mark.parametrize(("mode", "oppositions"), EMERGENCIES)
@pytest.mark.parametrize("verb", [Verb.ARCHIVE, Verb.UNARCHIVE])
def test_what_an_opposed_emergency_mode_cannot_find_it_does_not_file_away(mode, oppositions, verb):
    """Or the answer would tell that there is such a document (DEC-10)."""
    caller, record = calling(a_doctor(structure=CENTRE), mode), a_record(oppositions=oppositions)
    refused = ask(caller, verb, a_document(), record=record)
    assert (refused.rule, refused.conceal) == ("unseen-in-an-opposed-emergency", True)
    assert ask(caller, verb, a_document(DOCTOR), record=record).allowed
    assert ask(caller, verb, a_document()).allowed


@pytest.mark.parametrize("profession", ["81", "71", "99"])
def test_a_profession_without_published_rights_finds_the_reference_of_its_own_documents_alone(profession):
    caller = calling(a_professional(profession=profession))
    refused = ask(caller, Verb.FIND_REFERENCE, a_document(DOCTOR))
    assert (refused.rule, refused.conceal) == ("reference-without-right", True)
    assert ask(caller, Verb.FIND_REFERENCE, a_document(NURSE)).allowed
    for verb in (Verb.MASK, Verb.ARCHIVE, Verb.DELETE, Verb.REPLACE):
        assert ask(caller, verb, a_document(DOCTOR)).conceal, verb


@pytest.mark.parametrize(("mode", "oppositions"), EMERGENCIES)
def test_each_emergency_mode_has_its_own_opposition(mode, oppositions):
    other = next(modes for modes, _ in EMERGENCIES if modes is not mode)
    caller = calling(a_doctor(structure=CENTRE), other)
    assert ask(caller, Verb.READ, a_document(), record=a_record(oppositions=oppositions)).allowed


def test_an_opposition_to_emergencies_changes_nothing_in_normal_mode():
    record = a_record(oppositions=Oppositions(break_glass=True, emergency_dispatch=True))
    assert ask(calling(a_doctor()), Verb.READ, a_document(), record=record).allowed


def test_the_glass_is_broken_without_any_authorisation():
    decision = ask(calling(a_doctor(), Mode.BREAK_GLASS), Verb.READ, a_document(), record=a_record(authorisations=()))
    assert (decision.allowed, decision.rule) == (True, "break-glass")


@pytest.mark.parametrize("mode", [Mode.BREAK_GLASS, Mode.EMERGENCY_DISPATCH])
def test_an_occupational_doctor_has_no_emergency(mode):
    assert ask(calling(an_occupational_doctor(), mode), Verb.FIND).rule == "mode-not-open"


# -- state of the record


@pytest.mark.parametrize("verb", CONCEALED_WHEN_ABSENT)
def test_without_a_record_only_testing_and_opening_make_sense(verb):
    decision = decide(Question(calling(HOLDER), verb, None, None, NOW), POLICY)
    assert not decision.allowed
    if decision.rule != "outside-matrix":
        assert (decision.rule, decision.conceal) in (("no-such-record", True), ("not-in-secret-connection", False))


def test_a_professional_may_test_and_open_where_there_is_no_record():
    for verb in (Verb.TEST_RECORD, Verb.OPEN_RECORD):
        assert decide(Question(calling(a_doctor()), verb, None, None, NOW), POLICY).allowed


@pytest.mark.parametrize("verb", list(Verb))
def test_a_destroyed_record_answers_as_one_that_never_was_even_to_who_was_blocked_there(verb):
    destroyed = a_record(state=RecordState.DESTROYED, blocked=frozenset({NURSE}))
    for actor in (a_professional(), a_doctor(), a_hospital(), HOLDER, MOTHER, OPERATOR):
        never = decide(Question(calling(actor), verb, None, None, NOW), POLICY)
        assert ask(calling(actor), verb, record=destroyed) == never


def test_a_closed_record_stops_everybody_but_for_testing_reopening_and_its_end():
    closed = a_record(state=RecordState.CLOSED, attending=attended_by(DOCTOR))
    for actor in (a_professional(), a_doctor(), a_hospital(), a_secretary(), HOLDER, MOTHER, OPERATOR):
        allowed = {verb for verb in Verb if ask(calling(actor), verb, record=closed).allowed}
        allowed -= OF_THE_DESK if actor is OPERATOR else set()
        allowed -= {Verb.VIEW_LOG, Verb.COPY_RECORD, Verb.ASK_DESTRUCTION} if actor is HOLDER else set()
        assert allowed - OF_THE_OPERATOR <= {Verb.TEST_RECORD, Verb.REOPEN_RECORD, Verb.ASK_AS_HEIR}
        assert Verb.TEST_RECORD in allowed
        assert allowed & OF_THE_OPERATOR <= HOLDS | HEIRS | {Verb.DESTROY_RECORD}, "none of them touches the content"
    decision = ask(calling(a_doctor()), Verb.READ, record=closed)
    assert (decision.rule, decision.conceal) == ("record-closed", False)


def test_breaking_the_glass_does_not_open_a_closed_record():
    closed = a_record(state=RecordState.CLOSED)
    assert ask(calling(a_doctor(), Mode.BREAK_GLASS), Verb.READ, record=closed).rule == "record-closed"


def test_an_assertion_that_names_another_patient_finds_no_record():
    decision = ask(calling(a_doctor(), patient=OTHER_PATIENT), Verb.READ, a_document())
    assert (decision.rule, decision.conceal) == ("stranger-to-the-record", True)


def test_a_former_identifier_still_names_the_patient():
    record = a_record(identifiers=(OTHER_PATIENT, calling(HOLDER).patient))
    assert ask(calling(a_doctor()), Verb.READ, a_document(), record=record).allowed


def test_the_holder_of_another_record_and_somebody_who_represents_nobody_here_find_no_record():
    for actor in (Holder(OTHER_PATIENT), Representative("1", "X"), Representative("", "X")):
        decision = ask(calling(actor, patient=None), Verb.READ, a_document())
        assert (decision.rule, decision.conceal) == ("stranger-to-the-record", True)


def test_a_guardian_without_identifier_in_the_record_opens_nothing_to_a_representative_without_id():
    guardian = replace(a_record().guardians[0], identifier=None)
    caller = calling(Representative("", "X"))
    assert ask(caller, Verb.READ, record=a_record(guardians=(guardian,))).rule == "stranger-to-the-record"


# -- blocks

KEPT = {
    Verb.TEST_RECORD,
    Verb.RENOUNCE,
    Verb.SUBMIT,
    Verb.REPLACE,
    Verb.FIND_REFERENCE,
    Verb.DELETE,
}


@pytest.mark.parametrize("blocked", [NURSE, CABINET])
def test_who_is_blocked_in_person_or_with_his_structure_keeps_only_testing_feeding_and_his_own_documents(blocked):
    record = a_record(blocked=frozenset({blocked}))
    assert {verb for verb in Verb if ask(calling(a_professional()), verb, record=record).allowed} == KEPT
    for verb in (Verb.AUTHORISE, Verb.READ_IDENTITY, Verb.FIND, Verb.READ, Verb.MASK):
        assert ask(calling(a_professional()), verb, record=record).rule == "blocked-by-the-holder"


def test_a_blocked_attending_doctor_is_blocked():
    record = a_record(blocked=frozenset({DOCTOR}), attending=attended_by(DOCTOR))
    assert ask(calling(a_doctor()), Verb.READ, a_document(), record=record).rule == "blocked-by-the-holder"
    assert ask(calling(a_doctor()), Verb.LEAVE_ATTENDING, record=record).allowed


def test_a_blocked_professional_finds_the_reference_of_his_own_documents_alone():
    record = a_record(blocked=frozenset({NURSE}))
    assert ask(calling(a_professional()), Verb.FIND_REFERENCE, a_document(NURSE), record=record).allowed
    other = ask(calling(a_professional()), Verb.FIND_REFERENCE, a_document(), record=record)
    assert (other.rule, other.conceal) == ("blocked-beyond-own-documents", True)


@pytest.mark.parametrize("mode", [Mode.BREAK_GLASS, Mode.EMERGENCY_DISPATCH])
def test_a_professional_blocked_by_name_is_shut_out_of_the_emergency_modes_too(mode):
    record = a_record(blocked=frozenset({DOCTOR}))
    caller = calling(a_doctor(structure=CENTRE), mode)
    assert ask(caller, Verb.READ, a_document(), record=record).rule == "blocked-by-the-holder"


def test_a_block_of_the_structure_is_ignored_by_the_call_centre_and_by_nobody_else():
    record = a_record(blocked=frozenset({CENTRE}))
    doctor = a_doctor(structure=CENTRE)
    assert ask(calling(doctor, Mode.EMERGENCY_DISPATCH), Verb.READ, a_document(), record=record).allowed
    for mode in (Mode.NORMAL, Mode.BREAK_GLASS):
        assert ask(calling(doctor, mode), Verb.READ, a_document(), record=record).rule == "blocked-by-the-holder"


def test_a_structure_is_stopped_when_it_declares_a_blocked_user():
    record = a_record(blocked=frozenset({"declared"}))
    assert ask(calling(a_hospital()), Verb.READ_IDENTITY, record=record).rule == "blocked-by-the-holder"
    assert ask(calling(a_hospital()), Verb.SUBMIT, record=record).allowed


# -- professions, switches


@pytest.mark.parametrize("profession", ["81", "85", "71", "72", "73", "41", "99", "35"])
def test_a_profession_without_published_right_feeds_and_looks_up_its_own_and_reads_nothing(profession):
    caller = calling(a_professional(profession=profession))
    assert ask(caller, Verb.READ, a_document()).rule == "no-right-published"
    assert ask(caller, Verb.FIND).rule == "no-right-published"
    assert ask(caller, Verb.SUBMIT).allowed
    assert ask(caller, Verb.FIND_REFERENCE, a_document(NURSE)).allowed


@pytest.mark.parametrize("profession", ["69", "21", "50", "70"])
def test_a_profession_with_a_published_column_may_read(profession):
    assert ask(calling(a_professional(profession=profession)), Verb.READ, a_document()).allowed


def test_doctors_and_midwives_show_a_document_to_its_patient_and_others_by_a_switch():
    document = a_document(hidden_since=NOW)
    assert ask(calling(a_doctor()), Verb.RELEASE, document).allowed
    assert ask(calling(a_professional(profession="50")), Verb.RELEASE, document).allowed
    assert ask(calling(a_professional()), Verb.RELEASE, document).rule == "release-by-doctors-and-midwives"
    everybody = replace(POLICY, switches=Switches(every_professional_releases=True))
    assert ask(calling(a_professional()), Verb.RELEASE, document, policy=everybody).allowed


def test_record_management_by_professionals_can_be_switched_off():
    policy = load_policy(switches=Switches(record_management=False))
    management = (Verb.OPEN_RECORD, Verb.REOPEN_RECORD, Verb.CHANGE_IDENTITY, Verb.CLOSE_RECORD)
    for verb in management:
        assert ask(calling(a_doctor()), verb, policy=policy).rule == "record-management-switched-off"
    assert ask(calling(HOLDER), Verb.CLOSE_RECORD, policy=policy).allowed
    assert ask(calling(OPERATOR), Verb.OPEN_RECORD, policy=policy).allowed


def test_a_record_linked_to_the_health_space_is_changed_and_closed_there():
    record = a_record(linked_to_portal=True)
    for verb in (Verb.CHANGE_IDENTITY, Verb.CLOSE_RECORD):
        assert ask(calling(a_doctor()), verb, record=record).rule == "linked-to-the-portal"
        assert ask(calling(HOLDER), verb, record=record).allowed


# -- attending doctor, authorisations


def test_a_doctor_declares_himself_attending_with_a_valid_authorisation_in_normal_mode():
    assert ask(calling(a_doctor()), Verb.BECOME_ATTENDING).allowed
    without = a_record(authorisations=())
    assert ask(calling(a_doctor()), Verb.BECOME_ATTENDING, record=without).rule == "no-authorisation"
    for actor in (a_professional(), a_secretary(), a_hospital(), an_occupational_doctor()):
        assert ask(calling(actor), Verb.BECOME_ATTENDING).rule == "outside-matrix"
    assert ask(calling(a_doctor(), Mode.BREAK_GLASS), Verb.BECOME_ATTENDING).rule == "outside-matrix"


def test_only_the_attending_doctor_leaves_the_role_confirmed_or_not():
    for confirmed in (True, False):
        record = a_record(attending=attended_by(DOCTOR, confirmed=confirmed), authorisations=())
        assert ask(calling(a_doctor()), Verb.LEAVE_ATTENDING, record=record).allowed
    assert ask(calling(a_doctor()), Verb.LEAVE_ATTENDING).rule == "outside-matrix"


def test_the_confirmed_attending_doctor_needs_no_other_authorisation_and_the_unconfirmed_one_does():
    confirmed = a_record(attending=attended_by(DOCTOR), authorisations=())
    assert ask(calling(a_doctor()), Verb.READ, a_document(), record=confirmed).rule == "attending-doctor"
    declared = a_record(attending=attended_by(DOCTOR, confirmed=False), authorisations=())
    assert ask(calling(a_doctor()), Verb.READ, a_document(), record=declared).rule == "no-authorisation"


def test_an_authorisation_holds_from_its_first_instant_to_its_last_and_not_at_the_end():
    record = a_record(authorisations=(given(NURSE, days=1),))
    (authorisation,) = record.authorisations
    nurse, step = calling(a_professional()), timedelta(microseconds=1)
    assert ask(nurse, Verb.FIND, record=record, at=authorisation.start).allowed
    assert ask(nurse, Verb.FIND, record=record, at=authorisation.until - step).allowed
    assert ask(nurse, Verb.FIND, record=record, at=authorisation.until).rule == "authorisation-expired"
    assert ask(nurse, Verb.FIND, record=record, at=authorisation.start - step).rule == "no-authorisation"


def test_an_authorisation_of_the_structure_holds_for_the_professionals_who_act_there():
    record = a_record(authorisations=(given(CABINET),))
    assert ask(calling(a_professional()), Verb.READ, a_document(), record=record).rule == "valid-authorisation"
    elsewhere = calling(a_professional(structure=HOSPITAL))
    assert ask(elsewhere, Verb.READ, a_document(), record=record).rule == "no-authorisation"


def test_a_renewed_authorisation_counts_though_an_older_one_lapsed():
    record = a_record(authorisations=(given(NURSE, days=-3), given(NURSE)))
    assert ask(calling(a_professional()), Verb.FIND, record=record).allowed


def test_an_authorisation_of_nobody_authorises_nobody():
    record = a_record(authorisations=(given(""),))
    assert not ask(calling(a_professional("", structure="")), Verb.FIND, record=record).allowed


CARE = {Verb.FIND, Verb.READ, Verb.UNMASK, Verb.RELEASE, Verb.ARCHIVE, Verb.UNARCHIVE, Verb.BECOME_ATTENDING}
OPEN_TO_AUTHORS = {Verb.REPLACE, Verb.FIND_REFERENCE, Verb.MASK, Verb.DELETE}


def test_only_the_acts_that_read_or_change_documents_need_a_care_relation():
    record = a_record(authorisations=())
    wanting = {verb for verb in Verb if ask(calling(a_doctor()), verb, record=record).rule == "no-authorisation"}
    handed_out = OF_THE_DESK - {Verb.CLOSE_ACCOUNT}
    assert wanting == CARE | {Verb.RELEASE_TO_GUARDIANS, Verb.LIST_AUTHORISATIONS} | handed_out
    for verb in OPEN_TO_AUTHORS:
        assert ask(calling(a_doctor()), verb, record=record).rule == "each-document-is-asked"


def test_the_occupational_doctor_needs_an_authorisation_that_the_holder_gave_himself():
    assert ask(calling(an_occupational_doctor()), Verb.FIND).allowed
    by_himself = a_record(authorisations=(given(OCCUPATIONAL),))
    assert ask(calling(an_occupational_doctor()), Verb.FIND, record=by_himself).rule == "no-authorisation"


def test_the_occupational_doctor_looks_up_and_does_not_open_unless_the_law_based_switch_is_on():
    document = a_document()
    assert ask(calling(an_occupational_doctor()), Verb.FIND, document).allowed
    refused = ask(calling(an_occupational_doctor()), Verb.READ, document)
    assert (refused.rule, refused.conceal) == ("outside-matrix", False)
    law = replace(POLICY, switches=Switches(occupational_doctor_reads=True))
    assert ask(calling(an_occupational_doctor()), Verb.READ, document, policy=law).allowed
    assert not ask(calling(an_occupational_doctor()), Verb.READ, a_document(masked=True), policy=law).allowed


def test_other_professions_of_an_occupational_health_service_stand_in_the_same_column():
    nurse = a_professional(OCCUPATIONAL, sector="SA66")
    assert ask(calling(nurse), Verb.READ, a_document()).rule == "outside-matrix"
    assert ask(calling(nurse), Verb.FIND).allowed


# -- secret connection


def test_a_secret_connection_is_refused_for_who_is_surely_an_adult():
    caller = calling(a_doctor(), secret=True)
    for birth, rule in (
        ("2008-03-02", "secret-connection-of-an-adult"),
        ("2008-03-03", "act-without-care-relation"),
        ("2008-03", "act-without-care-relation"),
        ("2008-02", "secret-connection-of-an-adult"),
        ("2008-00-00", "act-without-care-relation"),
        ("2007", "secret-connection-of-an-adult"),
        ("1979-31-99", "secret-connection-of-an-adult"),
        ("", "act-without-care-relation"),
    ):
        assert ask(caller, Verb.SUBMIT, record=a_record(traits=traits(birth))).rule == rule, birth
    assert ask(caller, Verb.SUBMIT).allowed


def test_a_document_is_hidden_from_representatives_in_secret_connection_alone():
    assert ask(calling(a_doctor()), Verb.HIDE_FROM_GUARDIANS, a_document()).rule == "not-in-secret-connection"
    assert ask(calling(a_doctor(), secret=True), Verb.HIDE_FROM_GUARDIANS, a_document()).allowed


# -- citizens, operator, structures


def test_the_holder_does_what_is_his_and_no_announcement_nor_declaration_of_professionals():
    refused = {verb for verb in Verb if not ask(calling(HOLDER), verb).allowed}
    assert refused - OF_THE_OPERATOR - OF_THE_SERVICE - REMOVALS == {
        Verb.AUTHORISE,
        Verb.RENOUNCE,
        Verb.BECOME_ATTENDING,
        Verb.LEAVE_ATTENDING,
        Verb.LIST_RECORDS,
        Verb.FIND_PATIENTS,
        Verb.RELEASE,
        Verb.HIDE_FROM_GUARDIANS,
        Verb.LEAVE_DELEGATION,
        Verb.ASK_AS_HEIR,
        Verb.DECLARE_CARE,
        Verb.ANSWER_QUESTION,
        Verb.REVIEW_CASE,
        Verb.CREATE_ACCOUNT,
        Verb.RENEW_ACCOUNT,
        Verb.CLOSE_ACCOUNT,
    }


def test_a_representative_neither_opens_closes_nor_changes_the_identity():
    holder = {verb for verb in Verb if ask(calling(HOLDER), verb).allowed}
    mother = {verb for verb in Verb if ask(calling(MOTHER), verb).allowed}
    assert holder - mother == {
        Verb.OPEN_RECORD,
        Verb.REOPEN_RECORD,
        Verb.CHANGE_IDENTITY,
        Verb.CLOSE_RECORD,
        Verb.RELEASE_TO_GUARDIANS,
        Verb.LIST_AUTHORISATIONS,
        Verb.SIMULATE_PERSON,
        Verb.CHANGE_CHANNEL,
        Verb.OPPOSE_OPENING,
        Verb.NAME_DELEGATE,
        Verb.REVOKE_DELEGATE,
        Verb.OPPOSE_HEIRS,
        Verb.ASK_ABOUT_ACCESS,
        Verb.KEEP_NOTES,
        Verb.VIEW_SETTINGS,
        Verb.ASK_DESTRUCTION,
    }
    assert mother - holder == {Verb.ASK_AS_HEIR, Verb.LIST_RECORDS}


def test_the_operator_manages_records_and_never_sees_a_document():
    allowed = {verb for verb in Verb if ask(calling(OPERATOR), verb).allowed}
    administrative = {Verb.READ_IDENTITY, Verb.CHANGE_IDENTITY}
    of_a_record = {Verb.TEST_RECORD, Verb.OPEN_RECORD, Verb.REOPEN_RECORD, Verb.CLOSE_RECORD}
    of_people = {Verb.LIST_PEOPLE, Verb.REVOKE_DELEGATE, Verb.ASK_AS_HEIR, Verb.SEARCH_DIRECTORY}
    decided = {Verb.AUTHORISE_OTHER, Verb.WITHDRAW, Verb.BLOCK, Verb.UNBLOCK, Verb.HIDE_EVERYTHING}
    decided |= {Verb.CONFIRM_ATTENDING, Verb.REMOVE_ATTENDING, Verb.CHOOSE_FOR_EMERGENCIES}
    decided |= {Verb.DECLARE_CARE, Verb.OPPOSE_CARE, Verb.OPPOSE_OPENING}
    assert allowed == administrative | of_a_record | OF_THE_OPERATOR | OF_THE_DESK | of_people | decided
    for verb in set(Verb) - allowed:
        decision = ask(calling(OPERATOR), verb, a_document())
        sent_by_himself = verb is Verb.SUBMIT
        assert (decision.allowed, decision.conceal) == (False, not sent_by_himself)


def test_an_administrator_removes_and_does_nothing_else():
    caller = calling(ADMINISTRATOR)
    assert {verb for verb in Verb if ask(caller, verb).allowed} == REMOVALS
    for verb in set(Verb) - REMOVALS:
        assert ask(caller, verb, a_document()).rule in ("outside-matrix", "not-in-secret-connection"), verb


def test_nobody_else_removes():
    for actor in (a_professional(), a_doctor(), a_hospital(), a_secretary(), HOLDER, MOTHER, OPERATOR):
        for verb in REMOVALS:
            decision = ask(replace(calling(actor), reason="a good one"), verb)
            assert (decision.allowed, decision.rule) == (False, "outside-matrix")


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_removal_without_a_reason_is_refused(reason):
    assert ask(replace(calling(ADMINISTRATOR), reason=reason), Verb.REMOVE_METADATA).rule == "removal-without-reason"


def test_a_legal_hold_stops_removals_and_nothing_else():
    record = a_record(legal_hold=LegalHold(NOW, "inquiry", "ops-1"))
    for verb in REMOVALS:
        assert ask(calling(ADMINISTRATOR), verb, record=record).rule == "under-legal-hold"
    assert ask(calling(OPERATOR), Verb.LIFT_HOLD, record=record).allowed
    assert ask(calling(a_doctor()), Verb.READ, a_document(), record=record).allowed


def test_a_removal_for_another_patient_than_the_one_of_the_assertion_finds_no_record():
    caller = replace(calling(ADMINISTRATOR), patient=OTHER_PATIENT)
    assert ask(caller, Verb.REMOVE_DOCUMENTS).rule == "stranger-to-the-record"


def test_a_structure_reads_nothing_whatever_authorisation_it_has():
    record = a_record(authorisations=(given(HOSPITAL, by_holder=True),))
    own = a_document(deposit=sent_by(HOSPITAL))
    for verb in (Verb.FIND, Verb.READ):
        assert ask(calling(a_hospital()), verb, own, record=record).rule == "outside-matrix"
