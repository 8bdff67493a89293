"""What an assertion claims against what the directory knows: profession, know-how, sector (xds-wire 8.4-9)."""

from dataclasses import replace

import pytest
from saml_world import (
    DOCTOR,
    NURSE,
    SECRETARY,
    Register,
    World,
    a_line,
    a_request,
    an_air_request,
    an_attempt,
    the_world,
)

from dmp.record.actor import Professional
from dmp.record.codes import Code
from dmp.record.errors import AssertionRefused, DmpCode
from dmp.wire.vihf import vocabulary as words

OTHER_PROFESSION = "directory: the user is known in another profession"
OTHER_KNOW_HOW = "directory: the user is not known for this know-how"
OTHER_SECTOR = "directory: the structure is known in another sector"
IN_TRAINING = (Code("10", words.PROFESSIONS_IN_TRAINING), DOCTOR[1])
PHARMACIST = (Code("21", words.PROFESSIONS), Code("A", words.PHARMACY_SECTIONS))
BY_ROLE = (Code("99", words.OTHER_PROFESSIONS), Code("313", words.ROLES_IN_CARE))


@pytest.fixture
def world() -> World:
    return the_world()


def known(world: World, holder: str, **told: object) -> Register:
    """The directory, knowing more of one professional."""
    person = world.holders[holder].person
    line = replace(world.register.professionals[person.national_id], **told)
    return replace(world.register, professionals={**world.register.professionals, person.national_id: line})


def in_sector(world: World, holder: str, sector: str) -> Register:
    """The directory, knowing the sector of one structure."""
    person = world.holders[holder].person
    line = a_line(person.structure_name, sector=sector)
    return replace(world.register, structures={**world.register.structures, person.structure: line})


def refusal(attempt) -> str:
    with pytest.raises(AssertionRefused) as refused:
        attempt.run()
    assert refused.value.answer is DmpCode.INVALID_VIHF
    return refused.value.reason


@pytest.mark.parametrize("roles", [NURSE, SECRETARY, BY_ROLE, PHARMACIST])
def test_a_professional_may_not_claim_another_profession(world: World, roles: tuple[Code, ...]):
    request = a_request(world.holders["doctor"], roles=roles)

    assert refusal(an_attempt(world, request=request, register=known(world, "doctor", profession="10"))) == (
        OTHER_PROFESSION
    )


def test_a_pharmacist_may_not_call_himself_a_doctor(world: World):
    request = a_request(world.holders["pharmacist"], roles=DOCTOR)
    register = known(world, "pharmacist", profession="21", know_hows=("A",))

    assert refusal(an_attempt(world, "pharmacist", request=request, register=register)) == OTHER_PROFESSION


def test_an_occupational_doctor_may_not_leave_his_know_how_at_home(world: World):
    request = a_request(world.holders["occupational_doctor"], roles=DOCTOR)
    register = known(world, "occupational_doctor", profession="10", know_hows=("SM25",))

    assert refusal(an_attempt(world, "occupational_doctor", request=request, register=register)) == OTHER_KNOW_HOW


@pytest.mark.parametrize("make", [an_air_request, lambda world, **how: a_request(world.holders["hospital"], **how)])
def test_a_structure_may_not_claim_another_profession_for_its_user(world: World, make):
    request = make(world, roles=DOCTOR, user=world.holders["nurse"].person.national_id)

    assert refusal(an_attempt(world, "hospital", request=request, register=known(world, "nurse", profession="60"))) == (
        OTHER_PROFESSION
    )


def test_an_insurer_may_not_claim_the_sector_of_a_practice(world: World):
    request = a_request(world.holders["insurer"], sector="SA07")

    assert refusal(an_attempt(world, "insurer", request=request, register=in_sector(world, "insurer", "SA23"))) == (
        OTHER_SECTOR
    )


@pytest.mark.parametrize(
    "told",
    [
        {"profession": "10", "know_hows": ("SM26",)},
        {"profession": "10", "know_hows": ("SM54", "SM26")},
        {"profession": "10"},
        {"know_hows": ("SM26",)},
        {},
    ],
)
def test_what_the_directory_knows_or_does_not_know_is_accepted(world: World, told: dict[str, object]):
    attempt = an_attempt(world, register=known(world, "doctor", **told))

    assert isinstance(attempt.run()[0].actor, Professional)


def test_a_doctor_in_training_is_of_the_profession_of_doctors(world: World):
    request = a_request(world.holders["doctor"], roles=IN_TRAINING)

    attempt = an_attempt(world, request=request, register=known(world, "doctor", profession="10"))

    assert isinstance(attempt.run()[0].actor, Professional)


def test_a_user_without_national_id_is_not_looked_up(world: World):
    attempt = an_attempt(world, "hospital", register=in_sector(world, "hospital", "SA01"))

    assert attempt.run()[0].actor.role == "10"
