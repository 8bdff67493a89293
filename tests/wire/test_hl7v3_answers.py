from dataclasses import replace

import pytest
from lxml import etree

from dmp.record.errors import DmpCode, IncompleteRequest, InvalidMessage
from dmp.record.management import (
    Acknowledgement,
    AcknowledgementCode,
    AuthorisationStatus,
    Device,
    Interaction,
    MessageId,
    RecordStatus,
)
from dmp.record.patient import Contact
from dmp.record.record import RecordState
from dmp.wire import hl7v3
from management_builders import (
    ANSWER_ID,
    AT,
    OLD_ID,
    PATIENT,
    a_change,
    a_closed_status,
    a_closing,
    a_header,
    a_reopening,
    a_status,
    a_test,
    an_identity_request,
    an_opening,
    one,
    resent,
    some_data,
    traits,
    values,
)

ACCEPTED = Acknowledgement(AcknowledgementCode.ACCEPTED, MessageId("1.2.250.1.999.1", "b1f7"))
V3 = "{urn:hl7-org:v3}"
EVENT = "controlActProcess/subject/registrationEvent"


def _status(status: RecordStatus, **changes) -> etree._Element:
    return resent(hl7v3.write_status(a_test(**changes), status, message_id=ANSWER_ID, at=AT))


def _identity(data) -> etree._Element:
    return resent(hl7v3.write_identity(an_identity_request(), data, message_id=ANSWER_ID, at=AT))


def _done(request) -> etree._Element:
    return resent(hl7v3.write_done(request, message_id=ANSWER_ID, at=AT))


def _refused(interaction: Interaction, **changes) -> etree._Element:
    header = a_test().header
    text = "Un dossier existe déjà"
    return resent(hl7v3.write_refused(header, interaction, DmpCode.FOUND, text, message_id=ANSWER_ID, at=AT, **changes))


@pytest.mark.parametrize(
    "status",
    [
        RecordStatus(),
        a_status(),
        a_closed_status(),
        a_status(authorisation=None),
        a_status(authorisation=AuthorisationStatus.FORBIDDEN, attending=True, linked_to_portal=True),
        a_status(authorisation=AuthorisationStatus.NEVER_GIVEN, traits=None, telecoms=(), portal_account=False),
    ],
)
def test_the_client_reads_the_status_that_the_server_writes(status):
    answer = _status(status)
    assert hl7v3.read_status(answer) == status
    assert hl7v3.read_acknowledgement(answer) == ACCEPTED


@pytest.mark.parametrize("data", [None, some_data(), some_data(contact=Contact(), guardians=(), deceased=True)])
def test_the_client_reads_the_administrative_data_that_the_server_writes(data):
    answer = _identity(data)
    assert hl7v3.read_identity(answer) == data
    assert hl7v3.read_acknowledgement(answer) == ACCEPTED


def test_a_status_answer_is_built_as_the_standard_orders_it():
    answer = _status(a_status())
    assert answer.tag == f"{V3}PRPA_IN201308UV02"
    assert answer.get("ITSVersion") == "XML_1.0"
    assert [etree.QName(child).localname for child in answer] == [
        "id",
        "creationTime",
        "interactionId",
        "processingCode",
        "processingModeCode",
        "acceptAckCode",
        "receiver",
        "sender",
        "attentionLine",
        "attentionLine",
        "acknowledgement",
        "controlActProcess",
    ]
    assert one(answer, "h:id").attrib == {"root": "1.2.250.1.999.9", "extension": "answer-1"}
    assert one(answer, "h:creationTime").get("value") == "20260302090005+0000"
    assert one(answer, "h:interactionId").attrib == {
        "root": "2.16.840.1.113883.1.6",
        "extension": "PRPA_IN201308UV02",
    }
    assert values(answer, "*/@code")[:3] == ["D", "T", "NE"]
    assert values(answer, "h:receiver/h:device/h:id/@root") == ["1.2.250.1.999.2"]
    assert values(answer, "h:sender/h:device/h:id/@root") == ["1.2.250.1.213.4.1.1.1"]
    assert values(answer, "h:sender/h:device/h:softwareName/text()") == ["DMP"]


def test_the_whole_answer_is_in_the_default_hl7_namespace():
    for answer in (_status(a_closed_status()), _identity(some_data()), _done(a_closing())[0]):
        assert answer.prefix is None
        assert {etree.QName(node).namespace for node in answer.iter()} == {"urn:hl7-org:v3"}
        types = answer.xpath("//@xsi:type", namespaces={"xsi": "http://www.w3.org/2001/XMLSchema-instance"})
        assert all(":" not in name for name in types)


def test_the_attention_lines_carry_typed_values():
    answer = _status(a_status(attending=True))
    line = one(answer, "h:attentionLine[h:keyWordText/@code='AUTORISATION']")
    assert line[0].get("codeSystem") == "1.2.250.1.213.4.1.2.6.1"
    assert dict(line[1].attrib) == {
        "code": "VALIDE",
        "codeSystem": "1.2.250.1.213.4.1.2.6.2",
        "{http://www.w3.org/2001/XMLSchema-instance}type": "CV",
    }
    line = one(answer, "h:attentionLine[h:keyWordText/@code='STATUT_MT']")
    assert line[0].get("codeSystem") == "1.2.250.1.213.4.1.2.6.3"
    assert dict(line[1].attrib) == {
        "value": "true",
        "{http://www.w3.org/2001/XMLSchema-instance}type": "BL",
    }


