"""The life of a record in HL7 V3: TD0.2, TD1.1, TD1.2, TD1.3a, TD1.3b, TD1.4 (functional 2, xds-wire 9)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dmp.client import CallRefused
from dmp.record.management import (
    AuthorisationStatus,
    ClosingRequest,
    Device,
    IdentityChange,
    MessageHeader,
    MessageId,
    OpeningRequest,
    PartialTraits,
    ReopeningRequest,
)
from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId
from dmp.record.record import ClosingReason, Oppositions, RecordState, Regime
from dmp.sandbox.population import Person
from dmp.wire import hl7v3, soap
from journey_builders import DAY, Envelope, Sent, Story, now_dtm, post

INS_C = "1.2.250.1.213.1.4.2"
V3 = {"h": "urn:hl7-org:v3"}


def a_header() -> MessageHeader:
    return MessageHeader(MessageId("1.2.250.1.999.1", "m-1"), now_dtm(), Device("1.2.250.1.999.2", "Cabinet"))


def a_change(story: Story, **changes) -> IdentityChange:
    return IdentityChange(a_header(), (story.patient,), **changes)


def an_opening(story: Story, **changes) -> OpeningRequest:
    request = OpeningRequest(a_header(), (story.patient,), story.person.traits, now_dtm())
    return replace(request, **changes)


def shown(traits: IdentityTraits) -> IdentityTraits:
    """Traits as answers give them: the used name is always told."""
    return replace(traits, used_name=traits.used_name or traits.birth_name)


def posted(story: Story, body, holder: str = "doctor") -> Sent:
    action = soap.Action(f"urn:hl7-org:v3:{body.tag.rpartition('}')[2]}")
    return post(story, holder, "patients", Envelope(action, body))


def refusal_of(sent: Sent) -> tuple[str, str]:
    """The detail code and the text of a refused management message."""
    assert sent.status == 200, sent.reason
    acknowledgement = hl7v3.read_acknowledgement(sent.body)
    assert not acknowledgement.accepted
    return acknowledgement.code, acknowledgement.text


# -- TD0.2


def test_a_person_without_record_is_answered_as_such(story):
    with story.one_trace() as seen:
        status = story.doctor.test_record(story.patient)

    assert not status.found
    assert status.state is None
    assert (seen.trace.verb, seen.trace.outcome, seen.trace.record) == ("TD0.2", "done", "")


def test_an_open_record_tells_its_state_and_my_authorisation(story):
    story.opened("nurse")

    status = story.nurse.test_record(story.patient)

    assert status.state is RecordState.ACTIVE
    assert status.identifiers == (story.patient,)
    assert status.authorisation is AuthorisationStatus.VALID
    assert not status.attending
    assert not status.linked_to_portal
    assert status.traits.birth_name == story.person.traits.birth_name


def test_an_authorisation_never_given_is_told(story):
    assert story.opened().nurse.test_record(story.patient).authorisation is AuthorisationStatus.NEVER_GIVEN


def test_an_authorisation_lapses_after_a_year(story):
    story.opened("nurse")
    (given,) = story.record().authorisations
    assert given.until - given.start == timedelta(days=365)
    story.change(lambda record: replace(record, authorisations=(replace(given, until=datetime.now(UTC) - DAY),)))

    assert story.nurse.test_record(story.patient).authorisation is AuthorisationStatus.EXPIRED


@pytest.mark.parametrize("structure", [False, True])
def test_a_blocked_professional_learns_that_he_is(story, structure):
    story.opened("nurse").block("nurse", structure=structure)

    assert story.nurse.test_record(story.patient).authorisation is AuthorisationStatus.FORBIDDEN


def test_the_attending_doctor_is_told_so(story):
    story.opened("doctor").doctor.become_attending(story.patient)

    assert story.doctor.test_record(story.patient).attending
    assert not story.by("doctor2").test_record(story.patient).attending


def test_the_authorisation_of_a_structure_is_that_of_its_people(story):
    story.opened("secretary")

    hospital_doctor = story.by("hospital", standing_for="doctor2", air=True)
    assert hospital_doctor.test_record(story.patient).authorisation is AuthorisationStatus.VALID


def test_an_insurer_gets_the_same_refusal_with_and_without_a_record(story):
    with story.refused("DMPAccessDeniedByRightsService") as before:
        story.by("insurer").test_record(story.patient)
    story.opened()
    with story.refused("DMPAccessDeniedByRightsService") as after:
        story.by("insurer").test_record(story.patient)

    assert before.told == after.told
    assert before.said == after.said == "sector-shut-out"


def test_a_destroyed_record_is_as_if_it_had_never_been(story):
    story.opened("doctor")
    story.change(lambda record: replace(record, state=RecordState.DESTROYED))

    status = story.doctor.test_record(story.patient)

    assert (status.found, status.identifiers, status.traits) == (False, (), None)
    with story.refused("DMPNotFound"):
        story.doctor.authorise(story.patient)


# -- TD1.1


def test_opening_keeps_everything_that_was_said(story):
    contact = Contact((("city", "BREST"),), (("MC", "tel:0639980000"),))
    with story.one_trace() as seen:
        story.doctor.open_record(
            story.patient, story.person.traits, contact=contact, oppositions=Oppositions(True, True)
        )

    record = story.record()
    assert (seen.trace.verb, seen.trace.outcome) == ("TD1.1", "done")
    assert record.consent.author == story.doctor.credentials.user
    data = story.nurse.read_identity(story.patient)
    assert data.contact == contact
    assert data.oppositions == Oppositions(True, True)
    assert data.traits == shown(story.person.traits)


@pytest.mark.parametrize("holder", ["doctor", "nurse", "pharmacist", "secretary", "hospital"])
def test_professionals_staff_and_structures_may_open(story, holder):
    story.by(holder).open_record(story.patient, story.person.traits)

    assert story.doctor.test_record(story.patient).state is RecordState.ACTIVE


def test_opening_without_consent_is_refused(story):
    body = hl7v3.write_request(an_opening(story))
    (consent,) = body.xpath("//h:administrativeObservation[h:code/@code='CONSENTEMENT_OUVERTURE_DMP']", namespaces=V3)
    consent.find("h:value", V3).set("value", "false")

    with story.one_trace() as seen:
        code, text = refusal_of(posted(story, body))

    assert code == "DMPConsentMissing"
    assert "CONSENTEMENT_OUVERTURE_DMP" in text
    assert (seen.trace.outcome, seen.trace.verb) == ("refused", "TD1.1")
    assert "consent-missing" in seen.said
    assert not story.doctor.test_record(story.patient).found


def test_a_minor_is_not_opened_without_a_legal_representative(story_of_a_child):
    story = story_of_a_child
    with story.refused("DMPInvalidMessage") as seen:
        story.doctor.open_record(story.patient, story.person.traits)
    assert "personalRelationship" in seen.said

    story.opened()
    (guardian,) = story.doctor.read_identity(story.patient).guardians
    assert guardian.family == story.person.guardians[0].family


def test_a_record_is_opened_once(story):
    story.opened()

    with story.refused("DMPFound") as seen:
        story.nurse.open_record(story.patient, story.person.traits)
    assert seen.trace.record == story.record().key


def test_a_record_is_found_under_another_identifier_of_the_person(story):
    old = PatientId("1541187387477485562488", INS_C)
    story.doctor.open_record(story.patient, story.person.traits, others=(old,))

    assert story.doctor.test_record(old).identifiers == (story.patient, old)
    with story.refused("DMPFound"):
        story.doctor.open_record(old, story.person.traits)


def test_a_second_record_is_refused_when_only_a_former_identifier_is_known(story, strict, person):
    former = PatientId("0812441806858398871956", INS_C)
    story.doctor.open_record(former, story.person.traits)

    with story.refused("DMPFound"):
        story.doctor.open_record(story.patient, story.person.traits, others=(former,))
    assert not story.doctor.test_record(story.patient).found


def test_a_closed_record_is_not_opened_anew(story):
    story.opened().doctor.close_record(story.patient, ClosingReason.PATIENT_REQUEST)

    with story.refused("DMPClosed"):
        story.doctor.open_record(story.patient, story.person.traits)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda patient: PatientId(patient.number[:-2] + f"{(int(patient.number[-2:]) % 97) + 1:02d}", patient.root),
        lambda patient: PatientId(patient.number, "1.2.250.1.213.1.4.8"),
        lambda patient: PatientId(patient.number[:-1], patient.root),
        lambda patient: PatientId(patient.number, "1.2.250.1.213.1.4.13"),
    ],
    ids=["wrong key", "real identity on a test instance", "too short", "a number that is nobody's own"],
)
def test_an_identifier_that_this_instance_does_not_take_is_refused(story, spoil):
    wrong = spoil(story.patient)
    with story.refused("DMPIdentityCertificationFailure"):
        story.doctor.open_record(wrong, story.person.traits)
    assert story.record_of(wrong) is None


def test_a_wrong_identifier_beside_the_right_one_is_refused_too(story):
    real = PatientId(story.patient.number, "1.2.250.1.213.1.4.8")
    with story.refused("DMPIdentityCertificationFailure"):
        story.doctor.open_record(story.patient, story.person.traits, others=(real,))


def test_an_opening_for_somebody_else_than_the_assertion_says_is_a_fault(story):
    other = PatientId("279035121518989", story.patient.root)
    body = hl7v3.write_request(an_opening(story, identifiers=(other,)))

    with story.one_trace() as seen:
        sent = posted(story, body)

    assert (sent.status, sent.fault, sent.reason) == (400, "dmp:DMPPatientMismatch", "DMPPatientMismatch")
    assert seen.said == "patient: the assertion and the body name different patients"


def test_a_message_whose_reason_does_not_fit_is_refused_with_its_path(story):
    body = hl7v3.write_request(an_opening(story))
    body.find(".//h:reasonCode", V3).set("code", "FERM")

    with story.one_trace():
        code, text = refusal_of(posted(story, body))

    assert code == "DMPInvalidMessage"
    assert "reasonCode/@code" in text


# -- OPT_OUT


@pytest.fixture
def portal(start, person: Person) -> Story:
    """A service where the national insurer opens records."""
    return Story(start(regime=Regime.OPT_OUT), person)


def test_in_opt_out_professionals_do_not_open_and_the_operator_does(portal):
    with portal.refused("DMPAccessDeniedByRightsService") as seen:
        portal.doctor.open_record(portal.patient, portal.person.traits)
    assert "national insurer" in seen.said

    portal.sandbox.operations.open(portal.patient.number, traits=None, consent=False)

    status = portal.doctor.test_record(portal.patient)
    assert status.state is RecordState.ACTIVE
    assert status.linked_to_portal


def test_a_record_linked_to_the_portal_is_neither_changed_nor_closed_by_professionals(portal):
    portal.sandbox.operations.open(portal.patient.number, traits=None, consent=False)

    with portal.refused("DMPAccessDeniedByRightsService") as seen:
        portal.doctor.close_record(portal.patient, ClosingReason.PATIENT_REQUEST)
    assert seen.said == "linked-to-the-portal"
    with portal.refused("DMPAccessDeniedByRightsService"):
        portal.doctor.change_identity(a_change(portal, break_glass_opposed=True), portal.patient)
    assert portal.doctor.test_record(portal.patient).state is RecordState.ACTIVE

    portal.sandbox.operations.close(portal.patient.number, ClosingReason.DEATH, "")

    assert portal.doctor.test_record(portal.patient).state is RecordState.CLOSED


# -- TD1.3a, TD1.3b


def test_administrative_data_are_for_every_actor_of_care(story):
    story.opened()
    for holder in ("nurse", "secretary", "hospital"):
        assert story.by(holder).read_identity(story.patient).traits == shown(story.person.traits)
    with story.refused("DMPAccessDeniedByRightsService"):
        story.by("insurer").read_identity(story.patient)


def test_reading_the_data_of_nobody_finds_nothing(story):
    with story.one_trace() as seen:
        assert story.doctor.read_identity(story.patient) is None
    assert (seen.trace.outcome, seen.said) == ("refused", "no-such-record")


def test_a_blocked_professional_does_not_read_administrative_data(story):
    story.opened("nurse").block("nurse")

    with story.refused("DMPAccessDeniedByRightsService") as seen:
        story.nurse.read_identity(story.patient)
    assert seen.said == "blocked-by-the-holder"


def test_used_name_contact_and_oppositions_may_change(story):
    story.opened()
    change = a_change(
        story,
        traits=PartialTraits(used_name="NOUVEAU-FICTIF"),
        telecoms=(("MC", "tel:0639981234"),),
        break_glass_opposed=True,
    )

    with story.one_trace() as seen:
        story.doctor.change_identity(change, story.patient)

    data = story.nurse.read_identity(story.patient)
    assert (seen.trace.verb, seen.trace.outcome) == ("TD1.3b", "done")
    assert data.traits == replace(story.person.traits, used_name="NOUVEAU-FICTIF")
    assert data.contact.telecoms == (("MC", "tel:0639981234"),)
    assert data.oppositions == Oppositions(break_glass=True)


def test_what_is_not_told_stays(story):
    story.opened()
    story.doctor.change_identity(a_change(story, emergency_dispatch_opposed=True), story.patient)
    story.doctor.change_identity(a_change(story, break_glass_opposed=True), story.patient)

    assert story.doctor.read_identity(story.patient).oppositions == Oppositions(True, True)


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ("birth_name", "AUTRE"),
        ("birth_first_name", "AUTRE"),
        ("birth_date", "1901-01-01"),
        ("birth_place", "99100"),
    ],
)
def test_a_qualified_trait_cannot_be_changed(story, trait, value):
    story.opened()
    change = a_change(story, traits=PartialTraits(**{trait: value}))

    with story.refused("DMPIdentityCertificationFailure") as seen:
        story.doctor.change_identity(change, story.patient)

    assert trait in seen.said
    assert value not in seen.said
    assert story.doctor.read_identity(story.patient).traits == shown(story.person.traits)


def test_telling_the_qualified_traits_again_changes_nothing(story):
    story.opened()
    before = story.record()

    story.doctor.change_identity(a_change(story, traits=PartialTraits.of(story.person.traits)), story.patient)

    assert story.record() == before


def test_a_minor_keeps_a_legal_representative(story_of_a_child):
    story = story_of_a_child.opened()
    with story.refused("DMPInvalidMessage"):
        story.doctor.change_identity(a_change(story, guardians=()), story.patient)

    aunt = Guardian("GUARD", "TANTE-FICTIF", "ANNE")
    story.doctor.change_identity(a_change(story, guardians=(aunt,)), story.patient)

    assert story.doctor.read_identity(story.patient).guardians == (aunt,)


def test_every_change_keeps_the_version_before(story):
    story.opened()
    version = story.record().version

    story.doctor.change_identity(a_change(story, break_glass_opposed=True), story.patient)

    assert story.record().version == version + 1


# -- TD1.4, and what a closed record answers


def test_a_closed_record_tells_when_and_why(story):
    story.opened()
    with story.one_trace() as seen:
        story.doctor.close_record(story.patient, ClosingReason.PATIENT_REQUEST, "à sa demande")

    status = story.nurse.test_record(story.patient)
    assert (seen.trace.verb, seen.trace.outcome) == ("TD1.4", "done")
    assert status.state is RecordState.CLOSED
    assert status.closure.reason is ClosingReason.PATIENT_REQUEST
    assert datetime.now(UTC) - status.closure.at < timedelta(minutes=1)


def test_an_unknown_reason_to_close_is_refused(story):
    story.opened()
    request = ClosingRequest(a_header(), (story.patient,), ClosingReason.PATIENT_REQUEST)
    body = hl7v3.write_request(request)
    body.find(".//h:detectedIssueEvent/h:code", V3).set("code", "FERMETURE_ENNUI")

    code, text = refusal_of(posted(story, body))

    assert code == "DMPInvalidMessage"
    assert "detectedIssueEvent/code/@code" in text
    assert story.doctor.test_record(story.patient).state is RecordState.ACTIVE


def test_the_software_of_a_structure_does_not_close(story):
    story.opened()
    with story.refused("DMPAccessDeniedByRightsService") as seen:
        story.by("hospital").close_record(story.patient, ClosingReason.ADMINISTRATIVE)
    assert seen.said == "outside-matrix"


def test_closing_for_death_notes_the_death(story):
    story.opened().doctor.close_record(story.patient, ClosingReason.DEATH)

    assert story.record().deceased


def test_a_closed_record_refuses_everything_with_the_right_answer(story):
    story.opened("doctor", "nurse")
    entry = story.fed("Avant la fermeture")
    story.doctor.close_record(story.patient, ClosingReason.PATIENT_REQUEST)

    with story.refused("XDSUnknownPatientId") as seen:
        story.doctor.submit(story.patient, [story.note("Après")])
    assert "DMPClosed" in seen.told
    assert "FERMETURE_DEMANDE_PATIENT" in seen.told
    assert seen.said == "record-closed"
    with story.one_trace() as seen:
        assert story.titles("doctor") == []
    assert (seen.trace.outcome, seen.said) == ("refused", "record-closed")
    with story.refused("XDSDocumentUniqueIdError"):
        story.doctor.read(story.patient, entry.unique_id)
    with story.refused("XDSUnknownPatientId"):
        story.doctor.mask(story.patient, entry)
    with story.refused("XDSUnknownPatientId"):
        story.doctor.delete(story.patient, entry)
    for act in (
        lambda: story.nurse.authorise(story.patient),
        lambda: story.nurse.renounce(story.patient),
        lambda: story.doctor.read_identity(story.patient),
        lambda: story.doctor.change_identity(a_change(story, break_glass_opposed=True), story.patient),
        lambda: story.doctor.close_record(story.patient, ClosingReason.DEATH),
    ):
        with story.refused("DMPClosed"):
            act()


# -- TD1.2


def test_reopening_gives_the_content_back_without_the_old_authorisations(story):
    story.opened("doctor", "nurse")
    story.doctor.become_attending(story.patient)
    entry = story.fed("Avant la fermeture")
    story.block("pharmacist")
    story.doctor.close_record(story.patient, ClosingReason.PATIENT_REQUEST)

    with story.one_trace() as seen:
        story.doctor.reopen_record(story.patient)

    assert (seen.trace.verb, seen.trace.outcome) == ("TD1.2", "done")
    status = story.doctor.test_record(story.patient)
    assert (status.state, status.closure) == (RecordState.ACTIVE, None)
    assert (status.authorisation, status.attending) == (AuthorisationStatus.EXPIRED, False)
    assert story.titles("nurse") == []
    assert story.by("pharmacist").test_record(story.patient).authorisation is AuthorisationStatus.FORBIDDEN
    story.doctor.authorise(story.patient)
    assert story.doctor.read(story.patient, entry.unique_id) == story.documents[entry.unique_id]


def test_only_a_closed_record_is_reopened(story):
    story.opened()
    with story.refused("DMPFound"):
        story.doctor.reopen_record(story.patient)


def test_nobody_reopens_what_never_was(story):
    with story.refused("DMPNotFound"):
        story.doctor.reopen_record(story.patient)


def test_reopening_needs_a_consent_of_its_own(story):
    story.opened().doctor.close_record(story.patient, ClosingReason.PATIENT_REQUEST)
    body = hl7v3.write_request(ReopeningRequest(a_header(), (story.patient,), now_dtm()))
    for subject in body.xpath("//h:subjectOf", namespaces=V3):
        subject.getparent().remove(subject)

    with story.one_trace() as seen:
        code, text = refusal_of(posted(story, body))

    assert code == "DMPConsentMissing"
    assert "CONSENTEMENT_REACTIVATION_DMP" in text
    assert "consent-missing" in seen.said
    with pytest.raises(CallRefused, match="DMPClosed"):
        story.doctor.authorise(story.patient)
