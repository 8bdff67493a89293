"""Exactly one trace for each call, whatever becomes of it; its reason is precise where the answer is not (LOG-1)."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest

from dmp.client import CallRefused
from dmp.client.credentials import Credentials
from dmp.client.header import Saying, security_header
from dmp.record.record import ClosingReason
from dmp.wire import habilitations, mtom, soap
from dmp.wire.xds import iti43
from dmp.wire.xml import Element
from journey_builders import DAY, UNKNOWN_UUID, Envelope, Story, a_search, a_submission, post, post_octets
from store_builders import at_once

SEARCH = soap.Action.STORED_QUERY


def header(story: Story, who: Credentials, *, days_ago: int = 0) -> Element:
    at = datetime.now(UTC) - days_ago * DAY
    return security_header(who, story.patient, Saying(), at=at)


def search(story: Story, *, holder: str = "doctor", **how):
    return post(story, holder, "registry", Envelope(SEARCH, a_search(story), **how))


def test_each_act_leaves_one_trace_with_who_did_it(story):
    doctor = story.opened("doctor").doctor
    document = story.note()
    calls = [
        ("TD0.2", lambda: doctor.test_record(story.patient)),
        ("TD1.3a", lambda: doctor.read_identity(story.patient)),
        ("TD0.3-authorise", lambda: doctor.authorise(story.patient)),
        ("TD2.1", lambda: doctor.submit(story.patient, [document])),
        ("TD3.1", lambda: doctor.find(story.patient)),
        ("TD1.4", lambda: doctor.close_record(story.patient, ClosingReason.PATIENT_REQUEST)),
        ("TD1.2", lambda: doctor.reopen_record(story.patient)),
    ]
    for verb, call in calls:
        with story.one_trace() as seen:
            call()
        trace = seen.trace
        assert (trace.verb, trace.outcome, trace.record) == (verb, "done", story.record().key)
        assert trace.who.person == doctor.credentials.user
        assert trace.who.structure == doctor.credentials.facility.id
        assert (trace.who.profession, trace.who.via, trace.who.client) == ("10", "DIRECTE", "dmp.client")
        assert trace.who.assertion.startswith("_")
        assert trace.who.message.startswith("urn:uuid:")


def test_a_trace_says_nothing_of_what_is_inside(story):
    story.opened("doctor")
    with story.one_trace() as seen:
        story.doctor.submit(story.patient, [story.note("Titre confidentiel")])
    text = seen.trace.text().decode()
    assert "confidentiel" not in text
    assert story.patient.number not in text
    assert story.person.traits.birth_name not in text


# -- messages


def test_a_message_is_taken_once(story):
    story.opened("doctor")
    message = f"urn:uuid:{uuid.uuid4()}"
    assert search(story, message_id=message).status == 200

    with story.one_trace() as seen:
        again = search(story, message_id=message)

    assert (again.status, again.fault) == (400, "dmp:DuplicateMessageID")
    assert (seen.trace.outcome, seen.trace.verb) == ("refused", "TD3.1")
    assert "wsa:MessageID" in seen.said


def test_the_same_message_sent_at_once_is_taken_once(story_on_both):
    story = story_on_both.opened("doctor")
    message = f"urn:uuid:{uuid.uuid4()}"

    answers = at_once(*[lambda: search(story, message_id=message) for _ in range(4)])

    assert sorted(answer.status for answer in answers) == [200, 400, 400, 400]


def test_two_callers_may_use_one_message_id(story):
    story.opened("doctor", "nurse")
    message = f"urn:uuid:{uuid.uuid4()}"
    assert search(story, message_id=message).status == 200
    assert search(story, holder="nurse", message_id=message).status == 200


def test_an_act_of_another_service_is_refused_with_its_action(story):
    with story.one_trace() as seen:
        sent = post(story, "doctor", "repository", Envelope(SEARCH, a_search(story)))
    assert (sent.status, sent.fault) == (400, "wsa:ActionNotSupported")
    assert seen.trace.verb == "unreadable"


def test_a_body_that_is_not_the_one_of_its_action_is_a_fault(story):
    story.opened("doctor")
    with story.one_trace() as seen:
        sent = post(story, "doctor", "registry", Envelope(SEARCH, iti43.write_request([])))
    assert sent.status == 400
    assert seen.trace.outcome == "refused"


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"not xml",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>',
        b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Header/><e:Body/></e:Envelope>',
        b"<a>" * 200 + b"</a>" * 200,
    ],
    ids=["nothing", "text", "doctype", "soap 1.1", "no header", "too deep"],
)
def test_what_cannot_be_read_is_a_fault_and_one_trace_of_nobody(story, octets):
    for service in ("repository", "registry", "patients", "habilitations"):
        with story.one_trace() as seen:
            sent = post_octets(story, "doctor", service, octets, mtom.simple_type(SEARCH))
        assert sent.status in (400, 500)
        assert sent.fault
        assert (seen.trace.who.kind, seen.trace.record, seen.trace.outcome) == ("unknown", "", "refused")
        assert seen.trace.detail


def test_a_broken_package_is_a_fault_and_one_trace(story):
    story.opened("doctor")
    body, parts = a_submission(story.lot([story.note()]))
    root = soap.request(
        body,
        action=soap.Action.PROVIDE_AND_REGISTER,
        to="https://localhost",
        message_id=f"urn:uuid:{uuid.uuid4()}",
        security=story.doctor.security(story.patient),
    )
    kind, pieces = mtom.write(root, parts, boundary="cut", root_id="root@x", action=soap.Action.PROVIDE_AND_REGISTER)
    cut = b"".join(pieces)[:-200]

    with story.one_trace() as seen:
        sent = post_octets(story, "doctor", "repository", cut, kind)

    assert (sent.status, sent.fault) == (400, "Sender")
    assert seen.trace.outcome == "refused"
    assert story.titles("doctor") == []


# -- assertions


def test_an_assertion_serves_several_calls_of_its_holder(story):
    story.opened("doctor")
    security = header(story, story.doctor.credentials)
    with story.one_trace():
        assert search(story, security=security).status == 200
    with story.one_trace():
        assert search(story, security=security).status == 200


def test_first_calls_at_once_with_one_assertion_all_pass(story_on_both):
    story = story_on_both.opened("doctor")
    security = header(story, story.doctor.credentials)

    answers = at_once(*[lambda: search(story, security=security) for _ in range(4)])

    assert [answer.status for answer in answers] == [200] * 4


def test_an_assertion_over_the_certificate_of_somebody_else_is_refused(story):
    story.opened("doctor", "nurse")
    security = header(story, story.doctor.credentials)

    with story.one_trace() as seen:
        sent = search(story, holder="nurse", security=security)

    assert (sent.status, sent.fault, sent.reason) == (400, "dmp:DMPInvalidVIHF", "DMPInvalidVIHF")
    assert seen.trace.who.kind == "unknown"
    assert seen.said == "holder: the TLS certificate and the signing certificate are not of the same holder"


def test_an_old_assertion_has_expired(story):
    story.opened("doctor")
    with story.one_trace() as seen:
        sent = search(story, security=header(story, story.doctor.credentials, days_ago=2))
    assert (sent.status, sent.fault) == (400, "dmp:DMPExpiredVIHF")
    assert seen.said.startswith("time: ")


def test_an_altered_assertion_is_refused(story):
    story.opened("doctor")
    security = header(story, story.doctor.credentials)
    (mode,) = security.xpath("//*[local-name()='PurposeOfUse']")
    mode.set("code", "bris_de_glace")
    with story.one_trace() as seen:
        sent = search(story, security=security)
    assert (sent.status, sent.fault, sent.reason) == (400, "dmp:DMPInvalidVIHF", "DMPInvalidVIHF")
    assert "signature" in seen.said.lower() or "digest" in seen.said.lower()


def test_a_revoked_certificate_is_refused_whatever_it_asks(story):
    story.opened("doctor")
    with story.one_trace() as seen:
        sent = search(story, holder="revoked")
    assert (sent.status, sent.fault) == (400, "dmp:DMPInvalidCertificate")
    assert (seen.trace.who.kind, seen.trace.outcome) == ("unknown", "refused")
    assert "revoked" in seen.said


@pytest.mark.parametrize("holder", ["expired", "foreign"])
def test_a_certificate_that_tls_itself_refuses_does_not_even_connect(story, holder):
    with pytest.raises(httpx2.TransportError):
        search(story, holder=holder)


def test_a_user_who_is_not_on_the_card_is_refused(story):
    story.opened("doctor")
    somebody = replace(story.doctor.credentials, user=story.by("doctor2").credentials.user)
    with story.one_trace() as seen:
        sent = search(story, security=header(story, somebody))
    assert sent.fault == "dmp:DMPInvalidVIHF"
    assert seen.said == "holder: NameID is not the id on the card"


def test_a_call_without_assertion_is_refused(story):
    body = a_search(story)
    root = soap.request(body, action=SEARCH, to="https://localhost", message_id=f"urn:uuid:{uuid.uuid4()}")
    with story.one_trace() as seen:
        sent = post_octets(story, "doctor", "registry", root, mtom.simple_type(SEARCH))
    assert (sent.status, sent.fault) == (400, "Sender")
    assert "Security" in seen.said


def test_an_assertion_that_names_no_patient_opens_nothing(story):
    story.opened("doctor")
    security = story.doctor.security(None)
    with story.one_trace() as seen:
        sent = search(story, security=security)
    assert (sent.status, sent.fault) == (400, "dmp:DMPInvalidVIHF")
    assert "names no patient" in seen.said
    body = habilitations.write_authorisation(habilitations.AuthorisationRequest(habilitations.AuthorisationAction.ADD))
    with story.one_trace():
        sent = post(
            story, "doctor", "habilitations", Envelope(habilitations.ACTIONS[0], body, story.doctor.security(None))
        )
    assert sent.fault == "dmp:DMPInvalidVIHF"


# -- refusals inside


def test_a_refused_submission_leaves_one_precise_trace(story):
    story.opened("doctor")
    with story.one_trace() as seen, pytest.raises(CallRefused):
        story.doctor.submit(story.patient, [story.note(author="doctor2")])
    assert seen.trace.outcome == "refused"
    assert seen.trace.record == story.record().key
    assert "LocalPolicyRestrictionError" in seen.said


def test_a_refused_update_names_its_target(story):
    story.opened("doctor", "nurse")
    entry = story.fed("Lettre")
    with story.refused("LocalPolicyRestrictionError") as seen:
        story.nurse.delete(story.patient, entry)
    assert (seen.trace.verb, seen.said) == ("TD3.3c", "not-own-document")
    assert [(t.uuid, t.unique_id) for t in seen.trace.touched] == [(entry.uuid, "")]
    with story.refused("UnresolvedReferenceException") as seen:
        story.nurse.delete(story.patient, replace(entry, uuid=UNKNOWN_UUID))
    assert [(t.uuid, t.unique_id) for t in seen.trace.touched] == [(UNKNOWN_UUID, "")]
