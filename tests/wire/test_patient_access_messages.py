"""The messages of TD1.5a, b and d, both ways."""

import pytest
from lxml import etree

from dmp.record.enrolment import ChannelAction, ChannelChange
from dmp.record.errors import IncompleteRequest, InvalidMessage
from dmp.record.notice import Channel
from dmp.wire import patient_access
from dmp.wire.patient_access import CHANGE, CREATE, RENEW, AccessAnswer

MAIL = "anne.fictif@example.org"
PAT = "urn:si-dmp-patients"


def sent(element):
    return etree.fromstring(etree.tostring(element))


def a_request(name: str, inside: str = "", namespace: str = PAT):
    return etree.fromstring(f'<{name} xmlns="{namespace}">{inside}</{name}>')


@pytest.mark.parametrize("channel", Channel)
def test_the_server_reads_the_creation_that_a_client_writes(channel):
    assert patient_access.read_creation(sent(patient_access.write_creation(channel, MAIL))) == (channel, MAIL)


@pytest.mark.parametrize("action", ChannelAction)
def test_the_server_reads_the_change_that_a_client_writes(action):
    change = ChannelChange(Channel.SMS, "06 00 00 00 00", action)
    assert patient_access.read_change(sent(patient_access.write_change(change))) == change


def test_a_request_as_products_would_send_it_is_read():
    message = etree.fromstring(
        f'<p:patientOTPUpdate xmlns:p="{PAT}"><p:type> SMS </p:type><p:canal>\n0600000000</p:canal>'
        "<p:action>AJOUT</p:action></p:patientOTPUpdate>"
    )
    assert patient_access.read_change(message) == ChannelChange(Channel.SMS, "0600000000", ChannelAction.ADD)


def test_a_renewal_holds_nothing():
    patient_access.read_renewal(sent(patient_access.write_renewal()))
    with pytest.raises(InvalidMessage):
        patient_access.read_renewal(a_request(CREATE))


@pytest.mark.parametrize(
    ("read", "request_", "element"),
    [
        (patient_access.read_creation, a_request(CREATE), "createPatientAccess/type"),
        (patient_access.read_creation, a_request(CREATE, "<type>FAX</type>"), "createPatientAccess/type"),
        (patient_access.read_creation, a_request(CREATE, "<type>sms</type>"), "createPatientAccess/type"),
        (
            patient_access.read_creation,
            a_request(CREATE, "<type>SMS</type><type>EMAIL</type>"),
            "createPatientAccess/type",
        ),
        (
            patient_access.read_creation,
            a_request(CREATE, "<type>SMS</type><canal>1</canal><canal>2</canal>"),
            "createPatientAccess/canal",
        ),
        (patient_access.read_change, a_request(CHANGE, "<type>SMS</type>"), "patientOTPUpdate/action"),
        (
            patient_access.read_change,
            a_request(CHANGE, "<type>SMS</type><action>AJOUTER</action>"),
            "patientOTPUpdate/action",
        ),
        (patient_access.read_change, a_request(CHANGE, "<action>AJOUT</action>"), "patientOTPUpdate/type"),
    ],
)
def test_what_is_missing_or_unknown_is_named(read, request_, element):
    with pytest.raises(IncompleteRequest) as refused:
        read(request_)
    assert refused.value.element == element


@pytest.mark.parametrize(
    "read", [patient_access.read_creation, patient_access.read_change, patient_access.read_renewal]
)
@pytest.mark.parametrize("body", [a_request("patientList"), a_request(CREATE, namespace="urn:si-dmp-habilitations")])
def test_another_message_is_refused(read, body):
    with pytest.raises(InvalidMessage) as refused:
        read(body)
    assert refused.value.element == "Body"


@pytest.mark.parametrize("request_", [CREATE, CHANGE, RENEW])
@pytest.mark.parametrize(
    "answer",
    [AccessAnswer("DMPOk"), AccessAnswer("DMPOk", "bado-kiru", "abc23"), AccessAnswer("DMPNotFound", context="none")],
)
def test_the_client_reads_the_answer_that_the_server_writes(request_, answer):
    message = sent(patient_access.write_answer(request_, answer))
    assert message.tag == f"{{{PAT}}}{request_}Response"
    assert {etree.QName(node).namespace for node in message.iter()} == {PAT}
    assert patient_access.read_answer(request_, message) == answer


def test_a_password_is_not_printed():
    assert "abc23" not in repr(AccessAnswer("DMPOk", "bado-kiru", "abc23"))


@pytest.mark.parametrize("inside", ["", "<output/>", "<output><login>x</login></output>"])
def test_an_answer_without_status_is_refused(inside):
    with pytest.raises(IncompleteRequest) as refused:
        patient_access.read_answer(CREATE, a_request(f"{CREATE}Response", inside))
    assert refused.value.element == "createPatientAccessResponse/output/status"


def test_both_spellings_of_each_action_are_known():
    assert patient_access.actions_of(CREATE) == (
        "urn:si-dmp-patients:PatientSpecificEndPoint:createPatientAccess",
        "urn:si-dmp-patients:createPatientAccess",
    )
