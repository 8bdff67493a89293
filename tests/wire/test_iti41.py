import time

import pytest
from lxml import etree

from dmp.record.codes import Code
from dmp.record.entry import Association, Relation
from dmp.record.errors import InvalidMessage, Problem, Refused, XdsCode
from dmp.record.profile import dmp
from dmp.wire.xds import iti41
from dmp.wire.xds.responses import (
    RegistryAnswer,
    ResponseStatus,
    read_registry_response,
    registry_response,
)
from xds_builders import (
    AT,
    ENTRY_UUID,
    LETTER,
    SCHEMAS,
    a_lot,
    a_member,
    a_submission,
    an_entry,
    inline,
    reparsed,
    schema,
)

XDSB = "urn:ihe:iti:xds-b:2007"
INCLUDE = "{http://www.w3.org/2004/08/xop/include}Include"
needs_schemas = pytest.mark.skipif(not SCHEMAS.exists(), reason="the published schemas are not here")
OLD = Problem(XdsCode.DEPRECATED_DOCUMENT, f"{ENTRY_UUID} targetObject: not approved")
KEPT = Problem(XdsCode.EXTRA_METADATA_NOT_SAVED, "Document01 author: extra slots", warning=True)


def a_request(submission=None):
    submission = submission or a_submission()
    return reparsed(iti41.write_request(submission, cids={uuid: f"{uuid}@dmp" for uuid in submission.documents}))


def read(request, resolve=inline):
    return iti41.read(request, resolve=resolve, profile=dmp(), at=AT)


def refusal(request, resolve=inline) -> list[Problem]:
    with pytest.raises(Refused) as refused:
        read(request, resolve)
    return list(refused.value.problems)


def said(*links: Association, entries=(), lot=None) -> list[str]:
    entries = entries or (an_entry(),)
    submission = a_submission(*entries, submission_set=lot or a_lot(), associations=links)
    return [problem.context for problem in refusal(a_request(submission))]


def a_link(relation: Relation, target: str, **changes) -> Association:
    return Association("link-1", relation, changes.pop("source", "Document01"), target, **changes)


def accepted(*links: Association, entries=()):
    submission = a_submission(*(entries or (an_entry(),)), links=links)
    return read(a_request(submission)).associations[-1]


@pytest.mark.parametrize("relation", [Relation.REPLACES, Relation.TRANSFORMS_AND_REPLACES, Relation.APPENDS])
def test_a_new_document_may_refer_to_a_registered_one(relation):
    link = a_link(relation, ENTRY_UUID, reason=Code("ERR", "1.2.3", "Erreur"))
    assert accepted(link) == link


def test_a_new_document_may_append_to_another_of_the_lot_but_not_replace_it():
    two = (an_entry(), an_entry(uuid="Document02", unique_id="1.2.250.1.999.1.2"))
    link = a_link(Relation.APPENDS, "Document02")
    assert accepted(link, entries=two) == link
    members = (a_member("Document01"), a_member("Document02"))
    expected = ["link-1 targetObject: may not be a document of this message, Document02"]
    assert said(*members, a_link(Relation.REPLACES, "Document02"), entries=two) == expected


@pytest.mark.parametrize("target", ["SubmissionSet01", ENTRY_UUID])
def test_a_signature_signs_the_lot_or_a_document(target):
    assert accepted(a_link(Relation.SIGNS, target)).target == target


@pytest.mark.parametrize("relation", [Relation.UPDATES_STATUS, Relation.SUBMITS_ASSOCIATION, Relation.SNAPSHOT])
def test_links_of_other_transactions_are_refused(relation):
    expected = [f"link-1 associationType: not accepted in a submission, {relation}"]
    assert said(a_member(), a_link(relation, ENTRY_UUID)) == expected


def test_a_link_of_unknown_type_is_refused():
    request = a_request()
    (link,) = request.iter("{*}Association")
    link.set("associationType", "HasMember")
    expected = [
        "HM-Document01 associationType: unknown, HasMember",
        "Document01 HasMember: must be a member of the submission set, once",
    ]
    assert [problem.context for problem in refusal(request)] == expected


def test_the_ends_of_a_link_exist():
    symbolic = a_link(Relation.REPLACES, "Document99")
    expected = ["link-1 targetObject: neither in this message nor the UUID of a registered object, Document99"]
    assert said(a_member(), symbolic) == expected
    foreign = a_link(Relation.APPENDS, ENTRY_UUID, source=ENTRY_UUID[:-1] + "2")
    assert said(a_member(), foreign)[0].startswith("link-1 sourceObject: not a document entry of this message")


