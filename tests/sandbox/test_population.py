import re
from datetime import date

from dmp.record.actor import Facility, Professional
from dmp.record.facility import FacilityId
from dmp.record.ins import InsKind, check_ins, normalised, same_person
from dmp.record.nomenclature import Nomenclature, role_known, value_set
from dmp.record.patient import Contact, IdentityTraits, PatientId, Sex
from dmp.record.professional import ProfessionalId, know_how_of, needs_know_how
from dmp.sandbox.population import MARK, REFERENCE_DAY, Person, Practitioner, people, practitioners, structures

CROWD = people(7, 400)


def test_the_same_seed_invents_the_same_people():
    assert people(1, 1) == [
        Person(
            PatientId("286012903993292", "1.2.250.1.213.1.4.10"),
            IdentityTraits(
                "COLAS-FICTIF", "ANOUK", "ANOUK", "1986-01-24", Sex.FEMALE, "29039", used_name="LUCAS-FICTIF"
            ),
            Contact(
                (("streetAddressLine", "8, AVENUE MANON GILLET"), ("postalCode", "53000"), ("city", "LAVAL")),
                (("MC", "tel:0639988117"), ("H", "tel:0261917364"), ("", "mailto:anouk.lucas-fictif@example.org")),
            ),
        )
    ]
    assert people(1, 8) == people(1, 16)[:8]
    assert people(1, 8) != people(2, 8)


def test_every_ins_is_a_test_one_with_its_key_and_given_once():
    assert [check_ins(one.patient, production=False, tolerant=False) for one in CROWD] == [()] * 400
    assert {one.patient.root for one in CROWD} == {InsKind.NIR_TEST}
    assert len({one.patient.number for one in CROWD}) == 400


def test_every_nir_agrees_with_the_traits_and_can_belong_to_nobody_else():
    for one in CROWD:
        number, traits = one.patient.number, one.traits
        assert number[0] == {Sex.MALE: "1", Sex.FEMALE: "2"}[traits.sex]
        assert number[1:5] == traits.birth_date[2:4] + traits.birth_date[5:7]
        assert number[5:10] == traits.birth_place
        assert number[10] == "9"


def test_everybody_is_marked_as_invented_and_cannot_be_reached():
    ranges = re.compile(r"tel:(063998|026191|035301|046571|053649)\d{4}|mailto:.+@example\.org")
    for one in CROWD:
        assert one.fictional
        assert one.traits.birth_name.endswith(MARK)
        assert not one.traits.used_name or one.traits.used_name.endswith(MARK)
        assert all(ranges.fullmatch(address) for _, address in one.contact.telecoms)


def test_traits_are_already_normalised_and_complete():
    for one in CROWD:
        traits = one.traits
        for name in (traits.birth_name, traits.birth_first_names, traits.used_name):
            assert name == normalised(name)
        assert traits.birth_first_names.split()[0] == traits.birth_first_name.split()[0]
        assert same_person(traits, traits) == ()


def test_minors_have_a_guardian_and_adults_have_none():
    for one in CROWD:
        age = (REFERENCE_DAY - one.born).days / 365.25
        assert bool(one.guardians) == (age < 18)
        for guardian in one.guardians:
            assert guardian.relationship in ("MTH", "FTH")
            assert guardian.family.endswith(MARK)
            assert guardian.identifier is not None
            assert check_ins(guardian.identifier, production=False, tolerant=False) == ()


def test_some_guardians_are_in_the_crowd_and_give_their_birth_name():
    by_number = {one.patient: one for one in CROWD}
    families = [(one, by_number[g.identifier]) for one in CROWD for g in one.guardians if g.identifier in by_number]
    assert len(families) > 50
    assert all(child.traits.birth_name == parent.traits.birth_name for child, parent in families)
    assert all(20 <= child.born.year - parent.born.year <= 45 for child, parent in families)


def test_the_crowd_has_corsicans_people_born_abroad_and_used_names():
    assert {one.traits.birth_place for one in CROWD} >= {"2A004", "2B033", "99102", "99113", "99144"}
    assert all(one.born >= date(1976, 1, 1) for one in CROWD if one.traits.birth_place.startswith("2A"))
    assert sum(bool(one.traits.used_name) for one in CROWD) == 50
    assert all(one.traits.sex is Sex.FEMALE for one in CROWD if one.traits.used_name)


def test_structures_have_valid_numbers_of_a_department_that_does_not_exist():
    made = structures(1, 60)
    assert made[0] == Facility("1991408915", "HOPITAL FICTIF DE GUERET", "SA01")
    assert all(facility.id.startswith("199") and FacilityId.parse(facility.id).warnings == () for facility in made)
    assert all(value_set(Nomenclature.FACILITY_TYPES).has(one.sector, "1.2.250.1.71.4.2.4") for one in made)
    assert len({facility.id for facility in made}) == 60


def test_practitioners_have_valid_fictional_numbers_and_known_trades():
    made = practitioners(1, 60)
    assert made[0] == Practitioner(
        Professional(
            "899900176118",
            "HELENE LUCAS-FICTIF",
            "10",
            "SM54",
            Facility("499900176118001", "CABINET LUCAS-FICTIF", "SA07"),
        ),
        "LUCAS-FICTIF",
        "HELENE",
    )
    for one in made:
        professional = one.professional
        assert professional.id.startswith("899900")
        assert ProfessionalId.parse(professional.id).warnings == ()
        assert FacilityId.parse(professional.facility.id).warnings == ()
        assert role_known(professional.profession, "1.2.250.1.71.1.2.7")
        assert bool(professional.know_how) == needs_know_how(professional.profession)
        assert not professional.know_how or professional.know_how in know_how_of(professional.profession)
    assert len({one.professional.id for one in made}) == 60


def test_the_first_structures_and_practitioners_do_not_depend_on_how_many_are_wanted():
    assert structures(3, 40)[:6] == structures(3)
    assert practitioners(3, 40)[:5] == practitioners(3, 5)
