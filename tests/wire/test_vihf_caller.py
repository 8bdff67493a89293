"""Who calls, once the assertion is verified: actor, mode, patient, software."""

from dataclasses import replace
from datetime import timedelta

import pytest
from saml_world import (
    ASSERTION_ID,
    DOCTOR,
    NURSE,
    PATIENT,
    SECRETARY,
    Attempt,
    World,
    a_line,
    a_request,
    an_air_request,
    an_attempt,
    the_world,
)

from dmp.record.actor import (
    Actor,
    Authentication,
    Caller,
    ClientSystem,
    Facility,
    FacilitySoftware,
    Mode,
    Professional,
    Staff,
)
from dmp.record.codes import Code
from dmp.record.errors import AssertionRefused
from dmp.wire.vihf import vocabulary as words
from dmp.wire.vihf.verify import check_patient, is_national

HOSPITAL = Facility("1990000028", "Centre hospitalier Test de Valbonne", "SA01")
PRACTICE = Facility("499900000011001", "Cabinet Test du Dr Arnoux", "SA07")


@pytest.fixture
def world() -> World:
    return the_world()


def actor_of(attempt: Attempt) -> Actor:
    return attempt.run()[0].actor


def test_a_doctor_with_his_card_is_a_professional_named_by_the_card(world: World):
    caller, _ = an_attempt(world).run()

    assert caller == Caller(
        actor=Professional("899900000011", "Claire ARNOUX-TEST", "10", "SM26", PRACTICE, Authentication.DIRECT),
        mode=Mode.NORMAL,
        patient=PATIENT,
        client=ClientSystem("Logiciel Test", "4.2", "HOM-TEST-1", "SN-1"),
        assertion=ASSERTION_ID,
    )


def test_a_secretary_with_a_staff_card_is_staff_of_her_structure(world: World):
    assert actor_of(an_attempt(world, "secretary")) == Staff(
        "3990000028/1001", "Nadia HAMON-TEST", "SECRETARIAT_MEDICAL", HOSPITAL, Authentication.DIRECT
    )


def test_somebody_known_by_his_role_in_care_is_staff_of_that_role(world: World):
    roles = (Code("99", words.OTHER_PROFESSIONS), Code("313", words.ROLES_IN_CARE))
    actor = actor_of(an_attempt(world, request=a_request(world.holders["doctor"], roles=roles)))

    assert actor == Staff("899900000011", "Claire ARNOUX-TEST", "313", PRACTICE, Authentication.DIRECT)


def test_a_hospital_acts_through_its_software_for_a_user_it_only_declares(world: World):
    assert actor_of(an_attempt(world, "hospital")) == FacilitySoftware(
        HOSPITAL, "1990000028/77", "Alix MOREL-TEST", "10", "SM26"
    )


def test_a_user_authenticated_by_his_hospital_is_a_professional_in_person(world: World):
    actor = actor_of(an_attempt(world, "hospital", request=an_air_request(world)))

    assert actor == Professional("899900000011", "Alix MOREL-TEST", "10", "SM26", HOSPITAL, Authentication.REINFORCED)


def test_an_employee_authenticated_by_his_hospital_is_staff(world: World):
    request = an_air_request(world, roles=SECRETARY, user="1990000028/77")

    assert actor_of(an_attempt(world, "hospital", request=request)) == Staff(
        "1990000028/77", "Alix MOREL-TEST", "SECRETARIAT_MEDICAL", HOSPITAL, Authentication.REINFORCED
    )


def test_the_facility_is_the_site_in_the_assertion_not_the_legal_entity_of_the_certificate(world: World):
    register = replace(world.register, structures={"1990000119": a_line("Site nord", parent="1990000028")})
    request = a_request(world.holders["hospital"], structure="1990000119")
    actor = actor_of(an_attempt(world, "hospital", request=request, register=register))

    assert isinstance(actor, FacilitySoftware)
    assert actor.facility == Facility("1990000119", "Site nord", "SA01")


def test_break_glass_keeps_its_reason_word_for_word(world: World):
    request = a_request(world.holders["doctor"], purpose=Mode.BREAK_GLASS, reason="  Coma, <aucun> proche & seul ")
    caller, _ = an_attempt(world, request=request).run()

    assert (caller.mode, caller.reason) == (Mode.BREAK_GLASS, "  Coma, <aucun> proche & seul ")


def test_a_secret_connection_and_an_act_without_patient_are_told(world: World):
    request = a_request(world.holders["doctor"], secret=True, patient=None)
    caller, _ = an_attempt(world, request=request).run()

    assert (caller.secret, caller.patient) == (True, None)


def test_the_patient_of_the_body_may_be_the_one_of_the_assertion(world: World):
    _, vihf = an_attempt(world).run()

    check_patient(vihf, PATIENT)


@pytest.mark.parametrize(
    ("holder", "age", "accepted"),
    [
        ("hospital", timedelta(minutes=30), True),
        ("hospital", timedelta(minutes=30, seconds=1), False),
        ("doctor", timedelta(hours=8), True),
        ("doctor", timedelta(hours=8, seconds=1), False),
        ("doctor", -timedelta(minutes=5), True),
        ("doctor", -timedelta(minutes=5, seconds=1), False),
    ],
)
def test_an_assertion_lives_exactly_as_long_as_its_mode_allows(
    world: World, holder: str, age: timedelta, accepted: bool
):
    attempt = an_attempt(world, holder, issued=age)
    if accepted:
        attempt.run()
    else:
        with pytest.raises(AssertionRefused, match=r"^time: "):
            attempt.run()


def test_a_refused_assertion_is_not_remembered(world: World):
    attempt = an_attempt(world, request=a_request(world.holders["doctor"], roles=(DOCTOR[0],)))
    with pytest.raises(AssertionRefused):
        attempt.run()

    assert attempt.memory.seen == {}


def test_a_nurse_does_not_become_a_doctor_by_the_name_of_the_system_alone(world: World):
    request = a_request(world.holders["nurse"], roles=(NURSE[0], DOCTOR[1]))
    actor = actor_of(an_attempt(world, "nurse", request=request))

    assert isinstance(actor, Professional)
    assert actor.profession == "60"


@pytest.mark.parametrize(
    ("user", "national"),
    [
        ("899900000011", True),
        ("0123456789", True),
        ("02A3456789", True),
        ("8999000000110", False),
        ("89990000001", False),
        ("8９99００００0011", False),
        ("3990000028/1001", False),
        ("", False),
    ],
)
def test_a_national_id_is_eight_and_rpps_or_zero_and_adeli(user: str, national: bool):
    assert is_national(user) is national