@pytest.mark.parametrize("code", ["VALIDE", "EXPIRE", "NON_EXISTE", "INTERDIT"])
def test_the_confirmed_words_tell_the_authorisation(code):
    answer = _status(a_status(authorisation=AuthorisationStatus(code)))
    assert one(answer, "h:attentionLine[1]/h:value").get("code") == code


def test_an_open_record_tells_identifiers_names_and_marks():
    patient = one(_status(a_status()), ".//h:patient")
    assert values(patient, "h:id/@extension") == [PATIENT.number, OLD_ID.number]
    assert values(patient, "h:statusCode/@code") == ["active"]
    assert values(patient, ".//h:family[@qualifier='SP']/text()") == ["MARTIN"]
    assert values(patient, ".//h:family[@qualifier='BR']/text()") == ["LE GOFF"]
    assert values(patient, ".//h:birthTime/@value") == ["19790328"]
    marks = {
        "COMPTE_INTERNET_OUVERT": ("1.2.250.1.213.4.1.2.9", "true"),
        "RATTACHEMENT_ENS": ("1.2.250.1.213.4.1.2.3", "false"),
    }
    for code, (system, value) in marks.items():
        observation = one(patient, f"h:subjectOf/h:administrativeObservation[h:code/@code='{code}']")
        assert values(observation, "h:code/@codeSystem") == [system]
        assert values(observation, "h:value/@value") == [value]


def test_who_has_no_used_name_goes_by_the_birth_name():
    patient = one(_status(a_status(traits=traits(used_name=""))), ".//h:patient")
    assert values(patient, ".//h:family[@qualifier='SP']/text()") == ["LE GOFF"]


def test_a_closed_record_tells_when_and_why():
    answer = _status(a_closed_status())
    assert values(answer, ".//h:registrationEvent/h:statusCode/@code") == ["completed"]
    assert values(answer, ".//h:registrationEvent/h:effectiveTime/@value") == ["20251224103000+0000"]
    assert values(answer, ".//h:patient/h:statusCode/@code") == ["terminated"]
    issue = one(answer, "h:controlActProcess/h:reasonOf/h:detectedIssueEvent")
    assert values(issue, "h:code/@code") == ["FERMETURE_DEMANDE_PATIENT"]
    assert values(issue, "h:code/@codeSystem") == ["1.2.250.1.213.4.1.2.4"]
    assert values(issue, "h:text/text()") == ["Demande"]
    assert values(answer, ".//h:queryResponseCode/@code") == ["OK"]


@pytest.mark.parametrize("status", [RecordStatus(), a_status(state=RecordState.DESTROYED)])
def test_no_record_and_a_destroyed_one_answer_alike(status):
    answer = _status(status)
    assert etree.tostring(answer) == etree.tostring(_status(RecordStatus()))
    assert values(answer, ".//h:queryResponseCode/@code") == ["NF"]
    assert values(answer, "//h:subject | //h:attentionLine") == []
    assert values(answer, "h:acknowledgement/@typeCode") == ["AA"]


def test_the_answer_repeats_the_query():
    process = one(_status(RecordStatus()), "h:controlActProcess")
    assert values(process, "h:queryAck/h:queryId/@extension") == ["q-1"]
    assert values(process, "h:queryByParameter/h:queryId/@extension") == ["q-1"]
    assert values(process, "h:queryByParameter//h:value/@extension") == [PATIENT.number]
    assert values(process, "h:queryByParameter//h:semanticsText/text()") == ["Patient.id"]


def test_the_administrative_data_tell_oppositions_and_representatives():
    patient = one(_identity(some_data()), ".//h:patient")
    assert values(patient, ".//h:personalRelationship/h:code/@code") == ["FTH"]
    assert values(patient, ".//h:deceasedInd/@value") == ["false"]
    assert values(patient, ".//h:administrativeObservation/h:code/@code") == [
        "OPPOSITION_BRIS_DE_GLACE",
        "OPPOSITION_ACCES_URGENCE",
        "COMPTE_INTERNET_OUVERT",
        "RATTACHEMENT_ENS",
    ]
    assert values(patient, ".//h:administrativeObservation/h:value/@value") == ["false", "true", "false", "true"]


@pytest.mark.parametrize(
    ("request_", "response", "inner", "status"),
    [
        (an_opening(), "PRPA_IN201311UV02_Response", "PRPA_IN201312UV02", "active"),
        (a_reopening(), "PRPA_IN201314UV02_Response", "PRPA_IN201315UV02", "active"),
        (a_change(), "PRPA_IN201314UV02_Response", "PRPA_IN201315UV02", "active"),
        (a_closing(), "PRPA_IN201314UV02_Response", "PRPA_IN201315UV02", "terminated"),
    ],
)
def test_what_was_done_is_told_in_the_french_wrapper(request_, response, inner, status):
    answer = _done(request_)
    assert answer.tag == f"{{asip:ci-sis:gdp:2010}}{response}"
    assert [child.tag for child in answer] == [f"{V3}{inner}"]
    assert values(answer, "*/h:interactionId/@extension") == [inner]
    assert values(answer, ".//h:patient/h:statusCode/@code") == [status]
    assert hl7v3.read_acknowledgement(answer) == ACCEPTED


