import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dmp.record.entry import ON_DEMAND, EntryStatus, RegistryObjects
from dmp.record.errors import InvalidMessage, Problem, Refused, XdsCode
from dmp.record.query import (
    DocumentCriteria,
    DocumentIds,
    FindDocuments,
    FindSubmissionSets,
    GetAssociations,
    GetDocuments,
    GetDocumentsAndAssociations,
    StoredQuery,
    SubmissionSetCriteria,
    TimeRange,
)
from dmp.record.visibility import HIDDEN_FROM_PATIENT, MASKED, NORMAL, Visibility
from dmp.wire.xds import iti18
from dmp.wire.xds.queries import QueryId
from dmp.wire.xds.query_values import BadValue, listed, quoted, read_values
from dmp.wire.xds.responses import ResponseStatus
from query_builders import APPROVED, CX, PATIENT, a_request, refusal
from xds_builders import AT, ENTRY_UUID, SCHEMAS, a_lot, a_member, a_registered_entry, reparsed, schema

needs_schemas = pytest.mark.skipif(not SCHEMAS.exists(), reason="the published schemas are not here")
E = "$XDSDocumentEntry"
FIND = [(f"{E}PatientId", CX), (f"{E}Status", f"('{APPROVED}')")]


def find(*slots: tuple[str, ...]) -> DocumentCriteria:
    question = iti18.read(a_request(QueryId.FIND_DOCUMENTS, *FIND, *slots)).question
    assert isinstance(question, FindDocuments)
    return question.criteria


def refused(*slots: tuple[str, ...], query_id: str = QueryId.FIND_DOCUMENTS) -> list[tuple[str, str]]:
    start = FIND if query_id == QueryId.FIND_DOCUMENTS else []
    return [(p.code.removeprefix("XDS"), p.context) for p in refusal(a_request(query_id, *start, *slots))]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("'a'", ("a",)),
        (" 'a' ", ("a",)),
        ("20260101", ("20260101",)),
        ("('a')", ("a",)),
        ("('a','b')", ("a", "b")),
        ("( 'a' ,\n 'b' )", ("a", "b")),
        ("(1,2)", ("1", "2")),
        ("'l''eau'", ("l'eau",)),
        ("''''", ("'",)),
        ("('',')','(')", ("", ")", "(")),
        ("'%O''Neil_'", ("%O'Neil_",)),
    ],
)
def test_a_value_is_a_string_a_number_or_a_list(text, values):
    assert read_values(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "'a",
        "('a'",
        "('a',)",
        "()",
        "('a' 'b')",
        "'a' or 1=1",
        "('a')x",
        "'a''",
        "(('a'))",
        "-1",
        "1.5",
        "('a',,'b')",
        "٣",
    ],
)
def test_anything_else_is_a_bad_value(text):
    with pytest.raises(BadValue):
        read_values(text)


@given(st.lists(st.text(), min_size=1))
def test_what_is_quoted_is_read_back(texts):
    assert read_values(quoted(texts[0])) == (texts[0],)
    assert read_values(listed(texts[0])) == (texts[0],)
    assert read_values("(" + " , ".join(map(quoted, texts)) + ")") == tuple(texts)


@pytest.mark.parametrize("text", ["'" * 1_000_001, "(" + "'a'," * 250_000, "(" + " " * 1_000_000, "'" + "''" * 500_000])
def test_a_long_bad_value_is_refused_in_linear_time(text):
    start = time.thread_time()
    with pytest.raises(BadValue):
        read_values(text)
    assert time.thread_time() - start < 2


def test_find_documents_by_patient_and_status():
    query = iti18.read(a_request(QueryId.FIND_DOCUMENTS, *FIND))
    assert query == StoredQuery(FindDocuments(DocumentCriteria(PATIENT, frozenset({APPROVED}))))


