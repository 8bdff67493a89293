"""Traces in the words of ATNA (xds-wire 10.2)."""

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from dmp.audit import syslog
from dmp.audit.atna import Source, messages
from dmp.audit.trace import Outcome, Touched, Trace, Who
from dmp.record.patient import PatientId
from dmp.record.verb import Verb

AT = datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=UTC)
PATIENT = PatientId("279035121518989", "1.2.250.1.213.1.4.10")
WHO = Who(
    "professional",
    "899900000001",
    name="DOC & <Fils>",
    profession="10",
    structure="499900000001",
    sector="SA07",
    via="DIRECTE",
    assertion="_a1",
    message="urn:uuid:m1",
    client="logiciel",
    client_version="1.2",
)
SOURCE = Source("dmp-essai", "Site d'essai", "https://dmp.example:8443")
TRACE = Trace(
    "t-1",
    AT,
    WHO,
    Verb.SUBMIT,
    "rec-1",
    Outcome.DONE,
    transaction="SubmitDocuments",
    touched=(Touched(unique_id="1.2.3"), Touched("urn:uuid:e1", "4.5.6", "10", "499900000001")),
    software="0.1.0",
)


def told(trace: Trace, patient: PatientId | None = PATIENT) -> list[etree._Element]:
    return [etree.fromstring(message) for message in messages(trace, patient, SOURCE)]


def event(trace: Trace) -> tuple[str, str, str, str]:
    root = told(trace)[0].find("EventIdentification")
    kind = root.find("EventTypeCode")
    return (
        root.find("EventID").get("csd-code"),
        root.get("EventActionCode"),
        kind.get("csd-code"),
        root.get("EventOutcomeIndicator"),
    )


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        (Verb.SUBMIT, ("110107", "C", "ITI-41", "0")),
        (Verb.FIND, ("110112", "E", "ITI-18", "0")),
        (Verb.FIND_PATIENTS, ("110112", "E", "ITI-47", "0")),
        (Verb.FIND_REFERENCE, ("110112", "E", "ITI-18", "0")),
        (Verb.READ, ("110106", "R", "ITI-43", "0")),
        (Verb.MASK, ("110110", "U", "ITI-57", "0")),
        (Verb.REMOVE_METADATA, ("110110", "D", "ITI-62", "0")),
        (Verb.REMOVE_DOCUMENTS, ("110110", "D", "ITI-86", "0")),
        (Verb.TEST_RECORD, ("110112", "E", "TD0.2", "0")),
        (Verb.OPEN_RECORD, ("110110", "C", "TD1.1", "0")),
        (Verb.AUTHORISE, ("110110", "U", "TD0.3-authorise", "0")),
        (Verb.CLOSE_RECORD, ("110110", "U", "TD1.4", "0")),
    ],
)
def test_each_act_has_the_event_of_its_transaction(verb, expected):
    assert event(replace(TRACE, verb=verb)) == expected


@pytest.mark.parametrize("verb", Verb)
def test_no_act_is_without_event(verb):
    assert event(replace(TRACE, verb=verb))[0] in {"110106", "110107", "110110", "110112"}


@pytest.mark.parametrize(("outcome", "indicator"), [(Outcome.DONE, "0"), (Outcome.REFUSED, "4"), (Outcome.FAILED, "8")])
def test_the_outcome_is_told(outcome, indicator):
    assert event(replace(TRACE, outcome=outcome))[3] == indicator


def test_a_lot_registered_alone_is_iti_42():
    assert event(replace(TRACE, transaction="RegisterDocuments"))[:3] == ("110107", "C", "ITI-42")


def test_a_caller_who_was_not_believed_is_a_failed_authentication():
    trace = replace(TRACE, who=Who("unknown", ""), outcome=Outcome.REFUSED, verb="unreadable", touched=())

    assert event(trace) == ("110114", "E", "110122", "4")
    assert len(told(trace, None)[0].findall("ActiveParticipant")) == 2


def test_an_emergency_is_an_alert_beside_the_event():
    normal, alert = told(replace(TRACE, verb=Verb.READ, who=replace(WHO, mode="bris_de_glace", reason="coma")))

    assert normal.find("EventIdentification/EventID").get("csd-code") == "110106"
    assert alert.find("EventIdentification/EventID").get("csd-code") == "110113"
    assert alert.find("EventIdentification/EventTypeCode").get("csd-code") == "110127"


def test_who_called_with_what_software_and_on_which_assertion():
    software, person, service = told(TRACE)[0].findall("ActiveParticipant")

    assert (software.get("UserID"), software.get("AlternativeUserID")) == ("logiciel", "urn:uuid:m1")
    assert software.find("RoleIDCode").get("csd-code") == "110153"
    assert (person.get("UserID"), person.get("UserName")) == ("899900000001<899900000001@499900000001>", "DOC & <Fils>")
    assert person.get("AlternativeUserID") == "_a1"
    assert (service.get("UserID"), service.find("RoleIDCode").get("csd-code")) == ("https://dmp.example:8443", "110152")
    assert service.get("UserIsRequestor") == "false"


def test_the_patient_the_lot_and_the_documents_are_the_objects():
    patient, lot, document = told(TRACE)[0].findall("ParticipantObjectIdentification")

    assert patient.get("ParticipantObjectID") == "279035121518989^^^&1.2.250.1.213.1.4.10&ISO"
    assert (lot.get("ParticipantObjectID"), lot.get("ParticipantObjectTypeCodeRole")) == ("1.2.3", "20")
    assert (document.get("ParticipantObjectID"), document.get("ParticipantObjectTypeCodeRole")) == ("4.5.6", "3")
    details = {d.get("type"): b64decode(d.get("value")).decode() for d in patient.findall("ParticipantObjectDetail")}
    assert details["structure"] == "499900000001"
    assert details["authentication"] == "DIRECTE"
    assert details["trace"] == "t-1"


def test_the_criteria_of_a_search_of_persons_are_the_query():
    search = replace(
        TRACE, verb=Verb.FIND_PATIENTS, touched=(Touched(unique_id="family=LEGOFF"), Touched(unique_id="given=ZOE"))
    )
    (query,) = told(search, None)[0].findall("ParticipantObjectIdentification")
    assert (query.get("ParticipantObjectTypeCode"), query.get("ParticipantObjectTypeCodeRole")) == ("2", "24")
    assert query.find("ParticipantObjectIDTypeCode").get("csd-code") == "ITI-47"
    assert b64decode(query.find("ParticipantObjectQuery").text) == b"family=LEGOFF; given=ZOE"


def test_a_syslog_line_is_rfc_5424_in_a_frame_of_rfc_5425():
    line = syslog.line(b"<AuditMessage/>", at=AT, host="dmp essai", process="42")

    assert line == (b"<85>1 2026-11-22T09:30:15.123456Z dmpessai dmp 42 DICOM - \xef\xbb\xbf<AuditMessage/>")
    assert syslog.frame(line) == b"%d " % len(line) + line


def test_a_header_field_that_would_be_empty_is_a_hyphen():
    assert syslog.line(b"x", at=AT, host="é", process="").split(b" ")[2:5] == [b"-", b"dmp", b"-"]
