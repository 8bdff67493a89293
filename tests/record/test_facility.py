import pytest

from dmp.record.actor import Facility
from dmp.record.facility import FacilityId, FacilityIdKind, facility_xon


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1310781406", FacilityIdKind.FINESS),
        ("12A0000014", FacilityIdKind.FINESS),
        ("2732829320", FacilityIdKind.SIREN),
        ("373282932000074", FacilityIdKind.SIRET),
        ("075123456701", FacilityIdKind.ADELI_PRACTICE),
        ("499900063480001", FacilityIdKind.RPPS_RANK),
    ],
)
def test_the_first_digit_tells_the_register(text: str, kind: FacilityIdKind):
    parsed = FacilityId.parse(text)
    assert (parsed.kind, parsed.text, parsed.warnings) == (kind, text, ())


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("131078140", "a FINESS number has 9 characters"),
        ("1310781407", "the key of the FINESS number is wrong"),
        ("273282932", "a SIREN number has 9 digits"),
        ("373282932000075", "the key of the SIRET number is wrong"),
        ("49990006348001", "an RPPS practice has 11 digits and a rank of 3"),
        ("499900063481001", "the key of the RPPS number is wrong"),
        ("012", "an ADELI practice starts with 9 characters"),
        ("9123", "unknown kind of structure id"),
        ("", "unknown kind of structure id"),
    ],
)
def test_lengths_and_keys_outside_the_rules_are_warnings(text: str, warning: str):
    parsed = FacilityId.parse(text)
    assert parsed.warnings == (warning,)
    assert parsed.text == text


def test_a_structure_is_written_as_the_published_xon():
    assert facility_xon(Facility("499900063480001", "CABINET DR LIBRE")).text == (
        "CABINET DR LIBRE^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^499900063480001"
    )


def test_a_structure_without_name_keeps_its_id():
    assert facility_xon(Facility("1310781406")).text == "^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1310781406"
