"""Who may read, my records, who is this person: TD1.6, TD0.4, TD0.5 (functional 3.3 and 4, xds-wire 9.3 to 9.5)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dmp.client import CallRefused, DmpClient
from dmp.record.actor import Mode
from dmp.record.lists import AuthorisationMode, DateKind, FoundPerson, RecordLine
from dmp.record.patient import Sex
from dmp.record.record import ClosingReason, Oppositions
from dmp.wire import habilitations_list, patient_list
from journey_builders import DAY, MASKED, Envelope, Story, post

REFUSED = "DMPAccessDeniedByRightsService"
ACTIVE, FORBIDDEN, ALL = AuthorisationMode.ACTIVE, AuthorisationMode.FORBIDDEN, AuthorisationMode.ALL
BY_DOCUMENT = DateKind.LAST_DOCUMENT


def user(story: Story, holder: str) -> str:
    return story.by(holder).credentials.user


def structure(story: Story, holder: str) -> str:
    return story.by(holder).credentials.facility.id


def centre(story: Story, holder: str = "regulation_centre", doctor: str = "doctor2") -> DmpClient:
    return story.by(holder, standing_for=doctor, air=True).in_mode(Mode.EMERGENCY_DISPATCH)


# -- TD1.6: who is authorised, who is blocked


def listed(client: DmpClient, story: Story, mode: AuthorisationMode = ALL) -> set[tuple[str, str]]:
    return {(line.id, line.mode.value) for line in client.list_authorisations(story.patient, mode)}


def test_who_is_let_in_and_who_is_kept_out_is_listed_to_who_may_read(story):
    story.opened("doctor", "nurse", "secretary").block("pharmacist")

    with story.one_trace() as seen:
        lines = story.doctor.list_authorisations(story.patient)

    assert [(line.id, line.mode) for line in lines if line.mode is FORBIDDEN] == [
        (user(story, "pharmacist"), FORBIDDEN)
    ]
    assert listed(story.doctor, story, ACTIVE) == {
        (user(story, "doctor"), "ACTIVE"),
        (user(story, "nurse"), "ACTIVE"),
        (structure(story, "hospital"), "ACTIVE"),
    }
    assert listed(story.doctor, story, FORBIDDEN) == {(user(story, "pharmacist"), "INTERDITE")}
    assert (seen.trace.verb, seen.trace.outcome, seen.trace.rules) == ("TD1.6", "done", ("valid-authorisation",))


def test_a_line_tells_name_specialty_and_dates(story):
    story.opened("doctor").doctor.become_attending(story.patient)
    (line,) = story.doctor.list_authorisations(story.patient)
    (given,) = story.record().authorisations

    assert line.authority == "1.2.250.1.71.4.2.1"
    assert line.family.endswith("-TEST")
    assert line.given
    assert [specialty.code for specialty in line.specialties] == ["G15_10/SM26"]
    assert line.start == given.start.replace(microsecond=0)
    assert line.last_action == given.last_action.replace(microsecond=0)
    assert line.attending


def test_a_structure_is_told_by_its_name(story):
    story.opened("doctor", "secretary")
    (line,) = [one for one in story.doctor.list_authorisations(story.patient) if one.id == structure(story, "hospital")]
    assert (line.authority, line.given, line.specialties) == ("1.2.250.1.71.4.2.2", "", ())
    assert line.family == story.by("hospital").credentials.facility.name


def test_who_has_given_up_lapsed_or_is_blocked_is_not_among_the_authorised(story):
    story.opened("doctor", "nurse", "biologist", "pharmacist").block("pharmacist")
    story.nurse.renounce(story.patient)
    lapsed = user(story, "biologist")
    story.change(
        lambda record: replace(
            record,
            authorisations=tuple(
                replace(given, until=datetime.now(UTC) - DAY) if given.subject == lapsed else given
                for given in record.authorisations
            ),
        )
    )
    assert listed(story.doctor, story, ACTIVE) == {(user(story, "doctor"), "ACTIVE")}


@pytest.mark.parametrize(
    ("holder", "rule"),
    [
        ("nurse", "no-authorisation"),
        ("secretary", "outside-matrix"),
        ("occupational_doctor", "no-authorisation"),
        ("insurer", "sector-shut-out"),
    ],
)
def test_who_has_no_right_to_the_list_is_refused(story, holder, rule):
    story.opened("doctor")
    with story.refused(REFUSED) as seen:
        story.by(holder).list_authorisations(story.patient)
    assert seen.said == rule


@pytest.mark.parametrize(("mode", "reason"), [(Mode.BREAK_GLASS, "Personne inconsciente")])
def test_no_emergency_opens_the_list(story, mode, reason):
    story.opened("doctor")
    with story.refused(REFUSED) as seen:
        story.doctor.in_mode(mode, reason).list_authorisations(story.patient)
    assert seen.said == "outside-matrix"
    with story.refused(REFUSED):
        centre(story).list_authorisations(story.patient)


def test_who_is_blocked_learns_neither_who_else_is_nor_who_reads(story):
    story.opened("doctor", "nurse").block("nurse")
    with story.refused(REFUSED) as seen:
        story.nurse.list_authorisations(story.patient)
    assert seen.said == "blocked-by-the-holder"


def test_a_closed_or_absent_record_has_no_list(story):
    with story.refused("DMPNotFound"):
        story.doctor.list_authorisations(story.patient)
    story.opened("doctor").doctor.close_record(story.patient, ClosingReason.PATIENT_REQUEST)
    with story.refused("DMPClosed"):
        story.doctor.list_authorisations(story.patient)


def test_both_spellings_of_the_list_are_answered_and_an_unknown_mode_is_named(story):
    story.opened("nurse")
    body = habilitations_list.write_list_request(ALL)
    for action in habilitations_list.ACTIONS:
        answer = post(story, "nurse", "habilitations", Envelope(action, body))
        assert habilitations_list.read_list(answer.body).status == "DMPOk"
    body[0].text = "TOUS"
    answer = habilitations_list.read_list(
        post(story, "nurse", "habilitations", Envelope(habilitations_list.ACTIONS[0], body)).body
    )
    assert (answer.status, answer.lines) == ("DMPInvalidMessage", ())
    assert "listAuthorizationByPatient/mode" in answer.context


# -- TD0.4: my records


def mine(client: DmpClient, story: Story, *args: Any, **how: Any) -> RecordLine | None:
    """The line of this story's record; other tests have records in the same service."""
    lines = client.my_records(*args, **how)
    found = [line for line in lines if story.patient in line.identifiers]
    assert len(found) <= 1
    return found[0] if found else None