def test_every_parameter_of_find_documents():
    assert find(
        (f"{E}ClassCode", "('10^^1.2', '11^^1.2')"),
        (f"{E}TypeCode", "('a^^1.2')", "('b^^1.2')"),
        (f"{E}PracticeSettingCode", "'p^^1.2'"),
        (f"{E}HealthcareFacilityTypeCode", "('h^^1.2')"),
        (f"{E}FormatCode", "('f^^1.2')"),
        (f"{E}EventCodeList", "('e^^1.2','f^^1.2')"),
        (f"{E}EventCodeList", "('g^^1.2')"),
        (f"{E}ConfidentialityCode", "('N^^1.2')"),
        (f"{E}CreationTimeFrom", "2026"),
        (f"{E}CreationTimeTo", "'20261231'"),
        (f"{E}ServiceStartTimeFrom", "202601"),
        (f"{E}ServiceStopTimeTo", "20261122093000"),
        (f"{E}AuthorPerson", "('%DUP_NT%', '%O''Neil%')"),
        (f"{E}Type", f"('{ON_DEMAND.upper().replace('URN:UUID', 'urn:uuid')}')"),
        (f"{E}DocumentAvailability", "('urn:ihe:iti:2010:DocumentAvailability:Online')"),
    ) == DocumentCriteria(
        PATIENT,
        frozenset({APPROVED}),
        class_codes=frozenset({("10", "1.2"), ("11", "1.2")}),
        type_codes=frozenset({("a", "1.2"), ("b", "1.2")}),
        practice_settings=frozenset({("p", "1.2")}),
        facility_types=frozenset({("h", "1.2")}),
        formats=frozenset({("f", "1.2")}),
        event_codes=(frozenset({("e", "1.2"), ("f", "1.2")}), frozenset({("g", "1.2")})),
        confidentiality=(frozenset({("N", "1.2")}),),
        created=TimeRange("2026", "20261231"),
        service_start=TimeRange("202601", ""),
        service_stop=TimeRange("", "20261122093000"),
        authors=("%DUP_NT%", "%O'Neil%"),
        object_types=frozenset({ON_DEMAND}),
        availabilities=frozenset({"urn:ihe:iti:2010:DocumentAvailability:Online"}),
    )


def test_the_french_statuses_may_be_asked_for():
    slots = [FIND[0], (f"{E}Status", "('urn:asip:ci-sis:2010:StatusType:Archived')", f"('{APPROVED}')")]
    question = iti18.read(a_request(QueryId.FIND_DOCUMENTS, *slots)).question
    assert question.criteria.statuses == {APPROVED, EntryStatus.ARCHIVED}


def test_every_parameter_of_find_submission_sets():
    slots = [
        ("$XDSSubmissionSetPatientId", CX),
        ("$XDSSubmissionSetStatus", f"('{APPROVED}')"),
        ("$XDSSubmissionSetSourceId", "('1.2.3','1.2.4')"),
        ("$XDSSubmissionSetSubmissionTimeFrom", "2026"),
        ("$XDSSubmissionSetSubmissionTimeTo", "2027"),
        ("$XDSSubmissionSetAuthorPerson", "'%DUPONT%'"),
        ("$XDSSubmissionSetContentType", "('07^^1.2')"),
    ]
    assert iti18.read(a_request(QueryId.FIND_SUBMISSION_SETS, *slots)).question == FindSubmissionSets(
        SubmissionSetCriteria(
            PATIENT,
            frozenset({APPROVED}),
            source_ids=frozenset({"1.2.3", "1.2.4"}),
            submitted=TimeRange("2026", "2027"),
            author="%DUPONT%",
            content_types=frozenset({("07", "1.2")}),
        )
    )


@pytest.mark.parametrize(
    ("name", "value", "ids"),
    [
        ("EntryUUID", ENTRY_UUID.upper().replace("URN", "urn"), DocumentIds(uuids=frozenset({ENTRY_UUID}))),
        ("UniqueId", "1.2.3^a", DocumentIds(unique_ids=frozenset({"1.2.3^a"}))),
        ("LogicalID", ENTRY_UUID, DocumentIds(logical_ids=frozenset({ENTRY_UUID}))),
    ],
)
def test_get_documents_by_one_of_three_lists(name, value, ids):
    assert iti18.read(a_request(QueryId.GET_DOCUMENTS, (E + name, f"('{value}')"))).question == GetDocuments(ids)


def test_get_documents_and_associations():
    query = iti18.read(
        a_request(
            QueryId.GET_DOCUMENTS_AND_ASSOCIATIONS,
            (f"{E}UniqueId", "('1.2.3')"),
            ("$XDSAssociationStatus", f"('{EntryStatus.DEPRECATED}')"),
            ("$MetadataLevel", "2"),
            return_type="ObjectRef",
        )
    )
    question = GetDocumentsAndAssociations(DocumentIds(unique_ids=frozenset({"1.2.3"})))
    assert query == StoredQuery(question, False, True, frozenset({EntryStatus.DEPRECATED}))


def test_get_associations_takes_a_single_value_as_a_list_of_one():
    query = iti18.read(a_request(QueryId.GET_ASSOCIATIONS, ("$uuid", f"'{ENTRY_UUID}'")))
    assert query.question == GetAssociations(frozenset({ENTRY_UUID}))
    assert query.patient is None