def test_a_link_to_itself_is_refused():
    expected = ["link-1 targetObject: may not be a document of this message, Document01"]
    assert said(a_member(), a_link(Relation.APPENDS, "Document01")) == expected


def test_each_entry_is_a_member_exactly_once():
    expected = ["Document01 HasMember: must be a member of the submission set, once"]
    assert said(a_link(Relation.REPLACES, ENTRY_UUID)) == expected
    assert said(a_member(), a_member(uuid="again")) == expected


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        (a_member(membership=""), "not Original, and the document is in this message"),
        (a_member(membership="Reference"), "not Original, and the document is in this message, Reference"),
    ],
)
def test_a_new_document_is_an_original_member(member, expected):
    assert said(member) == [f"HM-Document01 SubmissionSetStatus: {expected}"]


def test_a_registered_document_is_a_member_by_reference():
    link = a_member(ENTRY_UUID, membership="Reference")
    assert accepted(link) == link
    assert "SubmissionSetStatus: not Reference" in said(a_member(), a_member(ENTRY_UUID))[0]


def test_a_membership_status_is_one_of_two_words():
    assert (
        said(a_member(membership="Maybe"))[0]
        == "HM-Document01 SubmissionSetStatus: neither Original nor Reference, Maybe"
    )


def test_membership_on_another_link_is_ignored():
    link = a_link(Relation.SIGNS, "SubmissionSet01", membership="Original")
    assert accepted(link).membership == ""


def test_a_member_of_something_else_is_refused():
    expected = "HM-x sourceObject: neither the submission set nor a folder, Folder01"
    assert said(a_member(), a_member("x", source="Folder01"))[0] == expected
    assert said(a_member(), a_member("Folder01")) == [
        "HM-Folder01 targetObject: neither of this message nor the UUID of a registered entry, Folder01"
    ]


def test_membership_has_no_reason():
    expected = ["HM-Document01 reason: only a relationship between documents has a reason"]
    assert said(a_member(reason=Code("ERR", "1.2.3"))) == expected


def test_exactly_one_submission_set_is_needed():
    request = a_request()
    (package,) = request.iter("{*}RegistryPackage")
    other = reparsed(package)
    other.set("id", "SubmissionSet02")
    package.addnext(other)
    assert "RegistryObjectList SubmissionSet: exactly one is needed, found, 2" in [p.context for p in refusal(request)]
    for found in list(request.iter("{*}RegistryPackage")):
        found.getparent().remove(found)
    assert [p.context for p in refusal(request)] == [
        "RegistryObjectList SubmissionSet: exactly one is needed, found, 0"
    ]


def test_one_message_is_about_one_patient():
    other = an_entry(patient_cx="299999999999999^^^&1.2.250.1.213.1.4.10&ISO^NH")
    (problem,) = refusal(a_request(a_submission(other)))
    assert problem.code is XdsCode.PATIENT_ID_DOES_NOT_MATCH
    assert problem.context == "Document01 patientId: not the patient of the submission set"


def test_the_type_and_the_date_of_a_patient_identifier_are_not_compared():
    bare = an_entry(patient_cx="279035121518989^^^&1.2.250.1.213.1.4.10&ISO")
    assert read(a_request(a_submission(bare))).entries == (bare,)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1.2.3", "1.2.3"),
        ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3F2504E0-4F89-41D3-9A0C-0305E82C3301"),
        ("1.2.3", "1.2.250.1.999.4.1"),
    ],
)
def test_a_unique_id_stands_once_in_a_message(first, second):
    two = (an_entry(unique_id=first), an_entry(uuid="Document02", unique_id=second))
    (problem,) = refusal(a_request(a_submission(*two)))
    assert problem.code is XdsCode.REPOSITORY_DUPLICATE_UNIQUE_ID_IN_MESSAGE


def test_a_document_that_is_missing_is_told_from_metadata_that_are():
    request = a_request()
    (document,) = request.iter(f"{{{XDSB}}}Document")
    document.set("id", "Document02")
    assert refusal(request) == [
        Problem(XdsCode.MISSING_DOCUMENT, "Document01 Document: not in the message"),
        Problem(XdsCode.MISSING_DOCUMENT_METADATA, "Document02 Document: without entry"),
    ]


def test_a_document_sent_twice_is_refused():
    request = a_request()
    (document,) = request.iter(f"{{{XDSB}}}Document")
    document.addnext(reparsed(document))
    assert [p.context for p in refusal(request)] == ["Document01 Document: two documents with one id"]