def test_a_record_that_lets_me_in_is_among_mine_on_both_engines(story_on_both):
    story = story_on_both.opened("nurse")

    with story.one_trace() as seen:
        line = mine(story.nurse, story)

    assert line is not None
    assert line.traits.birth_name == story.person.traits.birth_name
    assert line.traits.birth_date == story.person.traits.birth_date
    assert (line.attending, line.updated, line.added) == (False, None, None)
    assert mine(story.by("pharmacist"), story) is None
    assert (seen.trace.verb, seen.trace.record, seen.trace.outcome) == ("TD0.4", "", "done")
    assert seen.trace.touched == ()


def test_the_list_tells_of_the_attending_doctor_and_of_the_last_documents(story):
    story.opened("doctor").doctor.become_attending(story.patient)
    first = story.fed("Première")
    line = mine(story.doctor, story)
    at = story.kept(first).deposit.at.replace(microsecond=0)
    assert (line.attending, line.updated, line.added) == (True, at, at)


def test_a_masked_document_moves_no_date_and_puts_no_record_into_the_list(story):
    story.opened("doctor", "nurse")
    before = mine(story.nurse, story)
    since = datetime.now(UTC) - timedelta(seconds=2)

    story.fed("Masquée", visibility=MASKED)

    assert mine(story.nurse, story) == before
    assert mine(story.nurse, story, BY_DOCUMENT, since=since) is None
    assert mine(story.doctor, story, BY_DOCUMENT, since=since) is not None

    story.fed("Visible")
    assert mine(story.nurse, story, BY_DOCUMENT, since=since) is not None


def test_a_date_leaves_out_what_is_older(story):
    story.opened("nurse")
    tomorrow = datetime.now(UTC) + DAY
    assert mine(story.nurse, story, since=datetime.now(UTC) - DAY) is not None
    assert mine(story.nurse, story, since=tomorrow) is None
    assert mine(story.nurse, story, BY_DOCUMENT) is not None
    assert mine(story.nurse, story, BY_DOCUMENT, since=datetime.now(UTC) - DAY) is None


def _renounced(story: Story) -> None:
    story.nurse.renounce(story.patient)


def _blocked(story: Story) -> None:
    story.block("nurse")


def _structure_blocked(story: Story) -> None:
    story.block("nurse", structure=True)


def _closed(story: Story) -> None:
    story.doctor.close_record(story.patient, ClosingReason.PATIENT_REQUEST)


