"""Every answer of the four XDS.b transactions satisfies the published schemas, envelope and body (DEC-101)."""

import pytest
from published_schemas import EBXML, SCHEMAS, assert_valid
from raw import READ, SEARCH, SUBMIT, UPDATE, an_envelope, an_include, inline, mtom_body, mtom_type, simple_type
from raw_bodies import APPROVED, ARCHIVED, FIND_DOCUMENTS, Lot, change_status, cx, retrieve, search, slot, stored_query

RIM = f"{{{EBXML}:rim:3.0}}"
FIND_SUBMISSION_SETS = "urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9"
GET_DOCUMENTS = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
GET_DOCUMENTS_AND_ASSOCIATIONS = "urn:uuid:bab9529a-4a10-40b3-a01f-f68a615d247a"
GET_ASSOCIATIONS = "urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155"
QUOTED = f"('{APPROVED}')"
UNKNOWN = "urn:uuid:00000000-0000-4000-8000-000000000000"

pytestmark = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the published schemas are not here")


def submitted(sender, ins: str) -> Lot:
    lot = Lot.of(ins)
    answer = sender.submit(lot.request(an_include("d1@raw")), ins, {"d1@raw": lot.document})
    assert answer.outcome == "Success"
    return lot


def entry_uuid(reader, ins: str) -> str:
    found = reader.call(SEARCH, search(ins), ins).body.find(f".//{RIM}ExtrinsicObject")
    return found.get("id")


def test_a_submission_with_a_warning(sender, ins):
    lot = Lot.of(ins)
    answer = sender.submit(lot.request(an_include("d1@raw")), ins, {"d1@raw": lot.document})
    assert (answer.status, answer.outcome) == (200, "Success")
    assert answer.errors == [("XDSRepositoryMetadataError", "Warning")]
    assert_valid(answer)


def test_a_submission_without_a_word(sender, ins):
    lot = Lot.of(ins, event="AMB")
    answer = sender.submit(lot.request(inline(lot.document)), ins, {})
    assert (answer.status, answer.outcome, answer.errors) == (200, "Success", [])
    assert_valid(answer)


def test_a_refused_submission(sender, ins):
    lot = Lot.of(ins).again(title="Un autre titre", unique_id="1.2.3")
    answer = sender.submit(lot.request(an_include("d1@raw")), ins, {"d1@raw": lot.document})
    assert (answer.status, answer.outcome) == (200, "Failure")
    assert ("XDSRepositoryMetadataError", "Error") in answer.errors
    assert_valid(answer)


def test_a_submission_for_a_person_without_record(sender):
    lot = Lot.of("277076322082910")
    answer = sender.submit(lot.request(an_include("d1@raw")), lot.ins, {"d1@raw": lot.document})
    assert (answer.outcome, answer.errors) == ("Failure", [("XDSUnknownPatientId", "Error")])
    assert_valid(answer)


@pytest.mark.parametrize("returns", ["LeafClass", "ObjectRef"])
def test_a_search_that_finds_and_one_that_finds_nothing(sender, reader, ins, returns):
    empty = reader.call(SEARCH, search(ins, returns=returns), ins)
    submitted(sender, ins)
    full = reader.call(SEARCH, search(ins, returns=returns), ins)
    tag = "ObjectRef" if returns == "ObjectRef" else "ExtrinsicObject"
    assert [len(list(a.body.iter(RIM + tag))) for a in (empty, full)] == [0, 1]
    assert_valid(empty)
    assert_valid(full)


def test_the_sets_of_a_patient(sender, reader, ins):
    submitted(sender, ins)
    patient, status = slot("$XDSSubmissionSetPatientId", f"'{cx(ins)}'"), slot("$XDSSubmissionSetStatus", QUOTED)
    answer = reader.call(SEARCH, stored_query(FIND_SUBMISSION_SETS, patient, status), ins)
    assert (answer.outcome, len(list(answer.body.iter(f"{RIM}RegistryPackage")))) == ("Success", 1)
    assert_valid(answer)


@pytest.mark.parametrize(
    ("query", "parameter", "entries", "associations"),
    [
        (GET_DOCUMENTS, "$XDSDocumentEntryEntryUUID", 1, 0),
        (GET_DOCUMENTS_AND_ASSOCIATIONS, "$XDSDocumentEntryEntryUUID", 1, 1),
        (GET_ASSOCIATIONS, "$uuid", 0, 1),
    ],
)
def test_the_queries_by_entry(request, query, parameter, entries, associations):
    sender, reader, ins = map(request.getfixturevalue, ("sender", "reader", "ins"))
    submitted(sender, ins)
    answer = reader.call(SEARCH, stored_query(query, slot(parameter, f"('{entry_uuid(reader, ins)}')")), ins)
    assert answer.outcome == "Success"
    found = [len(list(answer.body.iter(RIM + name))) for name in ("ExtrinsicObject", "Association")]
    assert found == [entries, associations]
    assert_valid(answer)


