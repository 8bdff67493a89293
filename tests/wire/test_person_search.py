"""The search of a person by traits, TD0.5 (PDQ V3): requests and answers (xds-wire 9.1, 9.3)."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from dmp.record.errors import DmpCode, IncompleteRequest, InvalidIdentity, InvalidMessage
from dmp.record.lists import FoundPerson, PersonSearch
from dmp.record.management import Acknowledgement, AcknowledgementCode
from dmp.record.patient import IdentityTraits, Sex
from dmp.wire import hl7v3
from management_builders import ANSWER_ID, AT, NS, PATIENT, a_query_header

SAMPLE = Path(__file__).parents[3] / "shared/data/xds/ipf/hl7v3/pdq/v3/PDQ.xml"
TRAITS = IdentityTraits("LE GOFF", "ZOE", "ZOE MARIE", "1979-03-28", Sex.FEMALE, used_name="OEUVRARD")


def a_search(**changes) -> PersonSearch:
    whole = PersonSearch(
        a_query_header(), "LE GOFF", "ZOE", "1979-03-28", Sex.FEMALE, city="Brest", postal_code="29200"
    )
    return replace(whole, **changes)


def resent(element: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(element))


def sent(**changes) -> etree._Element:
    return resent(hl7v3.write_search(a_search(**changes)))


def parameter(message: etree._Element, name: str) -> etree._Element:
    (found,) = message.iterfind(f".//h:{name}", NS)
    return found


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"sex": None},
        {"given": "", "city": "", "postal_code": ""},
        {"birth_date": "1979"},
        {"birth_date": "1979-00-00"},
    ],
)
def test_what_a_client_searches_the_server_reads(changes):
    read = hl7v3.read_search(sent(**changes))
    assert replace(read, header=a_search().header) == a_search(**changes)
    assert (read.header.id, read.header.query) == (a_search().header.id, a_search().header.query)


def test_names_in_several_criteria_are_read_together():
    message = sent()
    name = parameter(message, "livingSubjectName")
    other = resent(name)
    name.addnext(other)
    name[0].remove(name[0][1])
    other[0].remove(other[0][0])
    assert (hl7v3.read_search(message).family, hl7v3.read_search(message).given) == ("LE GOFF", "ZOE")


def test_a_used_name_is_a_family_name():
    message = sent()
    parameter(message, "livingSubjectName").find(".//h:family", NS).set("qualifier", "SP")
    assert hl7v3.read_search(message).family == "LE GOFF"


def test_an_undetermined_sex_leaves_out_nobody():
    assert hl7v3.read_search(sent(sex=Sex.UNDETERMINED)).sex is None


def test_placeholders_are_passed_over():
    message = sent()
    nil = etree.SubElement(message.find(".//h:parameterList", NS), f"{{{NS['h']}}}livingSubjectId")
    nil.set(f"{{{NS['xsi']}}}nil", "true")
    assert hl7v3.read_search(message).family == "LE GOFF"


@pytest.mark.parametrize(
    "name", ["livingSubjectId", "mothersMaidenName", "patientTelecom", "livingSubjectBirthPlaceName"]
)
def test_a_criterion_that_is_not_understood_is_refused_and_not_passed_over(name):
    message = sent()
    etree.SubElement(message.find(".//h:parameterList", NS), f"{{{NS['h']}}}{name}")
    with pytest.raises(IncompleteRequest) as refused:
        hl7v3.read_search(message)
    assert refused.value.element.endswith(f"parameterList/{name}")


@pytest.mark.parametrize("family", ["", "LE*", "LE GO%", "LE GOF?"])
def test_a_family_name_is_whole(family):
    with pytest.raises(IncompleteRequest) as refused:
        hl7v3.read_search(sent(family=family, given=""))
    assert refused.value.element.endswith("livingSubjectName")


@pytest.mark.parametrize(
    ("name", "attribute", "said"),
    [("livingSubjectBirthTime", "value", "hier"), ("livingSubjectAdministrativeGender", "code", "X")],
)
def test_a_trait_that_is_none_is_refused_by_name(name, attribute, said):
    message = sent()
    parameter(message, name)[0].set(attribute, said)
    with pytest.raises(InvalidIdentity) as refused:
        hl7v3.read_search(message)
    assert f"{name}/value/@{attribute}" in refused.value.element
    assert said not in str(refused.value)


def test_another_message_is_no_search():
    other = etree.Element(f"{{{NS['h']}}}PRPA_IN201307UV02")
    with pytest.raises(InvalidMessage):
        hl7v3.read_search(other)
    with pytest.raises(InvalidMessage):
        hl7v3.read_found(other)


def test_the_persons_found_come_back_as_they_were_written():
    persons = (FoundPerson((PATIENT,), TRAITS, "Brest"), FoundPerson((PATIENT,), replace(TRAITS, used_name="")))
    answer = resent(hl7v3.write_found(a_search(), persons, message_id=ANSWER_ID, at=AT))

    assert hl7v3.read_found(answer) == persons
    assert [one.get("code") for one in answer.iterfind(".//h:queryMatchObservation/h:code", NS)] == ["POURCENTAGE"] * 2
    assert answer.find(".//h:queryAck/h:queryResponseCode", NS).get("code") == "OK"
    assert answer.find(".//h:queryAck/h:resultTotalQuantity", NS).get("value") == "2"
    assert answer.find("h:acknowledgement/h:typeCode", NS).get("code") == "AA"


def test_nobody_found_is_nf_and_the_criteria_are_repeated():
    answer = resent(hl7v3.write_found(a_search(), (), message_id=ANSWER_ID, at=AT))
    assert hl7v3.read_found(answer) == ()
    assert answer.find(".//h:queryAck/h:queryResponseCode", NS).get("code") == "NF"
    assert answer.find(".//h:parameterList/h:livingSubjectBirthTime/h:value", NS).get("value") == "19790328"


def test_a_refusal_tells_a_code_and_repeats_no_criterion():
    header = hl7v3.read_search_header(sent())
    body = hl7v3.write_search_refused(header, DmpCode.ACCESS_DENIED, "refusé", message_id=ANSWER_ID, at=AT)
    answer = hl7v3.read_found(resent(body))
    assert isinstance(answer, Acknowledgement)
    assert (answer.verdict, answer.code) == (AcknowledgementCode.ERROR, "DMPAccessDeniedByRightsService")
    assert b"LE GOFF" not in etree.tostring(body)
    assert b"1979" not in etree.tostring(body)


def test_the_criteria_are_told_for_the_trace():
    assert a_search(city="", sex=None).criteria == (
        "family=LE GOFF",
        "given=ZOE",
        "birthTime=1979-03-28",
        "postalCode=29200",
    )


@pytest.mark.skipif(not SAMPLE.is_file(), reason="no shared examples of PDQ beside the project")
def test_a_published_search_is_read():
    search = hl7v3.read_search(etree.parse(SAMPLE).getroot())
    assert (search.family, search.given, search.birth_date, search.sex) == ("Heidi", "MARY", "1940-01-01", Sex.FEMALE)
    assert search.city == "Some City"