def test_a_list_of_one_is_taken_for_a_single_value():
    assert find((f"{E}CreationTimeFrom", "('2026')")).created == TimeRange("2026", "")


@pytest.mark.parametrize(
    "query_id",
    [
        "urn:uuid:3d1bdb10-39a2-11de-89c2-2f44d94eaa9f",
        "urn:uuid:f2072993-9478-41df-a603-8f016706efe8",
        "anything",
        "",
    ],
)
def test_a_query_that_is_not_answered_is_unknown(query_id):
    (problem,) = refusal(a_request(query_id))
    assert problem.code is XdsCode.UNKNOWN_STORED_QUERY


def test_the_id_of_a_query_may_be_in_capitals():
    query_id = QueryId.GET_ASSOCIATIONS.upper().replace("URN:UUID", "urn:uuid")
    assert iti18.read(a_request(query_id, ("$uuid", "('x')"))).question == GetAssociations(frozenset({"x"}))


@pytest.mark.parametrize("return_type", ["RegistryObject", "LeafClassWithRepositoryItem", "leafclass", ""])
def test_only_two_return_types_exist(return_type):
    (problem,) = refusal(a_request(QueryId.FIND_DOCUMENTS, *FIND, return_type=return_type))
    assert problem.code is XdsCode.REGISTRY_ERROR
    assert problem.context.startswith("ResponseOption returnType: neither LeafClass nor ObjectRef")


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ([(f"{E}ClassCode", "('10')")], ("RegistryError", "ClassCode: a code is written code^^scheme, 10")),
        ([(f"{E}ClassCode", "('10^^')")], ("RegistryError", "ClassCode: a code is written code^^scheme, 10^^")),
        ([(f"{E}ClassCode", "('10^x^1.2')")], ("RegistryError", "ClassCode: a code is written code^^scheme, 10^x^1.2")),
        (
            [(f"{E}ClassCode", "('1^^2')"), (f"{E}ClassCode", "('3^^2')")],
            ("RegistryError", "ClassCode: slot given twice"),
        ),
        (
            [(f"{E}CreationTimeFrom", "20260231")],
            ("RegistryError", "CreationTimeFrom: not a time YYYY[MM[DD[hh[mm[ss]]]]], 20260231"),
        ),
        ([(f"{E}CreationTimeFrom", "2026", "2027")], ("StoredQueryParamNumber", "CreationTimeFrom: takes one value")),
        ([(f"{E}CreationTimeFrom", "(2026,2027)")], ("StoredQueryParamNumber", "CreationTimeFrom: takes one value")),
        (
            [(f"{E}CreationTimeTo", "1"), (f"{E}CreationTimeTo", "1")],
            ("StoredQueryParamNumber", "CreationTimeTo: takes one value"),
        ),
        ([(f"{E}AuthorPerson", "('')")], ("RegistryError", "AuthorPerson: without value")),
        ([(f"{E}AuthorPerson",)], ("RegistryError", "AuthorPerson: without value")),
        ([(f"{E}AuthorPerson", "('a")], ("RegistryError", "AuthorPerson: a quoted string is not closed")),
        ([(f"{E}LogicalID", "('a')")], ("RegistryError", "LogicalID: not a parameter of this query")),
        ([(f"{E}ClassCodeScheme", "('a')")], ("RegistryError", "ClassCodeScheme: not a parameter of this query")),
        ([(f"{E}ReferenceIdList", "('a')")], ("RegistryError", "ReferenceIdList: not a parameter of this query")),
    ],
)
def test_a_parameter_that_is_wrong_is_named(slots, expected):
    code, said = expected
    assert (code, f"AdhocQuery {E}{said}") in refused(*slots)


def test_parameters_of_all_queries_are_known():
    assert refused(("$XDSAssociationStatus", f"('{APPROVED}')")) == [
        ("RegistryError", "AdhocQuery $XDSAssociationStatus: not a parameter of this query")
    ]
    assert refused(("$MetadataLevel", "3")) == [("RegistryError", "AdhocQuery $MetadataLevel: neither 1 nor 2, 3")]


def test_what_no_query_knows_is_ignored():
    assert find(("$somethingElse", "not quoted"), ("urn:x:slot", "free")) == find()


def test_required_parameters_are_asked_for_together():
    problems = refusal(a_request(QueryId.FIND_DOCUMENTS))
    assert [(p.code, p.context) for p in problems] == [
        (XdsCode.STORED_QUERY_MISSING_PARAM, f"AdhocQuery {E}PatientId: missing"),
        (XdsCode.STORED_QUERY_MISSING_PARAM, f"AdhocQuery {E}Status: missing"),
    ]