PATIENT = slot("$XDSDocumentEntryPatientId", "'279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH'")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (stored_query(UNKNOWN, PATIENT), "XDSUnknownStoredQuery"),
        (search("279035121518989", status="of no kind"), "XDSRegistryError"),
        (stored_query(FIND_DOCUMENTS, PATIENT), "XDSStoredQueryMissingParam"),
    ],
)
def test_a_refused_search(reader, body, code):
    answer = reader.call(SEARCH, body, "279035121518989")
    assert (answer.status, answer.outcome, answer.errors) == (200, "Failure", [(code, "Error")])
    assert_valid(answer)


def test_a_reading_whole_partial_and_vain(sender, reader, ins):
    lot = submitted(sender, ins)
    whole = reader.call(READ, retrieve(lot.unique_id), ins)
    partial = reader.call(READ, retrieve(lot.unique_id, "1.2.3.4"), ins)
    vain = reader.call(READ, retrieve("1.2.3.4"), ins)
    elsewhere = reader.call(READ, retrieve(lot.unique_id, repository="1.2.3"), ins)

    assert [a.outcome for a in (whole, partial, vain, elsewhere)] == ["Success", "PartialSuccess", "Failure", "Failure"]
    assert partial.errors == vain.errors == [("XDSDocumentUniqueIdError", "Error")]
    assert elsewhere.errors == [("XDSUnknownRepositoryId", "Error")]
    assert list(whole.octets.values())[1:] == [lot.document]
    for answer in (whole, partial, vain, elsewhere):
        assert_valid(answer)


def test_an_update_done_and_one_refused(sender, reader, ins):
    submitted(sender, ins)
    done = reader.call(UPDATE, change_status(ins, entry_uuid(reader, ins)), ins)
    refused = reader.call(UPDATE, change_status(ins, UNKNOWN), ins)
    assert [a.outcome for a in (done, refused)] == ["Success", "Failure"]
    assert refused.errors == [("UnresolvedReferenceException", "Error")]
    assert reader.call(SEARCH, search(ins, status=ARCHIVED), ins).outcome == "Success"
    assert_valid(done)
    assert_valid(refused)


@pytest.mark.parametrize("action", [SEARCH, READ, UPDATE, SUBMIT])
def test_a_fault_of_the_assertion(reader, ins, action):
    bodies = {SEARCH: search(ins), READ: retrieve("1.2.3"), UPDATE: change_status(ins, UNKNOWN)}
    forged = reader.security(ins).replace("Claire", "Clara").replace(">10<", ">60<").replace(ins, "279035121518989")
    if action == SUBMIT:
        lot = Lot.of(ins)
        root = an_envelope(SUBMIT, lot.request(an_include("d1@raw")), forged)
        answer = reader.post("repository", mtom_body(root, {"d1@raw": lot.document}), mtom_type())
    else:
        answer = reader.call(action, bodies[action], ins, security=forged)
    assert (answer.status, answer.fault) == (400, ("Sender", "dmp:DMPInvalidVIHF", "DMPInvalidVIHF"))
    assert_valid(answer)


@pytest.mark.parametrize(
    ("content", "content_type", "fault", "status"),
    [
        (b"<x/>", simple_type(), ("VersionMismatch", ""), 500),
        (b"<x", simple_type(), ("Sender", ""), 400),
        (an_envelope("urn:none", "<x/>", ""), simple_type(), ("Sender", "wsa:ActionNotSupported"), 400),
        (an_envelope(SEARCH, "<x/>", ""), simple_type(), ("Sender", "wsa:ActionNotSupported"), 400),
        (an_envelope(SEARCH, search("1"), ""), simple_type(), ("Sender", ""), 400),
        (an_envelope(SEARCH, search("1"), ""), simple_type("urn:other"), ("Sender", "wsa:ActionMismatch"), 400),
        (
            an_envelope(SEARCH, search("1"), "", more='<h:x xmlns:h="urn:h" s:mustUnderstand="true"/>'),
            simple_type(),
            ("MustUnderstand", ""),
            500,
        ),
        (
            an_envelope(SEARCH, search("1"), "", message=" "),
            simple_type(),
            ("Sender", "wsa:MessageAddressingHeaderRequired"),
            400,
        ),
    ],
)
def test_the_other_faults(reader, content, content_type, fault, status):
    answer = reader.post("registry", content, content_type)
    assert (answer.status, answer.fault[:2]) == (status, fault)
    assert_valid(answer)
