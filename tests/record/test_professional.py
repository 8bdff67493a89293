import pytest

from dmp.record.codes import Code
from dmp.record.ins import InsKind
from dmp.record.nomenclature import IN_TRAINING, PROFESSION, role_known
from dmp.record.patient import PatientId
from dmp.record.professional import (
    OCCUPATIONAL_MEDICINE,
    ProfessionalId,
    ProfessionalIdKind,
    Specialty,
    device_xcn,
    is_doctor,
    know_how_of,
    needs_know_how,
    patient_xcn,
    professional_xcn,
)

PSYCHOLOGIST = Code("93", "1.2.250.1.213.1.6.1.109", "Psychologue")


@pytest.mark.parametrize(
    ("text", "kind", "id_type"),
    [
        ("899900063480", ProfessionalIdKind.RPPS, "IDNPS"),
        ("0751234567", ProfessionalIdKind.ADELI, "IDNPS"),
        ("02A1234567", ProfessionalIdKind.ADELI, "IDNPS"),
        ("3310781406/agent-7", ProfessionalIdKind.FINESS, "EI"),
        ("4732829320/12", ProfessionalIdKind.SIREN, "EI"),
        ("518003502400041/1.2.250.1.215.1.2", ProfessionalIdKind.SIRET, "EI"),
    ],
)
def test_the_first_digit_tells_the_kind_and_the_id_type(text: str, kind: ProfessionalIdKind, id_type: str):
    parsed = ProfessionalId.parse(text)
    assert (parsed.kind, parsed.id_type, parsed.text, parsed.warnings) == (kind, id_type, text, ())


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("89990006348", "an RPPS number has 11 digits"),
        ("899900063481", "the key of the RPPS number is wrong"),
        ("075123456", "an ADELI number has 9 characters"),
        ("3310781406", "an internal id is written structure/local"),
        ("X12", "unknown kind of professional id"),
        ("", "unknown kind of professional id"),
    ],
)
def test_lengths_and_keys_outside_the_rules_are_warnings_that_hide_the_number(text: str, warning: str):
    parsed = ProfessionalId.parse(text)
    assert parsed.warnings == (warning,)
    assert parsed.text == text


def test_a_professional_is_written_as_the_published_xcn():
    assert professional_xcn("899900063480", "MAX", "LIBRE").text == (
        "899900063480^MAX^LIBRE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    )
    assert professional_xcn("3310781406/7", "A&B").text == "3310781406/7^A\\T\\B^^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^EI"


def test_a_device_and_a_patient_have_their_own_id_types():
    assert device_xcn("1.2.3", "LOGICIEL", authority="1.2").text == "1.2.3^LOGICIEL^^^^^^^&1.2&ISO^U^^^RI"
    assert patient_xcn(PatientId("279035121518989", InsKind.NIR_TEST), "A", "B").text == (
        "279035121518989^A^B^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH"
    )
    assert patient_xcn(PatientId("1541187387477485562488", InsKind.INS_C), "A").id_type == "INS-C"


def test_only_doctors_and_pharmacists_need_a_know_how():
    assert is_doctor("10")
    assert not is_doctor("21")
    assert [code for code in ("10", "21", "40", "50", "60") if needs_know_how(code)] == ["10", "21"]


def test_each_profession_has_its_own_know_how():
    assert OCCUPATIONAL_MEDICINE in know_how_of("10")
    assert {"A", "D", "DA", "G", "H", "FQ01"} <= know_how_of("21")
    assert know_how_of("60") == {f"SI0{rank}" for rank in range(1, 9)}
    assert know_how_of("40") == {"SCD01", "SCD02", "SCD03"}
    assert know_how_of("70") == frozenset()


def test_a_specialty_is_written_with_its_table_and_read_back():
    specialty = Specialty(Code("10", PROFESSION), "SM26")
    text = "G15_10/SM26^Médecin - Qualifié en Médecine générale (SM)^1.2.250.1.213.1.1.4.5"
    assert specialty.text == text
    assert Specialty.parse(text) == Specialty(Code("10", PROFESSION, "Médecin"), "SM26")


def test_pharmacists_sections_training_and_other_roles_have_their_forms():
    assert Specialty(Code("21", PROFESSION), "A").code == Code(
        "G15_21/A", "1.2.250.1.213.1.1.4.5", "Pharmacien - Pharmacien titulaire d'officine"
    )
    assert Specialty(Code("10", IN_TRAINING)).code.code == "G16_10"
    assert Specialty.parse("G16_10^x^1.2.250.1.213.1.1.4.5").profession.same(Code("10", IN_TRAINING))
    assert Specialty.parse("93^Psychologue^1.2.250.1.213.1.6.1.109") == Specialty(PSYCHOLOGIST)
    assert Specialty(PSYCHOLOGIST).text == "93^Psychologue^1.2.250.1.213.1.6.1.109"
    assert Specialty.parse("libre") == Specialty(Code("libre", ""))


def test_roles_of_an_assertion_are_known_in_their_own_system_only():
    assert role_known("10", PROFESSION)
    assert role_known("SM26", "1.2.250.1.71.4.2.5")
    assert role_known("A", "1.2.250.1.71.4.2.6")
    assert role_known("ALIM_AM", "1.2.250.1.213.1.1.4.6")
    assert role_known("99", "1.2.250.1.213.1.6.1.140")
    assert role_known("353", "1.2.250.1.213.1.6.1.107")
    assert not role_known("10", "1.2.250.1.71.4.2.5")
    assert not role_known("97", PROFESSION)