def test_an_unknown_status_is_an_error():
    slots = [FIND[0], (f"{E}Status", "('Approved')")]
    (problem,) = refusal(a_request(QueryId.FIND_DOCUMENTS, *slots))
    assert problem == Problem(XdsCode.REGISTRY_ERROR, f"AdhocQuery {E}Status: unknown status, Approved")


@pytest.mark.parametrize("cx", ["'SECRET'", "'SECRET^^^N&amp;1.2&amp;ISO'", "'SECRET^^^&amp;1.2.3&amp;ISO' or 1=1"])
def test_a_broken_patient_identifier_is_refused_and_not_repeated(cx):
    (problem,) = refusal(a_request(QueryId.FIND_DOCUMENTS, (f"{E}PatientId", cx), FIND[1]))
    assert problem.code is XdsCode.REGISTRY_ERROR
    assert "SECRET" not in problem.context


@pytest.mark.parametrize("query_id", [QueryId.GET_DOCUMENTS, QueryId.GET_DOCUMENTS_AND_ASSOCIATIONS])
def test_exactly_one_alternative_is_given(query_id):
    both = ((f"{E}UniqueId", "('1.2')"), (f"{E}EntryUUID", "('x')"))
    missing = ("StoredQueryMissingParam", f"AdhocQuery {E}EntryUUID: missing, or its alternative")
    assert refused(query_id=query_id) == [missing]
    assert refused(*both, query_id=query_id) == [
        ("RegistryError", f"AdhocQuery {E}EntryUUID: its alternative is given too")
    ]


@pytest.mark.parametrize(
    "xml",
    [
        "<x/>",
        "<AdhocQueryRequest xmlns='urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0'/>",
    ],
)
def test_another_body_is_an_invalid_message(xml):
    for reader in (iti18.read, lambda body: iti18.read_response(body, at=AT)):
        with pytest.raises(InvalidMessage):
            reader(etree.fromstring(xml))


def sets(values, least: int = 1):
    return st.lists(st.sampled_from(values), min_size=least, max_size=2).map(frozenset)


CODES = [("a", "1.2"), ("l'eau", "1.2"), ("b,c", "URN")]
PAIRS = sets(CODES, 0)
STATUSES = sets(list(EntryStatus))
TIMES = st.sampled_from(["", "2026", "20261122", "20261122093059"])
PERIODS = st.builds(TimeRange, TIMES, TIMES)
IDS = sets([ENTRY_UUID, "1.2.3^é", "it's"])
DOCUMENTS = st.builds(
    DocumentCriteria,
    st.just(PATIENT),
    STATUSES,
    PAIRS,
    PAIRS,
    PAIRS,
    PAIRS,
    PAIRS,
    st.lists(sets(CODES), max_size=2).map(tuple),
    st.lists(sets(CODES), max_size=2).map(tuple),
    PERIODS,
    PERIODS,
    PERIODS,
    st.lists(st.sampled_from(["%a%", "O'Neil_"]), max_size=2).map(tuple),
)
LOTS = st.builds(
    SubmissionSetCriteria, st.just(PATIENT), STATUSES, IDS, PERIODS, st.sampled_from(["", "%O'Neil"]), PAIRS
)
NAMED = st.builds(DocumentIds, uuids=IDS) | st.builds(DocumentIds, unique_ids=IDS)
QUESTIONS = (
    st.builds(FindDocuments, DOCUMENTS)
    | st.builds(FindSubmissionSets, LOTS)
    | st.builds(GetDocuments, NAMED | st.builds(DocumentIds, logical_ids=IDS))
)
LINKED = st.builds(GetAssociations, IDS) | st.builds(GetDocumentsAndAssociations, NAMED)
QUERIES = st.builds(StoredQuery, QUESTIONS, st.booleans(), st.booleans()) | st.builds(
    StoredQuery, LINKED, st.booleans(), st.booleans(), STATUSES
)


@given(QUERIES, st.sampled_from(["", "NH"]))
def test_the_query_of_a_client_is_read_as_it_was_meant(query, patient_type):
    assert iti18.read(reparsed(iti18.write_request(query, patient_type=patient_type))) == query


@needs_schemas
def test_the_query_of_a_client_follows_the_schema():
    criteria = DocumentCriteria(PATIENT, frozenset(EntryStatus), created=TimeRange("2026", "2027"), authors=("%x%",))
    request = reparsed(iti18.write_request(StoredQuery(FindDocuments(criteria)), patient_type="NH"))
    schema("query.xsd").assertValid(request)


