from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from dmp.record.errors import ConsentMissing, IncompleteRequest, InvalidIdentity, InvalidMessage
from dmp.record.management import Device, ManagementRequest, Processing
from dmp.wire import hl7v3
from management_builders import V3, a_change, a_closing, a_reopening, a_test, an_identity_request, an_opening, resent

SAMPLES = Path(__file__).parents[3] / "shared/data/xds/ipf/hl7v3"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

PROCESS = "controlActProcess"
REASON = f"{PROCESS}/reasonCode"
ASKED = f"{PROCESS}/queryByParameter/parameterList/patientIdentifier"
PATIENT = f"{PROCESS}/subject/registrationRequest/subject1/patient"
PERSON = f"{PATIENT}/patientPerson"
GUARDIAN = f"{PERSON}/personalRelationship"
CARD_BIRTH = f"{PERSON}/contactParty/contactPerson/birthTime"
ISSUE = f"{PROCESS}/reasonOf/detectedIssueEvent"
OBSERVATION = f"{PATIENT}/subjectOf/administrativeObservation"
TO_OPEN = f"{OBSERVATION}[CONSENTEMENT_OUVERTURE_DMP]"
TO_REOPEN = f"{OBSERVATION}[CONSENTEMENT_REACTIVATION_DMP]"

Edit = Callable[[etree._Element], None]


def at(message: etree._Element, path: str) -> etree._Element:
    return message.find("/".join(f"{V3}{step}" for step in path.split("/")))


def drop(path: str) -> Edit:
    """Leave out an element."""

    def edit(message: etree._Element) -> None:
        element = at(message, path)
        element.getparent().remove(element)

    return edit


def repeat(path: str) -> Edit:
    """Send an element twice."""

    def edit(message: etree._Element) -> None:
        element = at(message, path)
        element.addnext(etree.fromstring(etree.tostring(element)))

    return edit


def put(path: str, attribute: str, value: str) -> Edit:
    """Write another value into an attribute."""
    return lambda message: at(message, path).set(attribute, value)


def edited(request: ManagementRequest, *edits: Edit) -> etree._Element:
    message = resent(hl7v3.write_request(request))
    for edit in edits:
        edit(message)
    return message


def element_of(error: pytest.ExceptionInfo) -> str:
    """The path that the refusal names, below the root of the message."""
    return error.value.element.partition("/")[2]