def _lapsed(story: Story) -> None:
    story.change(
        lambda record: replace(
            record,
            authorisations=tuple(replace(a, until=datetime.now(UTC) - DAY) for a in record.authorisations),
        )
    )


@pytest.mark.parametrize("how", [_renounced, _blocked, _structure_blocked, _closed, _lapsed])
def test_a_record_that_lets_me_in_no_more_is_not_among_mine(story, how):
    story.opened("nurse")
    assert mine(story.nurse, story) is not None
    others = len(story.nurse.my_records())

    how(story)

    assert mine(story.nurse, story) is None
    assert len(story.nurse.my_records()) == others - 1


def test_a_record_that_is_reopened_is_mine_again_once_i_am_let_in_again(story):
    story.opened("nurse")
    _closed(story)
    story.doctor.reopen_record(story.patient)
    assert mine(story.nurse, story) is None
    story.nurse.authorise(story.patient)
    assert mine(story.nurse, story) is not None


def test_the_confirmed_attending_doctor_keeps_the_record_in_his_list(story):
    story.opened("doctor").doctor.become_attending(story.patient)
    _lapsed(story)
    assert mine(story.doctor, story) is None
    story.confirm_attending()
    assert mine(story.doctor, story) is not None


def test_a_secretary_lists_what_let_her_structure_in_and_what_its_professionals_have(story):
    story.opened("secretary")
    assert mine(story.by("secretary"), story) is not None
    assert mine(story.doctor, story) is None
    with story.refused(REFUSED) as seen:
        story.by("secretary").my_records(owner=user(story, "nurse"))
    assert "n'exerce pas" in seen.told
    assert seen.trace.touched[0].unique_id == user(story, "nurse")


def test_a_professional_has_his_own_list_and_no_other(story):
    story.opened("doctor", "nurse")
    assert mine(story.nurse, story, owner=user(story, "nurse")) is not None
    with story.refused(REFUSED):
        story.nurse.my_records(owner=user(story, "doctor"))


def test_a_structure_lists_its_new_authorisations_by_date_alone(story):
    story.opened("doctor", "secretary")
    hospital = story.by("hospital", standing_for="doctor2")
    assert mine(hospital, story, since=datetime.now(UTC) - DAY) is not None
    for how in ({}, {"date": BY_DOCUMENT, "since": datetime.now(UTC) - DAY}):
        with story.refused("DMPInvalidMessage") as seen:
            hospital.my_records(**how)
        assert "startDate" in seen.told


def test_shut_out_sectors_and_structures_in_emergency_have_no_list(story):
    with story.refused(REFUSED) as seen:
        story.by("insurer").my_records()
    assert seen.said == "sector-shut-out"
    with story.refused(REFUSED) as seen:
        story.by("regulation_centre", standing_for="doctor2").in_mode(Mode.EMERGENCY_DISPATCH).my_records(
            since=datetime.now(UTC) - DAY
        )
    assert seen.said == "outside-matrix"


def test_both_spellings_of_my_records_are_answered_and_what_is_wrong_is_named(story):
    story.opened("nurse")
    request = patient_list.RecordListRequest(DateKind.LAST_AUTHORISATION, datetime.now(UTC))
    for action in patient_list.ACTIONS:
        answer = post(story, "nurse", "patients", Envelope(action, patient_list.write_list_request(request)))
        assert patient_list.read_list(answer.body).status == "DMPOk"
    for element in ("startDate", "dateType"):
        body = patient_list.write_list_request(request)
        body.find(f"{{{patient_list.PAT}}}{element}").text = "DEMAIN"
        answer = patient_list.read_list(post(story, "nurse", "patients", Envelope(patient_list.ACTIONS[0], body)).body)
        assert answer.status == "DMPInvalidMessage"
        assert f"patientList/{element}" in answer.context


def test_an_assertion_that_names_a_patient_lists_his_record_at_most(story):
    story.opened("nurse")
    body = patient_list.write_list_request(patient_list.RecordListRequest(DateKind.LAST_AUTHORISATION))
    answer = patient_list.read_list(post(story, "nurse", "patients", Envelope(patient_list.ACTIONS[0], body)).body)
    assert [line.identifiers[0] for line in answer.lines] == [story.patient]