def test_a_part_that_is_missing_is_told_with_the_other_problems():
    def nothing(_element):
        raise Refused(Problem(XdsCode.MISSING_DOCUMENT, "Document01 Include: no such part"))

    request = a_request(a_submission(an_entry(language="")))
    codes = [problem.code for problem in refusal(request, nothing)]
    assert codes == [XdsCode.MISSING_DOCUMENT, XdsCode.REPOSITORY_METADATA_ERROR]


def test_each_document_is_resolved_once_from_its_own_element():
    seen = []

    def resolve(element):
        seen.append((element.get("id"), element[0].get("href")))
        return LETTER

    assert read(a_request(), resolve).documents == {"Document01": LETTER}
    assert seen == [("Document01", "cid:Document01@dmp")]


@pytest.mark.parametrize(
    ("body", "element"),
    [
        ("<x xmlns='urn:ihe:iti:xds-b:2007'/>", "x"),
        (
            "<ProvideAndRegisterDocumentSetRequest xmlns='urn:ihe:iti:xds-b:2007'/>",
            "ProvideAndRegisterDocumentSetRequest",
        ),
        (
            "<ProvideAndRegisterDocumentSetRequest xmlns='urn:ihe:iti:xds-b:2007'>"
            "<SubmitObjectsRequest xmlns='urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0'/>"
            "</ProvideAndRegisterDocumentSetRequest>",
            "SubmitObjectsRequest",
        ),
    ],
)
def test_another_body_is_an_invalid_message(body, element):
    with pytest.raises(InvalidMessage) as refused:
        read(etree.fromstring(body))
    assert refused.value.element == element


@needs_schemas
def test_the_request_of_a_client_follows_the_schema():
    request = a_request(a_submission(an_entry(), links=(a_link(Relation.REPLACES, ENTRY_UUID),)))
    for include in list(request.iter(INCLUDE)):
        document = include.getparent()
        document.remove(include)
        document.text = "PGEvPg=="
    schema("XDS.b_DocumentRepository.xsd").assertValid(request)


@needs_schemas
@pytest.mark.parametrize("problems", [(), (KEPT,), (OLD,), (OLD, KEPT)])
def test_every_answer_follows_the_schema_and_is_read_back(problems):
    response = reparsed(iti41.write_response(problems))
    schema("rs.xsd").assertValid(response)
    status = ResponseStatus.FAILURE if OLD in problems else ResponseStatus.SUCCESS
    assert read_registry_response(response) == RegistryAnswer(status, problems)


def test_the_highest_severity_is_that_of_the_worst_problem():
    severities = [iti41.write_response(problems)[0].get("highestSeverity") for problems in ((KEPT,), (KEPT, OLD))]
    assert severities == [
        "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Warning",
        "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error",
    ]


def test_a_success_with_an_error_cannot_be_said():
    with pytest.raises(ValueError, match="no errors"):
        registry_response(ResponseStatus.SUCCESS, (OLD,))


def test_a_context_is_cut_at_400_characters():
    response = iti41.write_response((Problem(XdsCode.REGISTRY_ERROR, "x" * 1000),))
    assert len(response[0][0].get("codeContext")) == 400


def test_a_code_that_a_client_does_not_know_is_still_told():
    response = iti41.write_response((OLD,))
    response[0][0].set("errorCode", "XDSUnknownCommunity")
    (problem,) = read_registry_response(response).problems
    assert problem == Problem(XdsCode.REGISTRY_ERROR, f"XDSUnknownCommunity: {OLD.context}")


@pytest.mark.parametrize("change", ["tag", "status"])
def test_an_answer_that_is_none_is_an_invalid_message(change):
    response = iti41.write_response()
    if change == "tag":
        response.tag = "other"
    else:
        response.set("status", "Success")
    with pytest.raises(InvalidMessage):
        read_registry_response(response)


def test_a_message_of_many_broken_objects_is_refused_in_linear_time():
    count = 3000
    entries = "".join(f"<r:ExtrinsicObject id='{'x' * 200}{number}'/>" for number in range(count))
    documents = "".join(f"<d:Document id='y{number}'/>" for number in range(count))
    body = etree.fromstring(
        "<d:ProvideAndRegisterDocumentSetRequest xmlns:d='urn:ihe:iti:xds-b:2007'"
        " xmlns:r='urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0'>"
        "<l:SubmitObjectsRequest xmlns:l='urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0'>"
        f"<r:RegistryObjectList>{entries}</r:RegistryObjectList></l:SubmitObjectsRequest>{documents}"
        "</d:ProvideAndRegisterDocumentSetRequest>"
    )
    start = time.thread_time()
    assert len(refusal(body)) == 500
    assert time.thread_time() - start < 2