OBJECTS = RegistryObjects(
    (a_registered_entry(),), (a_lot(uuid=ENTRY_UUID[:-1] + "2"),), (a_member(uuid=ENTRY_UUID[:-1] + "3"),)
)


@needs_schemas
@pytest.mark.parametrize("full_objects", [True, False])
@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("objects", [OBJECTS, RegistryObjects()])
@pytest.mark.parametrize("problems", [(), (Problem(XdsCode.REGISTRY_ERROR, "x", warning=True),)])
def test_every_answer_follows_the_schema(objects, full_objects, counted, problems):
    response = iti18.write_response(objects, full_objects=full_objects, counted=counted, problems=problems)
    schema("query.xsd").assertValid(reparsed(response))


@needs_schemas
def test_a_failure_follows_the_schema_and_is_read_back():
    problems = (Problem(XdsCode.TOO_MANY_RESULTS, "6000"),)
    response = reparsed(iti18.write_failure(problems))
    schema("query.xsd").assertValid(response)
    answer = iti18.read_response(response, at=AT)
    assert (answer.status, answer.problems, answer.objects) == (ResponseStatus.FAILURE, problems, RegistryObjects())


def test_a_failure_has_an_error():
    with pytest.raises(ValueError, match="at least one error"):
        iti18.write_failure(())


def test_a_leaf_says_all_that_the_registry_knows():
    visibility = Visibility(masked=True, hidden_from_patient_since=AT)
    entry = a_registered_entry(visibility=visibility, version=3, status=EntryStatus.ARCHIVED, home="urn:oid:1.2")
    response = reparsed(iti18.write_response(RegistryObjects((entry,)), full_objects=True, counted=True))
    (leaf,) = response.iter("{*}ExtrinsicObject")
    assert dict(leaf.attrib) == {
        "id": ENTRY_UUID,
        "lid": ENTRY_UUID,
        "status": "urn:asip:ci-sis:2010:StatusType:Archived",
        "objectType": "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1",
        "mimeType": "text/xml",
        "isOpaque": "false",
    }
    assert leaf.find("{*}VersionInfo").get("versionName") == "3"
    codes = leaf.xpath("*[@classificationScheme='urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f']/@nodeRepresentation")
    assert codes == [NORMAL.code, MASKED.code, HIDDEN_FROM_PATIENT.code]
    assert (response.get("startIndex"), response.get("totalResultCount")) == ("0", "1")


def test_ids_of_children_are_distinct_and_the_same_each_time():
    first, second = (iti18.write_response(OBJECTS, full_objects=True) for _ in range(2))
    assert first == second
    ids = [element.get("id") for element in reparsed(first).iter("{*}Classification", "{*}ExternalIdentifier")]
    assert len(ids) == len(set(ids)) == 15
    assert all(uuid.startswith("urn:uuid:") for uuid in ids)


def test_a_child_keeps_its_id_when_another_code_is_added():
    masked = a_registered_entry(visibility=Visibility(masked=True))
    both = [iti18.write_response(RegistryObjects((e,)), full_objects=True) for e in (OBJECTS.entries[0], masked)]
    before, after = (
        {(e.get("id"), e.get("nodeRepresentation")) for e in reparsed(response).iter("{*}Classification")}
        for response in both
    )
    assert before < after


def test_only_ids_are_told_when_only_ids_are_asked():
    response = reparsed(iti18.write_response(OBJECTS, full_objects=False))
    answer = iti18.read_response(response, at=AT)
    assert answer.refs == (ENTRY_UUID, ENTRY_UUID[:-1] + "2", ENTRY_UUID[:-1] + "3")
    assert answer.objects == RegistryObjects()
    assert not list(response.iter("{*}Slot"))


def test_a_client_refuses_objects_it_cannot_read():
    response = reparsed(iti18.write_response(OBJECTS, full_objects=True))
    next(response.iter("{*}ExtrinsicObject")).set("status", "Invented")
    next(response.iter("{*}VersionInfo")).set("versionName", "one")
    with pytest.raises(Refused, match="availabilityStatus: missing or unknown, Invented"):
        iti18.read_response(response, at=AT)


def test_five_hundred_entries_are_written_and_read_in_a_second():
    entries = tuple(a_registered_entry(uuid=f"{ENTRY_UUID[:-3]}{number:03}") for number in range(500))
    start = time.thread_time()
    response = reparsed(iti18.write_response(RegistryObjects(entries), full_objects=True))
    assert iti18.read_response(response, at=AT).objects.entries == entries
    assert time.thread_time() - start < 1