def test_records_that_become_one_are_one_line_and_are_two_lines_again(story, child):
    other = Story(story.sandbox, replace(story.person, patient=child.patient)).opened("nurse")
    story.opened("nurse", "doctor")
    names, desk = (other.patient.number, story.patient.number), story.sandbox.operations

    desk.merge(*names, operator="alice", reason="Doublon")
    desk.confirm_merge(*names, operator="bob", reason="Doublon")
    line = mine(story.nurse, story)
    assert line == mine(story.nurse, other)
    assert line.identifiers == (story.patient, other.patient)
    assert mine(story.doctor, story) is None

    desk.split(other.patient.number, operator="alice", reason="Deux personnes")
    desk.confirm_split(other.patient.number, operator="bob", reason="Deux personnes")
    assert [one.identifiers for one in (mine(story.nurse, story), mine(story.nurse, other))] == [
        (story.patient,),
        (other.patient,),
    ]
    assert mine(story.doctor, story) is not None


# -- TD0.5: who is this?


def found(client: DmpClient, story: Story, **changes: Any) -> FoundPerson | None:
    traits = story.person.traits
    asked = {"given": traits.birth_first_name, "birth_date": traits.birth_date, **changes}
    persons = client.find_patients(asked.pop("family", traits.birth_name), asked.pop("given"), **asked)
    return next((one for one in persons if story.patient in one.identifiers), None)


def test_a_regulation_centre_finds_a_person_by_traits_on_both_engines(story_on_both):
    story = story_on_both.opened()
    person = found(centre(story), story)
    assert person is not None
    assert (person.traits.birth_name, person.traits.birth_date, person.traits.sex) == (
        story.person.traits.birth_name,
        story.person.traits.birth_date,
        story.person.traits.sex,
    )


def test_names_are_found_however_they_are_written_and_with_either_second_trait(story):
    story.opened()
    traits = story.person.traits
    assert found(centre(story), story, family=traits.birth_name.lower(), birth_date="") is not None
    assert found(centre(story), story, given="") is not None
    assert found(centre(story), story, sex=traits.sex, birth_date=traits.birth_date[:4]) is not None


def test_every_trait_that_is_given_must_be_the_persons(story):
    story.opened()
    other = Sex.MALE if story.person.traits.sex is Sex.FEMALE else Sex.FEMALE
    for changes in ({"given": "Personne"}, {"birth_date": "1901-01-01"}, {"sex": other}, {"city": "Nulle-Part"}):
        assert found(centre(story), story, **changes) is None


def test_the_search_and_its_criteria_are_in_the_traces_and_the_record_keeps_one(story):
    story.opened()
    before = set(story._trace_names())
    assert found(centre(story), story) is not None
    new = [story._trace(*name) for name in story._trace_names() if name not in before]

    assert {trace.verb for trace in new} == {"TD0.5"}
    kept = {trace.record for trace in new}
    assert {"", story.record().key} <= kept
    for trace in new:
        assert trace.who.mode == "centre_15"
        assert f"family={story.person.traits.birth_name}" in {one.unique_id for one in trace.touched}


def test_who_opposed_is_never_found(story):
    story.opened()
    assert found(centre(story), story) is not None
    story.change(lambda record: replace(record, oppositions=Oppositions(emergency_dispatch=True)))
    assert found(centre(story), story) is None


def test_who_blocked_the_caller_in_person_is_not_found_by_him(story):
    story.opened().block("doctor2")
    assert found(centre(story), story) is None
    story.change(lambda record: replace(record, blocked=frozenset()))
    story.block("regulation_centre", structure=True)
    assert found(centre(story), story) is not None


def test_a_closed_record_is_not_found(story):
    story.opened("doctor")
    _closed(story)
    assert found(centre(story), story) is None


def test_a_family_name_alone_finds_nobody(story):
    story.opened()
    with story.refused("DMPInvalidMessage") as seen:
        centre(story).find_patients(story.person.traits.birth_name)
    assert "livingSubjectName" in seen.told
    assert f"family={story.person.traits.birth_name}" in {one.unique_id for one in seen.trace.touched}


@pytest.mark.parametrize("holder", ["doctor", "nurse", "secretary", "insurer"])
def test_nobody_else_searches_without_identifier(story, holder):
    story.opened("doctor")
    with story.refused(REFUSED):
        found(story.by(holder), story)


def test_another_structure_in_that_mode_searches_nothing(story):
    story.opened()
    with story.refused(REFUSED) as seen:
        found(centre(story, "hospital"), story)
    assert seen.said == "not-a-regulation-centre"


def test_a_refused_search_says_the_same_whether_the_person_exists_or_not(story):
    answers = []
    for _ in range(2):
        with pytest.raises(CallRefused) as refused:
            found(story.doctor, story)
        answers.append(str(refused.value))
        if len(answers) == 1:
            story.opened()
    assert answers[0] == answers[1]