@pytest.mark.parametrize(
    ("request_", "edit", "element"),
    [
        (a_test(), drop("creationTime"), "creationTime"),
        (a_test(), repeat("creationTime"), "creationTime"),
        (a_test(), put("creationTime", "value", "yesterday"), "creationTime/@value"),
        (a_test(), put("creationTime", "value", "20260231"), "creationTime/@value"),
        (a_test(), put("creationTime", "value", "00010101000000+1400"), "creationTime/@value"),
        (a_test(), put("creationTime", "value", "٢٠٢٦"), "creationTime/@value"),
        (a_test(), drop("interactionId"), "interactionId"),
        (a_test(), put("interactionId", "extension", "PRPA_IN201305UV02"), "interactionId/@extension"),
        (a_test(), put("processingCode", "code", "X"), "processingCode/@code"),
        (a_test(), drop("processingCode"), "processingCode"),
        (a_test(), drop("sender/device"), "sender/device"),
        (a_test(), put("sender/device/id", "root", ""), "sender/device/id/@root"),
        (a_test(), drop(PROCESS), PROCESS),
        (a_test(), repeat(PROCESS), PROCESS),
        (a_test(), drop(REASON), REASON),
        (a_test(), put(REASON, "code", "CREA_RD"), f"{REASON}/@code"),
        (a_closing(), put(REASON, "code", "CREA_RD"), f"{REASON}/@code"),
        (a_closing(), put(REASON, "code", "DESTRUCTION"), f"{REASON}/@code"),
        (a_test(), put(REASON, "codeSystem", "1.2.3"), f"{REASON}/@codeSystem"),
        (an_identity_request(), drop(ASKED), ASKED),
        (an_identity_request(), drop(f"{ASKED}/value"), f"{ASKED}/value"),
        (a_test(), repeat(ASKED), ASKED),
        (an_opening(), drop(f"{PROCESS}/subject"), f"{PROCESS}/subject"),
        (an_opening(), repeat(f"{PROCESS}/subject"), f"{PROCESS}/subject"),
        (an_opening(), drop(PERSON), PERSON),
        (an_opening(), drop(f"{PERSON}/name"), f"{PERSON}/name/family"),
        (an_opening(), drop(f"{PERSON}/birthTime"), f"{PERSON}/birthTime"),
        (an_opening(), repeat(f"{PERSON}/birthTime"), f"{PERSON}/birthTime"),
        (an_opening(), put(f"{PERSON}/birthTime", "value", ""), f"{PERSON}/birthTime"),
        (an_opening(), drop(f"{PERSON}/administrativeGenderCode"), f"{PERSON}/administrativeGenderCode"),
        (an_opening(), drop(f"{GUARDIAN}/code"), f"{GUARDIAN}/code"),
        (an_opening(), drop(f"{GUARDIAN}/relationshipHolder1"), f"{GUARDIAN}/relationshipHolder1"),
        (an_opening(), drop(f"{GUARDIAN}/relationshipHolder1/name"), f"{GUARDIAN}/relationshipHolder1/name"),
        (an_opening(), put(f"{PATIENT}/statusCode", "code", "terminated"), f"{PATIENT}/statusCode/@code"),
        (a_reopening(), put(f"{PATIENT}/statusCode", "code", "terminated"), f"{PATIENT}/statusCode/@code"),
        (a_closing(), put(f"{PATIENT}/statusCode", "code", "active"), f"{PATIENT}/statusCode/@code"),
        (a_closing(), drop(f"{PATIENT}/statusCode"), f"{PATIENT}/statusCode/@code"),
        (a_closing(), drop(f"{PROCESS}/reasonOf"), f"{PROCESS}/reasonOf"),
        (a_closing(), put(f"{ISSUE}/code", "code", "LASSITUDE"), f"{ISSUE}/code/@code"),
        (a_closing(), put(f"{ISSUE}/code", "codeSystem", "1.2"), f"{ISSUE}/code/@code"),
        (an_opening(), put(f"{OBSERVATION}/value", "value", "oui"), f"{OBSERVATION}/value/@value"),
        (an_opening(), put(f"{OBSERVATION}/value", XSI_TYPE, "v3:ST"), f"{OBSERVATION}/value/@xsi:type"),
        (a_reopening(), put(f"{OBSERVATION}/effectiveTime", "value", "lundi"), f"{OBSERVATION}/effectiveTime/@value"),
        (a_change(deceased=True), put(f"{PERSON}/deceasedInd", "value", "peut-être"), f"{PERSON}/deceasedInd/@value"),
        (a_change(), drop(f"{PATIENT}/id"), f"{PATIENT}/id"),
    ],
)
def test_what_is_missing_or_contradictory_is_named(request_, edit, element):
    with pytest.raises(IncompleteRequest) as refused:
        hl7v3.read(edited(request_, edit))
    assert element_of(refused) == element


def test_two_reasons_that_differ_are_refused():
    message = edited(a_test(), repeat(REASON), put(REASON, "code", "CNSLT_DATA"))
    with pytest.raises(IncompleteRequest) as refused:
        hl7v3.read(message)
    assert element_of(refused) == REASON


def test_a_consent_told_both_ways_is_refused():
    message = edited(an_opening(), repeat(f"{PATIENT}/subjectOf"), put(f"{OBSERVATION}/value", "value", "false"))
    with pytest.raises(IncompleteRequest) as refused:
        hl7v3.read(message)
    assert element_of(refused) == TO_OPEN


@pytest.mark.parametrize(
    ("request_", "edit", "element"),
    [
        (an_opening(), drop(f"{PATIENT}/subjectOf"), TO_OPEN),
        (an_opening(), put(f"{OBSERVATION}/value", "value", "false"), TO_OPEN),
        (an_opening(), put(f"{OBSERVATION}/code", "codeSystem", "1.2"), TO_OPEN),
        (an_opening(), drop(f"{OBSERVATION}/effectiveTime"), f"{TO_OPEN}/effectiveTime"),
        (a_reopening(), drop(f"{PATIENT}/subjectOf"), TO_REOPEN),
        (a_reopening(), put(f"{OBSERVATION}/code", "code", "CONSENTEMENT_OUVERTURE_DMP"), TO_REOPEN),
        (a_reopening(), drop(f"{OBSERVATION}/effectiveTime"), f"{TO_REOPEN}/effectiveTime"),
    ],
)
def test_without_a_consent_that_was_given_nothing_is_opened(request_, edit, element):
    with pytest.raises(ConsentMissing) as refused:
        hl7v3.read(edited(request_, edit))
    assert element_of(refused) == element