@pytest.mark.parametrize(
    ("interaction", "inner"),
    [(Interaction.OPENING, "PRPA_IN201313UV02"), (Interaction.CHANGE, "PRPA_IN201316UV02")],
)
def test_a_refused_change_is_told_in_the_french_wrapper(interaction, inner):
    answer = _refused(interaction)
    assert answer.tag == f"{{asip:ci-sis:gdp:2010}}{interaction}_Response"
    assert [child.tag for child in answer] == [f"{V3}{inner}"]
    assert values(answer, "*/h:acknowledgement/@typeCode") == ["AE"]
    assert values(answer, "*/h:acknowledgement/h:targetMessage/h:id/@extension") == ["b1f7"]
    detail = one(answer, "*/h:acknowledgement/h:acknowledgementDetail")
    assert values(detail, "h:code/@code | h:text/text()") == ["DMPFound", "Un dossier existe déjà"]


def test_a_refused_query_is_told_without_any_subject():
    answer = _refused(Interaction.QUERY)
    assert answer.tag == f"{V3}PRPA_IN201308UV02"
    assert values(answer, ".//h:queryResponseCode/@code") == ["AE"]
    assert values(answer, "//h:subject | //h:attentionLine | //h:queryByParameter") == []
    refusal = replace(ACCEPTED, verdict=AcknowledgementCode.ERROR, code="DMPFound", text="Un dossier existe déjà")
    assert hl7v3.read_status(answer) == refusal
    assert hl7v3.read_identity(answer) == refusal
    assert not refusal.accepted


def test_a_message_can_be_rejected():
    answer = _refused(Interaction.CHANGE, verdict=AcknowledgementCode.REJECTED)
    assert hl7v3.read_acknowledgement(answer).verdict is AcknowledgementCode.REJECTED


def test_a_refusal_can_answer_a_message_that_hardly_reads():
    header = a_header(created="", sender=Device(""), query=None)
    answer = hl7v3.write_refused(header, Interaction.QUERY, DmpCode.NOT_FOUND, "Illisible", message_id=ANSWER_ID, at=AT)
    assert values(answer, "h:receiver/h:device/h:id/@nullFlavor") == ["UNK"]
    assert values(answer, ".//h:queryId/@extension") == ["b1f7"]


def test_another_server_may_answer_under_its_own_name():
    server = Device("1.2.250.1.999.7", "Bac à sable")
    answer = hl7v3.write_status(a_test(), RecordStatus(), message_id=ANSWER_ID, at=AT, server=server)
    assert values(answer, "h:sender/h:device/h:softwareName/text()") == ["Bac à sable"]
    answer = hl7v3.write_status(a_test(), a_status(), message_id=ANSWER_ID, at=AT, server=server)
    assert values(answer, ".//h:custodian/h:assignedEntity/h:id/@root") == ["1.2.250.1.999.7"]


def test_the_verdict_is_read_as_an_attribute_or_as_an_element():
    answer = _status(RecordStatus())
    acknowledgement = one(answer, "h:acknowledgement")
    del acknowledgement.attrib["typeCode"]
    acknowledgement.insert(0, acknowledgement.makeelement(f"{V3}typeCode", {"code": "AA"}))
    assert hl7v3.read_acknowledgement(answer) == ACCEPTED


@pytest.mark.parametrize(
    ("path", "attribute", "element"),
    [
        ("h:acknowledgement", "typeCode", "acknowledgement/@typeCode"),
        (".//h:queryResponseCode", "code", "controlActProcess/queryAck/queryResponseCode/@code"),
        ("h:attentionLine/h:value", "code", "attentionLine/value/@code"),
        (
            ".//h:patient/h:statusCode",
            "code",
            "controlActProcess/subject/registrationEvent/subject1/patient/statusCode/@code",
        ),
    ],
)
def test_the_client_names_what_it_does_not_understand(path, attribute, element):
    answer = _status(a_status())
    answer.xpath(path, namespaces={"h": "urn:hl7-org:v3"})[0].set(attribute, "?")
    with pytest.raises(IncompleteRequest) as refused:
        hl7v3.read_status(answer)
    assert refused.value.element == f"PRPA_IN201308UV02/{element}"


@pytest.mark.parametrize(
    "body",
    [
        '<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3"/>',
        '<g:PRPA_IN201311UV02_Response xmlns:g="asip:ci-sis:gdp:2010"/>',
        '<g:PRPA_IN201307UV02 xmlns:g="asip:ci-sis:gdp:2010"/>',
    ],
)
def test_what_is_no_answer_is_refused(body):
    with pytest.raises(InvalidMessage):
        hl7v3.read_acknowledgement(etree.fromstring(body))
