"""The lists of the small services, TD1.6 and TD0.4: what one side writes the other reads (xds-wire 9.4)."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from dmp.record.codes import Code
from dmp.record.errors import IncompleteRequest, InvalidMessage
from dmp.record.lists import AuthorisationLine, AuthorisationMode, DateKind, RecordLine, RecordListRequest
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.wire import habilitations_list, patient_list
from dmp.wire.habilitations_list import AuthorisationList
from dmp.wire.patient_list import RecordList

AT = datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)
HAB, PAT = "urn:si-dmp-habilitations", "urn:si-dmp-patients"
DOCTOR = AuthorisationLine(
    "899900000101",
    "1.2.250.1.71.4.2.1",
    "KERVELLA",
    "Anne",
    (Code("G15_10/SM26", "", "Médecin - Qualifié en médecine générale"),),
    AT,
    AT,
    AuthorisationMode.ACTIVE,
    attending=True,
)
HOSPITAL = AuthorisationLine("1990000012", "1.2.250.1.71.4.2.2", "Hôpital Test", mode=AuthorisationMode.FORBIDDEN)
LINE = RecordLine(
    (PatientId("279035121518989", "1.2.250.1.213.1.4.10"), PatientId("1541187387477485562488", "1.2.250.1.213.1.4.2")),
    IdentityTraits("LE GOFF", "ZOE", "", "1979-03-28", Sex.UNDETERMINED, used_name="OEUVRARD"),
    attending=True,
    updated=AT,
    added=AT,
)


def resent(element: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(element))


def request(name: str, namespace: str, inside: str) -> etree._Element:
    return etree.fromstring(f'<{name} xmlns="{namespace}">{inside}</{name}>')


@pytest.mark.parametrize("mode", list(AuthorisationMode))
def test_the_lines_that_a_client_wants_the_server_reads(mode):
    assert habilitations_list.read_list_request(resent(habilitations_list.write_list_request(mode))) is mode


@pytest.mark.parametrize(
    "asked",
    [
        RecordListRequest(DateKind.LAST_AUTHORISATION),
        RecordListRequest(DateKind.LAST_DOCUMENT, AT, "899900000101"),
    ],
)
def test_the_records_that_a_client_wants_the_server_reads(asked):
    assert patient_list.read_list_request(resent(patient_list.write_list_request(asked))) == asked


@pytest.mark.parametrize(
    "said", ["20261122093015", "2026-11-22T09:30:15Z", "2026-11-22T10:30:15+01:00", "2026-11-22T09:30:15"]
)
def test_a_date_is_read_in_utc_however_it_is_written(said):
    body = request("patientList", PAT, f"<startDate>{said}</startDate><dateType>LASTDOC</dateType>")
    assert patient_list.read_list_request(body).since == AT


def test_who_is_authorised_is_told_as_it_was_written():
    answer = AuthorisationList("DMPOk", (DOCTOR, HOSPITAL))
    assert habilitations_list.read_list(resent(habilitations_list.write_list(answer))) == answer


def test_the_names_of_the_elements_are_the_published_ones():
    root = habilitations_list.write_list(AuthorisationList("DMPOk", (DOCTOR,)))
    line = root.find(f"{{{HAB}}}output/{{{HAB}}}listOfAuthorizationByPatient")
    assert [etree.QName(one).localname for one in line] == [
        "nationalId",
        "nationalIdType",
        "firstName",
        "lastName",
        "codeSpeciality",
        "libSpeciality",
        "startOfAuthorization",
        "lastActionDate",
        "mode",
        "specificRight",
    ]
    record = patient_list.write_list(RecordList("DMPOk", (LINE,))).find(f"{{{PAT}}}output/{{{PAT}}}patientlistData")
    assert [etree.QName(one).localname for one in record] == [
        "patientIdentifier",
        "patientIdentifier",
        "lastName",
        "patronymicalName",
        "firstName",
        "dateOfBirth",
        "MT",
        "message",
        "lastUpdateDate",
        "lastAddDate",
    ]


def test_records_are_told_as_they_were_written():
    answer = RecordList("DMPOk", (LINE,))
    assert patient_list.read_list(resent(patient_list.write_list(answer))) == answer


@pytest.mark.parametrize("birth_date", ["1979", "1979-03", "1979-00-00", "1979-03-28"])
def test_a_partial_birth_date_comes_back_as_it_is(birth_date):
    traits = IdentityTraits("LE GOFF", "ZOE", "", birth_date, Sex.UNDETERMINED)
    answer = RecordList("DMPOk", (RecordLine(LINE.identifiers, traits),))
    assert patient_list.read_list(resent(patient_list.write_list(answer))) == answer


def test_a_refusal_is_a_status_and_a_context():
    told = habilitations_list.write_list(AuthorisationList("DMPClosed", context="the record is closed"))
    assert habilitations_list.read_list(resent(told)) == AuthorisationList("DMPClosed", (), "the record is closed")
    told = patient_list.write_list(RecordList("DMPInvalidMessage", context="patientList/dateType: unknown"))
    assert patient_list.read_list(resent(told)).lines == ()


@pytest.mark.parametrize(
    ("body", "element"),
    [
        (request("listAuthorizationByPatient", HAB, ""), "listAuthorizationByPatient/mode"),
        (request("listAuthorizationByPatient", HAB, "<mode>TOUS</mode>"), "listAuthorizationByPatient/mode"),
        (
            request("listAuthorizationByPatient", HAB, "<mode>TOUTE</mode><mode>TOUTE</mode>"),
            "listAuthorizationByPatient/mode",
        ),
        (request("listAuthorizationByPatient", HAB, '<mode xmlns="">TOUTE</mode>'), "listAuthorizationByPatient/mode"),
    ],
)
def test_a_mode_that_is_missing_or_unknown_is_named(body, element):
    with pytest.raises(IncompleteRequest) as refused:
        habilitations_list.read_list_request(body)
    assert refused.value.element == element


@pytest.mark.parametrize(
    ("inside", "element"),
    [
        ("", "patientList/dateType"),
        ("<dateType>LASTAUTHORIZATION</dateType>", "patientList/dateType"),
        ("<dateType>LASTDOC</dateType><startDate>hier</startDate>", "patientList/startDate"),
        ("<dateType>LASTDOC</dateType><startDate>20260231</startDate>", "patientList/startDate"),
    ],
)
def test_a_date_that_is_missing_or_unreadable_is_named(inside, element):
    with pytest.raises(IncompleteRequest) as refused:
        patient_list.read_list_request(request("patientList", PAT, inside))
    assert refused.value.element == element


@pytest.mark.parametrize(
    ("read", "name"),
    [
        (habilitations_list.read_list_request, "listAuthorizationByPatient"),
        (habilitations_list.read_list, "listAuthorizationByPatientResponse"),
        (patient_list.read_list_request, "patientList"),
        (patient_list.read_list, "patientListResponse"),
    ],
)
def test_another_message_is_no_message_of_the_service(read, name):
    for body in (request(name, "urn:other", ""), request("other", HAB, "")):
        with pytest.raises(InvalidMessage):
            read(body)


@pytest.mark.parametrize(
    "inside", ["", "<output/>", "<output><status>DMPOk</status><patientlistData/></output>"], ids=str
)
def test_an_answer_without_what_matters_is_refused_by_name(inside):
    with pytest.raises(IncompleteRequest) as refused:
        patient_list.read_list(request("patientListResponse", PAT, inside))
    assert refused.value.element.startswith("patientListResponse/output")
