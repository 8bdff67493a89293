import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp.record.errors import InvalidIdentity
from dmp.record.hl7text import Cx, Xcn, Xon, escape, unescape
from dmp.record.patient import PatientId

INS = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO"


@pytest.mark.parametrize("text", [INS, f"{INS}^NH", f"{INS}^NH^^20200101"])
def test_a_patient_is_the_number_and_the_root_whatever_follows(text):
    assert Cx.parse(text).patient == PatientId("279035121518989", "1.2.250.1.213.1.4.10")


@pytest.mark.parametrize(
    "text", ["", "279035121518989", "1^^^&&ISO", "^^^&1.2.3&ISO", "1^^^&1.2.3&DNS", "1^^^X&1.2.3&ISO"]
)
def test_a_cx_without_number_or_authority_is_refused_and_the_element_named(text):
    with pytest.raises(InvalidIdentity) as refused:
        Cx.parse(text, element="sourcePatientId")
    assert refused.value.element == "sourcePatientId"
    assert "279035121518989" not in str(refused.value)


def test_a_professional_is_read_from_the_french_form():
    text = "899900012345^DUPONT^ANNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    assert Xcn.parse(text) == Xcn("899900012345", "DUPONT", "ANNE", "1.2.250.1.71.4.2.1", "D", "IDNPS")
    assert Xcn.parse(text).text == text


def test_an_organisation_is_read_from_the_french_form():
    text = "CABINET X^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^499900012345001"
    assert Xon.parse(text) == Xon("CABINET X", "499900012345001", "1.2.250.1.71.4.2.2", "IDNST")
    assert Xon.parse(text).text == text


def test_an_organisation_may_hold_an_oid_alone_in_its_tenth_component():
    assert Xon.parse("Some Hospital^^^^^^^^^&1.2.3.4&ISO").id == "1.2.3.4"


def test_delimiters_of_a_name_are_escaped():
    assert Xon("R&D ^ soins", "1", "1.2", "IDNST").text.startswith("R\\T\\D \\S\\ soins^")
    assert Xon.parse("R\\T\\D \\S\\ soins^^^^^&1.2&ISO^IDNST^^^1").name == "R&D ^ soins"


def test_an_unknown_escape_stays_as_it_is():
    assert unescape("\\X\\ et \\") == "\\X\\ et \\"


@given(st.text())
def test_any_text_survives_its_escapes(text):
    assert unescape(escape(text)) == text