@pytest.mark.parametrize(
    ("request_", "edit", "element"),
    [
        (a_test(), put(f"{ASKED}/value", "root", "INS"), f"{ASKED}/value/@root"),
        (a_test(), put(f"{ASKED}/value", "root", "1.2.250.1.213.1.4.13"), f"{ASKED}/value/@root"),
        (a_test(), put(f"{ASKED}/value", "extension", " "), f"{ASKED}/value/@extension"),
        (a_closing(), put(f"{PATIENT}/id", "root", ""), f"{PATIENT}/id/@root"),
        (an_opening(), put(f"{PERSON}/birthTime", "value", "28/03/79"), f"{PERSON}/birthTime/@value"),
        (
            an_opening(),
            put(f"{PERSON}/administrativeGenderCode", "code", "X"),
            f"{PERSON}/administrativeGenderCode/@code",
        ),
        (an_opening(), put(CARD_BIRTH, "value", "19790328"), f"{CARD_BIRTH}/@value"),
        (an_opening(), put(f"{PERSON}/name/family", "qualifier", "BR"), f"{PERSON}/name/family"),
    ],
)
def test_what_is_wrong_in_an_identity_is_named_and_never_quoted(request_, edit, element):
    with pytest.raises(InvalidIdentity) as refused:
        hl7v3.read(edited(request_, edit))
    assert element_of(refused) == element
    assert not any(word in str(refused.value) for word in ("279035121518989", "LE GOFF", "28/03/79", "19790328"))


@pytest.mark.parametrize(
    ("person", "element"),
    [
        ('<name><family qualifier="BR"/></name>', "name/family"),
        ("<name><given/></name>", "name/given"),
        ("<birthTime/>", "birthTime"),
        ('<administrativeGenderCode nullFlavor="UNK"/>', "administrativeGenderCode"),
    ],
)
def test_a_strict_trait_cannot_be_emptied(person, element):
    message = edited(a_change())
    at(message, PERSON).append(etree.fromstring(f'<x xmlns="urn:hl7-org:v3">{person}</x>')[0])
    with pytest.raises(InvalidIdentity) as refused:
        hl7v3.read(message)
    assert element_of(refused) == f"{PERSON}/{element}"


@pytest.mark.parametrize("body", ["<PRPA_IN201307UV02/>", '<PRPA_IN201305UV02 xmlns="urn:hl7-org:v3"/>', "<x/>"])
@pytest.mark.parametrize("reader", [hl7v3.read, hl7v3.read_header, hl7v3.interaction_of])
def test_what_is_no_management_message_is_not_even_answered(reader, body):
    with pytest.raises(InvalidMessage) as refused:
        reader(etree.fromstring(body))
    assert refused.value.element == "Body"


@pytest.mark.parametrize("edit", [drop("id"), put("id", "root", "")])
def test_a_message_without_id_cannot_be_answered(edit):
    with pytest.raises(InvalidMessage) as refused:
        hl7v3.read_header(edited(a_test(), edit))
    assert refused.value.element == "PRPA_IN201307UV02/id"


def test_the_header_of_a_refused_message_still_gives_what_the_answer_needs():
    header = hl7v3.read_header(
        edited(a_test(), drop("creationTime"), drop("sender"), put("processingCode", "code", "X"))
    )
    assert header.id == a_test().header.id
    assert header.query == a_test().header.query
    assert (header.created, header.sender, header.processing) == ("", Device(""), Processing.PRODUCTION)


def _sample(name: str) -> etree._Element:
    if not SAMPLES.is_dir():
        pytest.skip("published HL7 V3 samples are not beside the project")
    return etree.parse(next(SAMPLES.rglob(name))).getroot()


@pytest.mark.parametrize(
    "name", ["PDQ.xml", "PDQ_Response.xml", "Ack.xml", "PIX_FEED_REG_Maximal_Request.xml", "PDQ_Maximal_Query.xml"]
)
def test_published_messages_of_other_services_are_no_management_messages(name):
    with pytest.raises(InvalidMessage):
        hl7v3.read(_sample(name))


def _change_of(published: etree._Element) -> etree._Element:
    message = edited(a_change())
    holder = at(message, PERSON)
    holder.getparent().replace(holder, published.find(f".//{V3}patientPerson"))
    return message


def test_the_person_of_a_published_message_is_refused_by_name_or_read():
    message = _change_of(_sample("PIX_FEED_REV_Maximal_Request.xml"))
    with pytest.raises(InvalidIdentity) as refused:
        hl7v3.read(message)
    assert element_of(refused) == f"{PERSON}/administrativeGenderCode"
    drop(f"{PERSON}/administrativeGenderCode")(message)
    change = hl7v3.read(message)
    assert (change.traits.birth_name, change.traits.used_name) == ("DEAN", "WASHINGTON-UPDATE")
    assert change.traits.birth_date == "1977-12-08"
    assert [use for use, _ in change.telecoms] == ["HP", "WP", "MC", "H", ""]
    assert change.address[-1] == ("country", "US")
    assert [guardian.relationship for guardian in change.guardians] == ["MTH"]
