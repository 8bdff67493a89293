from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp.record.errors import InvalidIdentity
from dmp.record.ins import (
    RELATIVE_NIR,
    CompoundName,
    InsFinding,
    InsKind,
    check_ins,
    ins_c,
    nir_key,
    normalised,
    same_person,
)
from dmp.record.patient import IdentityTraits, PatientId, Sex

TESSA = IdentityTraits("D'ARTAGNAN-L'HERAULT", "MARIE-CECILE", "MARIE-CECILE AGNES", "1986-06-25", Sex.FEMALE, "60025")


@pytest.mark.parametrize(
    ("number", "key"),
    [
        ("1500815051040", "18"),
        ("2770763220829", "10"),
        ("2790351215189", "89"),
        ("180012A004001", "68"),
        ("180012B004001", "95"),
    ],
)
def test_published_keys_of_a_nir_are_computed(number: str, key: str):
    assert nir_key(number) == key


@pytest.mark.parametrize(
    "number",
    [
        *("", "150081505104", "15008150510400", "5500815051040", "1501315051040", "1504415051040", "1500800051040"),
        *("180012C004001", "18001A2004001", "1800120A4001B", "150081505104²"),
    ],
)
def test_what_is_not_a_nir_has_no_key(number: str):
    with pytest.raises(InvalidIdentity) as refused:
        nir_key(number)
    assert refused.value.element == "INS"


@pytest.mark.parametrize("month", ["01", "12", "20", "42", "50", "99"])
def test_months_of_incomplete_records_are_taken(month: str):
    assert len(nir_key(f"150{month}15051040")) == 2


def test_each_family_of_roots_is_refused_by_the_other_kind_of_instance():
    real, test = PatientId("277076322082910", InsKind.NIR), PatientId("279035121518989", InsKind.NIR_TEST)
    assert check_ins(real, production=True, tolerant=False) == ()
    assert check_ins(test, production=False, tolerant=False) == ()
    for patient, production in ((real, False), (test, True)):
        with pytest.raises(InvalidIdentity, match="root of the other family"):
            check_ins(patient, production=production, tolerant=False)


@pytest.mark.parametrize("kind", [InsKind.NIR, InsKind.NIA, InsKind.NIR_TEST, InsKind.NIR_DEMO])
def test_a_wrong_key_is_refused_for_every_kind(kind: InsKind):
    with pytest.raises(InvalidIdentity, match="wrong key"):
        check_ins(PatientId("279035121518990", kind), production=kind in (InsKind.NIR, InsKind.NIA), tolerant=False)


def test_a_tolerant_instance_reports_the_family_and_the_key():
    found = check_ins(PatientId("277076322082911", InsKind.NIR), production=False, tolerant=True)
    assert found == (InsFinding.ROOT_FAMILY, InsFinding.KEY)


@pytest.mark.parametrize("number", ["27903512151898", "2790351215189890", "279035121518-89", "579035121518989"])
def test_a_wrong_structure_is_refused_even_when_tolerant(number: str):
    with pytest.raises(InvalidIdentity) as refused:
        check_ins(PatientId(number, InsKind.NIR_TEST), production=False, tolerant=True)
    assert number not in str(refused.value)


@pytest.mark.parametrize("root", [RELATIVE_NIR, "1.2.3", ""])
def test_the_root_of_a_relative_or_an_unknown_one_is_never_a_patient(root: str):
    with pytest.raises(InvalidIdentity) as refused:
        check_ins(PatientId("279035121518989", root), production=False, tolerant=True)
    assert refused.value.element == "INS root"


def test_the_published_ins_c_are_computed_and_their_keys_accepted():
    jean = ins_c("Jean", "1950-08-01", "1500815051040")
    laurence = ins_c("LAURENCE", "2007-05-25", "2070585756270")
    assert jean == PatientId("1541187387477485562488", "1.2.250.1.213.1.4.2")
    assert laurence == PatientId("1197854176879056415520", "1.2.250.1.213.1.4.2")
    assert (
        check_ins(jean, production=True, tolerant=False) == check_ins(laurence, production=False, tolerant=False) == ()
    )


def test_a_compound_first_name_has_two_readings():
    space = ins_c("Jean-Pierre", "1950-08-01", "1500815051040")
    removed = ins_c("Jean-Pierre", "1950-08-01", "1500815051040", compound=CompoundName.REMOVED)
    assert space == PatientId("0144410219137232617143", InsKind.INS_C)
    assert removed == PatientId("0812441806858398871956", InsKind.INS_C)


@pytest.mark.parametrize(
    ("name", "date", "nir"),
    [
        ("", "1950-08-01", "1500815051040"),
        ("JEAN", "", "1500815051040"),
        ("JEAN", "1950-08", "1500815051040"),
        ("JEAN", "1950-08-01", ""),
        ("JEAN", "1950-08-01", "7500815051040"),
    ],
)
def test_without_its_three_inputs_or_a_permanent_nir_there_is_no_ins_c(name: str, date: str, nir: str):
    assert ins_c(name, date, nir) is None


def test_an_ins_c_with_a_wrong_key_or_length_is_refused():
    with pytest.raises(InvalidIdentity, match="wrong key"):
        check_ins(PatientId("1541187387477485562489", InsKind.INS_C), production=True, tolerant=False)
    with pytest.raises(InvalidIdentity, match="22 digits"):
        check_ins(PatientId("64579890112345678100", InsKind.INS_C), production=True, tolerant=False)


def test_traits_are_upper_case_without_diacritics_or_ligatures():
    assert normalised("  Éloïse d’Œuvre-Ça  ß ") == "ELOISE D'OEUVRE-CA SS"


def test_case_accents_hyphens_and_apostrophes_are_not_differences():
    other = replace(
        TESSA,
        birth_name="d artagnan l herault",
        birth_first_name="Marie Cécile",
        birth_first_names="Marie cécile Agnès",
    )
    assert same_person(TESSA, other) == ()


def test_every_strict_trait_that_differs_is_named():
    other = IdentityTraits("DUPONT", "AGNES", "AGNES", "1986-06", Sex.UNDETERMINED, "75107", used_name="DUPOND")
    assert same_person(TESSA, other) == (
        "birth_name",
        "birth_first_name",
        "birth_first_names",
        "birth_date",
        "sex",
        "birth_place",
    )


def test_complementary_traits_and_traits_that_one_side_lacks_do_not_count():
    assert same_person(TESSA, replace(TESSA, used_name="AUTRE", birth_place="", birth_first_names="")) == ()


@given(st.text())
def test_normalising_twice_changes_nothing(name: str):
    assert normalised(normalised(name)) == normalised(name)


@given(st.text(max_size=24), st.sampled_from(InsKind))
def test_any_text_is_checked_or_refused(number: str, kind: InsKind):
    try:
        findings = check_ins(PatientId(number, kind), production=False, tolerant=True)
    except InvalidIdentity:
        return
    assert set(findings) <= set(InsFinding)
