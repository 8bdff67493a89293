"""Every stored query, as a client asks it and as the registry reads it (xds-wire 6.3)."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dmp.record.criteria import Exclusions
from dmp.record.entry import ON_DEMAND, STABLE, EntryStatus, Relation
from dmp.record.errors import Refused, XdsCode
from dmp.record.patient import PatientId
from dmp.record.query import (
    ContentFilter,
    DocumentCriteria,
    DocumentIds,
    FindDocuments,
    FindFolders,
    FindSubmissionSets,
    FolderCriteria,
    FolderIds,
    GetAll,
    GetAssociations,
    GetDocuments,
    GetDocumentsAndAssociations,
    GetFolderAndContents,
    GetFolders,
    GetFoldersForDocument,
    GetRelatedDocuments,
    GetSubmissionSetAndContents,
    GetSubmissionSets,
    LotIds,
    RecordCriteria,
    StoredQuery,
    SubmissionSetCriteria,
    TimeRange,
)
from dmp.wire.xds import iti18
from dmp.wire.xds.queries import KNOWN, PARAMETERS, QueryId
from query_builders import APPROVED, CX, PATIENT, a_request, refusal
from xds_builders import ENTRY_UUID, SCHEMAS, reparsed, schema

TEXT = st.text("a0é'%_,()^ ", min_size=1, max_size=6)
TEXTS = st.frozensets(TEXT, min_size=1, max_size=3)
UUIDS = st.frozensets(st.uuids().map(lambda uuid: f"urn:uuid:{uuid}"), min_size=1, max_size=3)
CODES = st.tuples(*[st.text("a0é'.:", min_size=1, max_size=6)] * 2)
PAIRS = st.frozensets(CODES, max_size=3)
SLOTS = st.lists(PAIRS.filter(bool), max_size=2).map(tuple)
STATUSES = st.frozensets(st.sampled_from(EntryStatus), min_size=1)
TIMES = st.sampled_from(["", "2026", "20261122093000"])
PERIODS = st.builds(TimeRange, TIMES, TIMES)
PATIENTS = st.builds(PatientId, st.from_regex(r"[A-Z0-9]{1,15}", fullmatch=True), st.just("1.2.250.1.213.1.4.10"))
TYPES = st.sampled_from([frozenset({STABLE}), frozenset({STABLE, ON_DEMAND})])
FILTERS = st.builds(ContentFilter, PAIRS, SLOTS, TYPES)
AUTHORS = st.lists(TEXT, max_size=2).map(tuple)
CRITERIA = st.builds(
    DocumentCriteria,
    PATIENTS,
    STATUSES,
    *[PAIRS] * 5,
    *[SLOTS] * 2,
    *[PERIODS] * 3,
    AUTHORS,
    TYPES,
    st.just(frozenset()) | TEXTS,
    reference_ids=st.lists(TEXTS, max_size=2).map(tuple),
)
EXCLUDING = st.builds(
    DocumentCriteria,
    PATIENTS,
    st.just(frozenset(EntryStatus)),
    excluded=st.builds(
        Exclusions, STATUSES, *[PAIRS] * 5, PAIRS, PAIRS, AUTHORS, st.just(frozenset()) | st.just(frozenset({STABLE}))
    ),
)


def named(kind, *, many: bool = True, logical: bool = True):
    """Objects named by one of the lists."""
    uuids, texts = (UUIDS, TEXTS) if many else (UUIDS.map(one), TEXTS.map(one))
    named = [st.builds(kind, uuids=uuids), st.builds(kind, unique_ids=texts)]
    return st.one_of(*named, *([st.builds(kind, logical_ids=uuids)] if logical else []))


def one(values: frozenset[str]) -> frozenset[str]:
    return frozenset(sorted(values)[:1])


QUESTIONS = st.one_of(
    st.builds(FindDocuments, CRITERIA | EXCLUDING),
    st.builds(
        FindSubmissionSets,
        st.builds(SubmissionSetCriteria, PATIENTS, STATUSES, TEXTS, PERIODS, st.just("") | TEXT, PAIRS),
    ),
    st.builds(FindFolders, st.builds(FolderCriteria, PATIENTS, STATUSES, PERIODS, SLOTS)),
    st.builds(GetAll, st.builds(RecordCriteria, PATIENTS, STATUSES, STATUSES, STATUSES, FILTERS)),
    st.builds(GetDocuments, named(DocumentIds)),
    st.builds(GetFolders, named(FolderIds)),
    st.builds(GetAssociations, UUIDS),
    st.builds(GetDocumentsAndAssociations, named(DocumentIds, logical=False)),
    st.builds(GetSubmissionSets, UUIDS),
    st.builds(GetSubmissionSetAndContents, named(LotIds, many=False, logical=False), FILTERS),
    st.builds(GetFolderAndContents, named(FolderIds, many=False, logical=False), FILTERS),
    st.builds(GetFoldersForDocument, named(DocumentIds, many=False, logical=False)),
    st.builds(
        GetRelatedDocuments,
        named(DocumentIds, many=False, logical=False),
        st.frozensets(st.sampled_from(Relation), min_size=1),
        TYPES,
    ),
)


@settings(max_examples=300, deadline=None)
@given(QUESTIONS, st.booleans(), st.booleans())
def test_every_question_is_read_as_it_was_asked(question, full_objects, all_versions):
    query = StoredQuery(question, full_objects=full_objects, all_versions=all_versions)
    request = reparsed(iti18.write_request(query))
    assert iti18.read(request) == query
    if SCHEMAS.exists():
        schema_of_queries().assertValid(request)


@cache
def schema_of_queries():
    return schema("query.xsd")


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([GetAssociations, GetSubmissionSets]), UUIDS, STATUSES)
def test_the_status_of_associations_is_asked_with_what_returns_them(kind, uuids, statuses):
    query = StoredQuery(kind(uuids), association_statuses=statuses)
    assert iti18.read(reparsed(iti18.write_request(query))) == query


F, S, E = "$XDSFolder", "$XDSSubmissionSet", "$XDSDocumentEntry"
IS_APPROVED = f"('{APPROVED}')"


def read(query_id: QueryId, *slots: tuple[str, ...]):
    return iti18.read(a_request(query_id, *slots)).question


def told(query_id: QueryId, *slots: tuple[str, ...]) -> list[tuple[str, str]]:
    return [
        (p.code.removeprefix("XDS"), p.context.removeprefix("AdhocQuery "))
        for p in refusal(a_request(query_id, *slots))
    ]


def test_codes_of_folders_add_up_from_slot_to_slot():
    question = read(
        QueryId.FIND_FOLDERS,
        (f"{F}PatientId", CX),
        (f"{F}Status", IS_APPROVED),
        (f"{F}LastUpdateTimeFrom", "2026"),
        (f"{F}CodeList", "('a^^1','b^^1')"),
        (f"{F}CodeList", "('c^^1')"),
    )
    codes = (frozenset({("a", "1"), ("b", "1")}), frozenset({("c", "1")}))
    assert question == FindFolders(FolderCriteria(PATIENT, frozenset({APPROVED}), TimeRange("2026"), codes))


def test_everything_of_a_record():
    question = read(
        QueryId.GET_ALL,
        ("$patientId", CX),
        (f"{E}Status", IS_APPROVED),
        (f"{S}Status", IS_APPROVED),
        (f"{F}Status", f"('{EntryStatus.DEPRECATED}')"),
        (f"{E}FormatCode", "('f^^1')"),
    )
    approved, deprecated = frozenset({APPROVED}), frozenset({EntryStatus.DEPRECATED})
    wanted = ContentFilter(frozenset({("f", "1")}))
    assert question == GetAll(RecordCriteria(PATIENT, approved, approved, deprecated, wanted))


def test_reference_ids_are_asked_whole():
    question = read(
        QueryId.FIND_DOCUMENTS_BY_REFERENCE_ID,
        (f"{E}PatientId", CX),
        (f"{E}Status", IS_APPROVED),
        (f"{E}ReferenceIdList", "('1^^^&amp;2.3&amp;ISO^t','2^^^^t')"),
        (f"{E}ReferenceIdList", "('3^^^^t')"),
    )
    assert question.criteria.reference_ids == (frozenset({"1^^^&2.3&ISO^t", "2^^^^t"}), frozenset({"3^^^^t"}))


@pytest.mark.parametrize(
    ("query_id", "missing"),
    [
        (QueryId.FIND_DOCUMENTS_BY_REFERENCE_ID, [f"{E}PatientId", f"{E}Status", f"{E}ReferenceIdList"]),
        (QueryId.FIND_DOCUMENTS_EXCLUDE, [f"{E}PatientId"]),
        (QueryId.FIND_FOLDERS, [f"{F}PatientId", f"{F}Status"]),
        (QueryId.GET_ALL, ["$patientId", f"{E}Status", f"{S}Status", f"{F}Status"]),
        (QueryId.GET_SUBMISSION_SETS, ["$uuid"]),
        (QueryId.GET_FOLDERS, [f"{F}EntryUUID"]),
        (QueryId.GET_SUBMISSION_SET_AND_CONTENTS, [f"{S}EntryUUID"]),
        (QueryId.GET_FOLDER_AND_CONTENTS, [f"{F}EntryUUID"]),
        (QueryId.GET_FOLDERS_FOR_DOCUMENT, [f"{E}EntryUUID"]),
        (QueryId.GET_RELATED_DOCUMENTS, ["$AssociationTypes", f"{E}EntryUUID"]),
    ],
)
def test_what_a_query_cannot_do_without_is_named(query_id, missing):
    found = [(code, context.partition(":")[0]) for code, context in told(query_id) if "MissingParam" in code]
    assert found == [("StoredQueryMissingParam", name) for name in missing]


@pytest.mark.parametrize(
    ("query_id", "prefix"),
    [
        (QueryId.GET_FOLDERS, F),
        (QueryId.GET_FOLDER_AND_CONTENTS, F),
        (QueryId.GET_SUBMISSION_SET_AND_CONTENTS, S),
        (QueryId.GET_FOLDERS_FOR_DOCUMENT, E),
    ],
)
def test_an_object_is_named_in_one_way_only(query_id, prefix):
    both = [(f"{prefix}EntryUUID", f"'{ENTRY_UUID}'"), (f"{prefix}UniqueId", "'1.2'")]
    if query_id is QueryId.GET_FOLDERS:
        both = [(name, f"({value})") for name, value in both]
    assert told(query_id, *both) == [("RegistryError", f"{prefix}EntryUUID: its alternative is given too")]


@pytest.mark.parametrize(
    ("query_id", "name"),
    [
        (QueryId.GET_SUBMISSION_SET_AND_CONTENTS, f"{S}UniqueId"),
        (QueryId.GET_FOLDER_AND_CONTENTS, f"{F}UniqueId"),
        (QueryId.GET_FOLDERS_FOR_DOCUMENT, f"{E}UniqueId"),
    ],
)
def test_one_object_is_asked_for_at_a_time(query_id, name):
    assert told(query_id, (name, "('1.2','1.3')")) == [("StoredQueryParamNumber", f"{name}: takes one value")]


def test_a_type_of_association_that_does_not_exist_is_refused():
    slots = [(f"{E}UniqueId", "'1.2'"), ("$AssociationTypes", "('urn:ihe:iti:2007:AssociationType:rplc')")]
    (problem,) = told(QueryId.GET_RELATED_DOCUMENTS, *slots)
    assert problem[1].startswith("$AssociationTypes: unknown association type")


def test_a_parameter_and_what_excludes_it_do_not_go_together():
    slots = [(f"{E}PatientId", CX), (f"{E}ClassCode", "('a^^1')"), (f"{E}ClassCodeExclude", "('b^^1')")]
    assert told(QueryId.FIND_DOCUMENTS_EXCLUDE, *slots) == [
        ("RegistryError", f"{E}ClassCodeExclude: its twin is given too")
    ]


def test_a_parameter_of_another_query_is_refused_by_every_query():
    for query_id, parameters in PARAMETERS.items():
        stranger = min(KNOWN - {parameter.name for parameter in parameters} - {"$MetadataLevel"})
        with pytest.raises(Refused) as refused:
            iti18.read(a_request(query_id, (stranger, "'x'")))
        codes = {problem.code for problem in refused.value.problems if stranger in problem.context}
        assert XdsCode.REGISTRY_ERROR in codes, query_id


def test_fifteen_queries_have_parameters():
    assert set(PARAMETERS) == set(QueryId)
    assert len(QueryId) == 15
