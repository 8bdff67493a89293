"""Feeding a record: ITI-41, TD2.1 and TD2.2 (functional 5, xds-wire 2, DEC-100 to DEC-116)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dmp.client import CallRefused, lots
from dmp.record.codes import Code
from dmp.record.entry import Author
from dmp.record.errors import Problem
from dmp.record.patient import PatientId
from dmp.record.submission import Submission
from dmp.record.visibility import HIDDEN_FROM_PATIENT, Visibility
from dmp.record.visibility import MASKED as MASKED_CODE
from dmp.sandbox.maker import biology_report, vaccination_note
from dmp.sandbox.maker.facts import LOINC
from dmp.wire import soap
from dmp.wire.content import MemoryContent
from journey_builders import (
    MASKED,
    Envelope,
    Story,
    a_kos,
    a_kos_entry,
    a_submission,
    errors,
    post,
    problems,
    with_document,
    with_entry,
    with_lot,
    wrapping,
)
from maker_builders import a_dose, some_results
from store_builders import at_once

POLICY, METADATA, CONTENT = "LocalPolicyRestrictionError", "XDSRepositoryMetadataError", "InvalidDocumentContent"
MIB = 1024 * 1024
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
RTF = rb"{\rtf1\ansi Document fictif.}"
PDF_WITH_SCRIPT = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def refused(story: Story, submission: Submission, *, by: str = "doctor") -> list[Problem]:
    """The errors that a lot meets, with one trace and nothing stored."""
    blobs = story.blobs()
    with story.one_trace() as seen, pytest.raises(CallRefused) as refusal:
        story.by(by).submit_lot(story.patient, submission)
    assert seen.trace.outcome == "refused"
    assert story.blobs() == blobs
    assert story.titles("doctor") == []
    return errors(refusal)


def codes(found: list[Problem]) -> set[str]:
    return {str(problem.code) for problem in found}


# -- what is taken


def test_several_documents_come_in_one_signed_lot(story_on_both):
    story = story_on_both.opened("doctor")
    documents = [story.note("Une"), story.letter("Deux"), biology_report(story.context(), some_results())]

    with story.one_trace() as seen:
        assert story.doctor.submit(story.patient, documents) == ()

    assert len(story.titles("doctor")) == 3
    assert (seen.trace.verb, seen.trace.outcome, seen.trace.transaction) == ("TD2.1", "done", "SubmitDocuments")
    for document in documents:
        entry = story.found("doctor", document)
        assert story.doctor.read(story.patient, entry.unique_id) == document
        assert entry.unique_id in {touched.unique_id for touched in seen.trace.touched}


def test_the_registry_completes_the_entry(story):
    story.opened("doctor")
    document = story.note()
    submission = with_entry(story.lot([document]), hash="", size=None, repository_unique_id="1.2.3.4")

    story.doctor.submit_lot(story.patient, submission)

    entry, content = story.found("doctor", document), MemoryContent(document)
    assert (entry.hash, entry.size) == (content.sha1, len(document))
    assert entry.repository_unique_id == "1.2.250.1.213.4.1.1.1.2"
    assert entry.uuid == entry.logical_id
    assert entry.uuid.startswith("urn:uuid:")
    assert entry.version == 1


def test_an_entry_uuid_given_by_the_source_is_kept(story):
    story.opened("doctor")
    document, uuid = story.note(), "urn:uuid:5f0c3a52-7c5b-4a8e-9d53-0d5b1c1f7a10"
    submission = story.lot([document], sign=False)
    links = tuple(replace(link, target=uuid) for link in submission.associations)
    renamed = replace(with_entry(submission, uuid=uuid), associations=links, documents={uuid: MemoryContent(document)})
    story.doctor.submit_lot(story.patient, story.signed(renamed))

    assert story.found("doctor", document).uuid == uuid


@pytest.mark.parametrize(
    ("octets", "media_type", "format_code"),
    [
        (b"Document fictif.\n", "text/plain", "urn:ihe:iti:xds-sd:text:2008"),
        (RTF, "text/rtf", "urn:ihe:iti-fr:xds-sd:rtf:2010"),
        (JPEG, "image/jpeg", "urn:ihe:iti-fr:xds-sd:jpeg:2010"),
    ],
)
def test_every_kind_of_unstructured_body_is_taken(story, octets, media_type, format_code):
    story.opened("doctor")
    document = wrapping(story.note(), octets, media_type)

    story.doctor.submit(story.patient, [document])

    entry = story.found("doctor", document)
    assert entry.format_code.code == format_code
    assert story.doctor.read(story.patient, entry.unique_id) == document


def test_structured_documents_are_taken(story):
    story.opened("doctor")
    story.doctor.submit(story.patient, [vaccination_note(story.context(), a_dose())])

    (entry,) = story.doctor.find(story.patient)
    assert entry.type_code.code == "87273-9"


def test_a_list_of_images_is_taken_and_read_back(story):
    story.opened("doctor")
    instance = story.doctor.new_oid()
    kos = a_kos(story.patient, instance, story.doctor.new_oid())
    described = [(a_kos_entry(story, instance, kos), kos)]
    lot = lots.new_set(story.patient, story.doctor.credentials, at=datetime.now(UTC), new_oid=story.doctor.new_oid)

    assert story.doctor.submit_lot(story.patient, story.signed(lots.build(lot, described))) == ()

    answer = story.doctor.retrieve(story.patient, [instance])
    (document,) = answer.documents
    assert (document.mime_type, document.content.read()) == ("application/dicom", kos)


def test_a_list_of_images_of_somebody_else_is_refused(story):
    story.opened("doctor")
    instance = story.doctor.new_oid()
    kos = a_kos(PatientId("279035121518989", story.patient.root), instance, story.doctor.new_oid())
    lot = lots.new_set(story.patient, story.doctor.credentials, at=datetime.now(UTC), new_oid=story.doctor.new_oid)
    submission = story.signed(lots.build(lot, [(a_kos_entry(story, instance, kos), kos)]))

    (found,) = refused(story, submission)
    assert found.code == METADATA
    assert "patientId" in found.context
    assert "279035121518989" not in found.context


def test_feeding_needs_no_authorisation(story):
    story.opened()
    story.nurse.submit(story.patient, [story.note(author="nurse")])
    assert story.titles("nurse") == []


def test_a_document_to_be_announced_is_kept_from_the_patient_alone(story):
    story.opened("doctor", "nurse")
    story.fed("À annoncer", visibility=Visibility(hidden_from_patient_since=datetime.now(UTC)))

    (entry,) = story.nurse.find(story.patient)
    assert HIDDEN_FROM_PATIENT.code in {code.code for code in entry.visibility.codes}


def test_a_masked_deposit_is_for_its_author_alone(story):
    story.opened("doctor", "nurse")
    entry = story.fed("Masquée", visibility=MASKED)

    assert story.titles("nurse") == []
    assert {code.code for code in entry.visibility.codes} == {MASKED_CODE.code}


def test_a_secret_connection_hides_the_deposit_from_guardians(story_of_a_child):
    story = story_of_a_child.opened("doctor")
    secret = story.doctor.in_secret()
    document = story.note("Confidentielle")

    secret.submit(story.patient, [document])

    assert story.found("doctor", document).visibility == Visibility(hidden_from_guardians=True)


def test_a_secret_connection_for_an_adult_is_refused(story):
    story.opened("doctor")
    secret = story.doctor.in_secret()
    with story.refused(POLICY) as seen:
        secret.submit(story.patient, [story.note()])
    assert seen.said == "secret-connection-of-an-adult"


# -- who may feed


def test_a_secretary_feeds_for_a_doctor_of_her_structure(story):
    story.opened("doctor")
    secretary = story.by("secretary")
    at_hospital = replace(story.by("doctor2").professional, facility=secretary.credentials.facility)
    document = story.note("Dictée", author="doctor2")
    document = document.replace(story.by("doctor2").credentials.facility.id.encode(), at_hospital.facility.id.encode())

    with story.one_trace() as seen:
        secretary.submit(story.patient, [document])

    assert seen.trace.who.kind == "staff"
    assert story.titles("doctor") == ["Dictée"]


def test_a_secretary_does_not_feed_for_another_structure(story):
    story.opened("doctor")
    submission = story.lot([story.note()], by=story.by("secretary"))

    (found,) = refused(story, submission, by="secretary")
    assert (found.code, "authorInstitution" in found.context) == (POLICY, True)


def test_a_hospital_feeds_in_indirect_mode_without_signature(story):
    story.opened("doctor")
    hospital = story.by("hospital", standing_for="doctor2")
    author = replace(story.by("doctor2").professional, facility=hospital.credentials.facility)
    document = story.note("Sortie", author="doctor2").replace(
        story.by("doctor2").credentials.facility.id.encode(), author.facility.id.encode()
    )
    with story.one_trace() as seen:
        hospital.submit(story.patient, [document])

    assert (seen.trace.who.kind, seen.trace.who.via) == ("facility-software", "INDIRECTE")
    assert story.titles("doctor") == ["Sortie"]


def test_air_does_not_feed(story):
    story.opened("doctor")
    air = story.by("hospital", standing_for="doctor2", air=True)
    with story.refused(POLICY) as seen:
        air.submit(story.patient, [story.note(author="doctor2")])
    assert seen.said == "outside-matrix"
    assert "DMPAccessDeniedByRightsService" in seen.told


def test_an_insurer_is_refused_whether_there_is_a_record_or_not(story):
    document = story.note()
    with story.refused(POLICY) as before:
        story.by("insurer").submit_lot(story.patient, story.lot([document], by=story.by("insurer"), sign=False))
    story.opened()
    with story.refused(POLICY) as after:
        story.by("insurer").submit_lot(story.patient, story.lot([document], by=story.by("insurer"), sign=False))
    assert before.told == after.told
    assert before.said == after.said == "sector-shut-out"


def test_there_is_nothing_to_feed_without_a_record(story):
    with story.refused("XDSUnknownPatientId") as seen:
        story.doctor.submit(story.patient, [story.note()])
    assert seen.said == "no-such-record"
    assert "DMPClosed" not in seen.told


def test_a_blocked_professional_still_feeds(story):
    story.opened("nurse").block("nurse")
    story.nurse.submit(story.patient, [story.note(author="nurse")])


# -- all or nothing


def test_one_bad_document_and_nothing_is_stored(story_on_both):
    story = story_on_both.opened("doctor")
    good, bad = story.note("Bonne"), wrapping(story.note("Mauvaise"), PDF_WITH_SCRIPT, "application/pdf")
    blobs = story.blobs()

    with pytest.raises(CallRefused) as refusal:
        story.doctor.submit(story.patient, [good, bad])

    assert problems(refusal) == [CONTENT]
    assert story.titles("doctor") == []
    assert story.blobs() == blobs
    assert story.doctor.submit(story.patient, [good]) == ()


def test_every_error_of_a_lot_is_told_at_once(story):
    story.opened("doctor")
    submission = with_entry(story.lot([story.note(), story.note()]), title="Autre titre")
    submission = with_entry(submission, "Document02", hash="0" * 40)

    found = refused(story, submission)

    assert codes(found) == {METADATA}
    assert [("Document01" in problem.context, "Document02" in problem.context) for problem in found] == [
        (True, False),
        (False, True),
    ]


# -- retries, and the same uniqueId again


def test_a_retry_of_the_same_lot_succeeds_and_changes_nothing(story_on_both):
    story = story_on_both.opened("doctor")
    submission = story.lot([story.note()])
    story.doctor.submit_lot(story.patient, submission)
    entries, blobs = story.doctor.find(story.patient), story.blobs()

    with story.one_trace() as seen:
        assert story.doctor.submit_lot(story.patient, submission) == ()

    assert seen.trace.outcome == "done"
    assert story.doctor.find(story.patient) == entries
    assert story.blobs() == blobs


def test_the_same_lot_id_with_other_content_is_a_duplicate(story):
    story.opened("doctor")
    first = story.lot([story.note("Première")])
    story.doctor.submit_lot(story.patient, first)
    other = with_lot(story.lot([story.note("Autre")], sign=False), unique_id=first.submission_set.unique_id)

    with story.refused("XDSDuplicateUniqueIdInRegistry"):
        story.doctor.submit_lot(story.patient, story.signed(other))
    assert story.titles("doctor") == ["Première"]


def test_the_same_lot_from_somebody_else_is_a_duplicate(story):
    story.opened("doctor", "nurse")
    first = story.lot([story.note("Première")])
    story.doctor.submit_lot(story.patient, first)
    other = with_lot(
        story.lot([story.note("Autre", author="nurse")], by=story.nurse, sign=False),
        unique_id=first.submission_set.unique_id,
    )
    with story.refused("XDSDuplicateUniqueIdInRegistry"):
        story.nurse.submit_lot(story.patient, story.signed(other, story.nurse))


def test_the_same_document_in_a_new_lot_is_a_second_entry_that_shares_the_octets(story):
    story.opened("doctor", "nurse")
    document = story.note()
    story.doctor.submit(story.patient, [document])
    blobs = story.blobs()

    story.doctor.submit(story.patient, [document])

    first, second = story.doctor.find(story.patient)
    assert first.unique_id == second.unique_id
    assert first.uuid != second.uuid
    assert story.blobs() == blobs + 1, "the second lot brings its signature and nothing else"
    assert story.doctor.read(story.patient, first.unique_id) == document
    story.doctor.mask(story.patient, first)
    assert story.titles("nurse") == [], "entries of one uniqueId share one visibility (DEC-3)"


def test_the_same_id_with_other_content_is_told_to_who_sees_the_first(story):
    story.opened("doctor")
    context = story.context()
    story.doctor.submit(story.patient, [story.note("Première", id=context.id)])

    with story.refused("XDSNonIdenticalHash") as seen:
        story.doctor.submit(story.patient, [story.note("Seconde", id=context.id)])
    assert context.id in seen.told
    assert story.titles("doctor") == ["Première"]


def test_the_same_id_with_other_content_is_taken_when_the_first_is_hidden(story):
    story.opened("doctor", "nurse")
    hidden = story.fed("Cachée", visibility=MASKED)

    story.nurse.submit(story.patient, [story.note("Mienne", author="nurse", id=hidden.unique_id)])

    assert story.titles("nurse") == ["Mienne"]
    assert story.titles("doctor") == ["Cachée"], "the new one inherits the mask of its uniqueId (DEC-3, DEC-4)"
    assert story.doctor.read(story.patient, hidden.unique_id) == story.documents[hidden.unique_id]


def test_one_id_twice_in_a_message_is_refused(story):
    story.opened("doctor")
    context = story.context()
    submission = story.lot([story.note("Une", id=context.id), story.note("Deux", id=context.id)])
    assert "XDSRepositoryDuplicateUniqueIdInMessage" in codes(refused(story, submission))


# -- metadata and document disagree


@pytest.mark.parametrize(
    ("changes", "attribute"),
    [
        ({"hash": "0" * 40}, "hash"),
        ({"size": 12}, "size"),
        ({"unique_id": "1.2.250.1.999.77"}, "uniqueId"),
        ({"title": "Autre titre"}, "title"),
        ({"creation_time": "20200101"}, "creationTime"),
        ({"service_start": "20200101"}, "serviceStartTime"),
        ({"type_code": Code("34112-3", LOINC, "x")}, "typeCode"),
        ({"format_code": Code("urn:ihe:lab:xd-lab:2008", "1.3.6.1.4.1.19376.1.2.3", "x")}, "formatCode"),
        ({"class_code": Code("42", "1.2.250.1.213.1.1.4.1", "x")}, "classCode"),
        ({"class_code": Code("999", "1.2.250.1.213.1.1.4.1", "x")}, "classCode"),
        ({"type_code": Code("00000-0", LOINC, "x")}, "typeCode"),
        ({"practice_setting": Code("CUISINE", "1.2.250.1.213.1.1.4.9", "x")}, "practiceSettingCode"),
        ({"facility_type": Code("SA999", "1.2.250.1.71.4.2.4", "x")}, "healthcareFacilityTypeCode"),
        ({"confidentiality": (Code("SECRET", "1.2.3", "x"),)}, "confidentialityCode"),
        ({"legal_authenticator": ""}, "legalAuthenticator"),
        ({"authors": ()}, "author"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_entry_that_does_not_fit_is_refused_with_the_attribute(story, changes, attribute):
    story.opened("doctor")
    submission = story.signed(with_entry(story.lot([story.note()], sign=False), **changes))

    found = refused(story, submission)

    assert METADATA in codes(found)
    assert any(attribute in problem.context and "Document01" in problem.context for problem in found), found


def test_an_unknown_content_type_of_the_lot_is_refused(story):
    story.opened("doctor")
    content = Code("98765", "1.2.250.1.213.2.2", "x")
    found = refused(story, story.signed(with_lot(story.lot([story.note()], sign=False), content_type=content)))
    assert any("contentTypeCode" in problem.context for problem in found)


def test_authors_that_differ_from_the_header_are_a_warning(story):
    story.opened("doctor")
    submission = story.lot([story.note()], sign=False)
    (entry,) = submission.entries
    more = (*entry.authors, Author(person="899900012345^AUTRE^FICTIF^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"))

    warnings = story.doctor.submit_lot(story.patient, story.signed(with_entry(submission, authors=more)))

    assert [warning.warning for warning in warnings] == [True]
    assert "authorPerson" in warnings[0].context


# -- one patient


SOMEBODY_ELSE = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"


def test_a_lot_for_somebody_else_than_the_assertion_says_is_a_fault(story):
    story.opened("doctor")
    submission = with_lot(with_entry(story.lot([story.note()]), patient_cx=SOMEBODY_ELSE), patient_cx=SOMEBODY_ELSE)
    submission = with_entry(submission, "Signature01", patient_cx=SOMEBODY_ELSE)

    with story.refused("dmp:DMPPatientMismatch") as seen:
        story.doctor.submit_lot(story.patient, submission)
    assert seen.said == "patient: the assertion and the body name different patients"
    assert "279035121518989" not in seen.told


def test_a_document_for_somebody_else_than_its_lot_does_not_match(story):
    story.opened("doctor")
    submission = with_entry(story.lot([story.note()]), patient_cx=SOMEBODY_ELSE)
    assert "XDSPatientIdDoesNotMatch" in codes(refused(story, submission))


def test_a_document_about_somebody_else_is_refused(story, strict, child):
    story.opened("doctor")
    about_a_child = Story(strict, child).note()
    submission = with_entry(story.lot([story.note()], sign=False))
    (entry,) = submission.entries
    described = replace(
        lots.entry_of(about_a_child, "Document01", child.patient),
        patient_cx=entry.patient_cx,
        source_patient_cx=entry.source_patient_cx,
    )
    swapped = replace(submission, entries=(described,), documents={"Document01": MemoryContent(about_a_child)})

    found = refused(story, story.signed(swapped))

    assert METADATA in codes(found)
    assert any("patientId" in problem.context for problem in found)
    assert not any(child.patient.number in problem.context for problem in found)


def test_traits_that_are_not_those_of_the_record_are_refused(story):
    story.opened("doctor")
    somebody = replace(story.person.traits, birth_name="AUTRE-FICTIF", birth_date="1950-01-01")

    found = refused(story, story.lot([story.note(traits=somebody)]))

    assert METADATA in codes(found)
    assert not any("AUTRE-FICTIF" in problem.context for problem in found)


# -- who signs, who wrote


def test_a_lot_without_signature_is_refused_in_direct_mode(story):
    story.opened("doctor")
    (found,) = refused(story, story.lot([story.note()], sign=False))
    assert (found.code, "E1762" in found.context) == (METADATA, True)


def test_a_lot_signed_by_somebody_else_is_refused(story):
    story.opened("doctor")
    submission = story.lot([story.note()], sign=False)
    found = refused(story, story.signed(submission, story.by("doctor2")))
    assert any("Signature/KeyInfo" in problem.context for problem in found)


@pytest.mark.parametrize("signer", ["expired", "revoked", "foreign"])
def test_a_signature_by_a_certificate_that_is_not_trusted_is_refused(story, signer):
    story.opened("doctor")
    submission = story.lot([story.note()], sign=False)
    found = refused(story, story.signed(submission, story.by(signer)))
    assert any("Signature/KeyInfo" in problem.context for problem in found)


def test_a_document_altered_under_its_signature_is_refused(story):
    story.opened("doctor")
    document = story.note("Originale")
    submission = with_document(story.lot([document]), document + b"\n")
    assert METADATA in codes(refused(story, submission))


def test_a_document_added_under_a_signature_is_refused(story):
    story.opened("doctor")
    lone, more = story.lot([story.note("Signée")]), story.lot([story.note("Une"), story.note("Ajoutée")], sign=False)
    signature = next(entry for entry in lone.entries if entry.is_signature)
    (signed,) = [entry for entry in lone.entries if not entry.is_signature]
    extra = next(entry for entry in more.entries if entry.uuid == "Document02")
    member = next(link for link in more.associations if link.target == "Document02")
    grown = replace(
        lone,
        entries=(signed, extra, signature),
        associations=(*lone.associations, member),
        documents={**lone.documents, "Document02": more.documents["Document02"]},
    )
    assert METADATA in codes(refused(story, grown))


def test_the_author_of_a_lot_is_the_caller(story):
    story.opened("doctor")
    submission = story.lot([story.note()], sign=False)
    spoilt = with_lot(submission, authors=(lots.sender(story.by("doctor2").credentials),))

    found = refused(story, story.signed(spoilt))

    assert codes(found) == {POLICY}
    assert {name for problem in found for name in ("authorPerson", "authorInstitution") if name in problem.context} == {
        "authorPerson",
        "authorInstitution",
    }


def test_the_caller_wrote_or_authenticated_the_document(story):
    story.opened("doctor")
    found = refused(story, story.lot([story.note(author="doctor2")]))
    assert codes(found) == {POLICY}
    assert "authorPerson" in found[0].context


def test_who_authenticates_a_document_may_send_it(story):
    story.opened("doctor")
    submission = story.lot([story.note(author="doctor2")], sign=False)
    caller = lots.sender(story.doctor.credentials).person
    warnings = story.doctor.submit_lot(story.patient, story.signed(with_entry(submission, legal_authenticator=caller)))
    assert [warning.warning for warning in warnings] == [True]


# -- contents


def test_masked_and_hidden_from_the_patient_exclude_each_other(story):
    story.opened("doctor")
    both = Visibility(masked=True, hidden_from_patient_since=datetime.now(UTC))
    found = refused(story, story.lot([story.note()], visibility=both))
    assert any("AR-20" in problem.context for problem in found)


def test_a_pdf_that_runs_a_script_is_refused(story):
    story.opened("doctor")
    (found,) = refused(story, story.lot([wrapping(story.note(), PDF_WITH_SCRIPT, "application/pdf")]))
    assert (found.code, "PDF" in found.context) == (CONTENT, True)


def test_a_file_that_is_not_what_it_says_is_refused(story):
    story.opened("doctor")
    (found,) = refused(story, story.lot([wrapping(story.note(), b"<html><script>1</script></html>", "text/plain")]))
    assert found.code == CONTENT


def test_a_raw_pdf_is_refused(story):
    story.opened("doctor")
    submission = story.lot([story.note()], sign=False)
    raw = with_entry(with_document(submission, b"%PDF-1.4\n%%EOF\n"), mime_type="application/pdf")
    found = refused(story, story.signed(raw))
    assert CONTENT in codes(found) or METADATA in codes(found)


def test_what_is_not_xml_is_refused(story):
    story.opened("doctor")
    spoilt = with_document(story.lot([story.note()], sign=False), b"<ClinicalDocument><!DOCTYPE x>")
    assert CONTENT in codes(refused(story, story.signed(spoilt)))


def test_a_document_over_the_limit_of_the_profile_is_refused(story):
    story.opened("doctor")
    big = wrapping(story.note(), b"x" * (4 * MIB), "text/plain")
    assert len(big) > 5 * MIB
    found = refused(story, story.lot([big]))
    assert any("size" in problem.context and "5242880" in problem.context for problem in found)


def test_a_lot_over_the_limit_of_the_profile_is_refused(story):
    story.opened("doctor")
    parts = [wrapping(story.note(f"{n}"), b"x" * (3 * MIB), "text/plain") for n in range(3)]
    assert max(map(len, parts)) < 5 * MIB < 10 * MIB < sum(map(len, parts))
    (found,) = refused(story, story.lot(parts))
    assert "10485760" in found.context


# -- structure of the lot, sent by hand


def test_an_entry_without_its_document_is_refused(story):
    story.opened("doctor")
    body, parts = a_submission(story.lot([story.note(), story.note()]))
    lost = body.findall("{urn:ihe:iti:xds-b:2007}Document")[1]
    href = lost[0].get("href")
    body.remove(lost)
    kept = tuple(part for part in parts if part.content_id not in href)

    with story.one_trace() as seen:
        sent = post(
            story,
            "doctor",
            "repository",
            Envelope(soap.Action.PROVIDE_AND_REGISTER, body, parts=kept),
        )

    assert (sent.status, sent.registry_status) == (200, "Failure")
    assert "XDSMissingDocument" in sent.errors
    assert "XDSMissingDocument" in seen.said


def test_a_document_without_entry_is_refused(story):
    story.opened("doctor")
    body, parts = a_submission(story.lot([story.note()]))
    body.findall("{urn:ihe:iti:xds-b:2007}Document")[0].set("id", "Stranger")

    sent = post(story, "doctor", "repository", Envelope(soap.Action.PROVIDE_AND_REGISTER, body, parts=parts))

    assert {"XDSMissingDocument", "XDSMissingDocumentMetadata"} <= set(sent.errors)
    assert story.titles("doctor") == []


def test_a_part_that_is_referenced_and_missing_is_a_fault(story):
    story.opened("doctor")
    body, parts = a_submission(story.lot([story.note()]))

    with story.one_trace() as seen:
        sent = post(
            story,
            "doctor",
            "repository",
            Envelope(soap.Action.PROVIDE_AND_REGISTER, body, parts=parts[:1]),
        )

    assert (sent.status, sent.fault) == (400, "Sender")
    assert seen.trace.outcome == "refused"
    assert story.titles("doctor") == []


def test_a_deposit_without_mtom_is_a_fault(story):
    story.opened("doctor")
    body, _ = a_submission(story.lot([story.note()]))

    with story.one_trace():
        sent = post(story, "doctor", "repository", Envelope(soap.Action.PROVIDE_AND_REGISTER, body))

    assert (sent.status, sent.fault) == (400, "Sender")
    assert "Content-Type" in sent.reason


def test_the_first_document_gives_its_traits_to_a_record_that_has_none(story):
    story.sandbox.operations.open(story.patient.number, traits=None, consent=True)
    assert story.record().traits is None

    story.doctor.submit(story.patient, [story.note()])

    assert story.record().traits.birth_name == story.person.traits.birth_name
    assert story.record().traits.birth_date == story.person.traits.birth_date


def test_two_senders_of_one_lot_at_once_leave_one_lot(story_on_both):
    story = story_on_both.opened("doctor")
    submission = story.lot([story.note()])

    results = at_once(*[lambda: story.doctor.submit_lot(story.patient, submission) for _ in range(4)])

    assert results == [()] * 4
    assert len(story.doctor.find(story.patient)) == 1


def test_times_of_the_deposit_are_those_of_the_service(story):
    story.opened("doctor")
    entry = story.fed()
    kept = story.kept(entry)
    assert kept.deposit.mode == "DIRECTE"
    assert kept.deposit.person == story.doctor.credentials.user
    assert datetime.now(UTC) - kept.deposit.at < timedelta(minutes=1)
