"""ITI-62 and ITI-86: what an administrator removes, read and written."""

import pytest
from lxml import etree

from dmp.record.errors import InvalidMessage, Problem, Refused, XdsCode
from dmp.wire.xds import iti43, iti62, iti86
from dmp.wire.xds.iti43 import DocumentRequest
from dmp.wire.xds.responses import ResponseStatus, read_registry_response
from xds_builders import ENTRY_UUID, SCHEMAS, reparsed, schema

OTHER = ENTRY_UUID[:-1] + "9"
FIRST, SECOND = DocumentRequest("1.2.3", "1.2.3.4"), DocumentRequest("1.2.3", "1.2.3.5^x")
needs_schemas = pytest.mark.skipif(not SCHEMAS.exists(), reason="the published schemas are not here")
RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"


def test_the_ids_come_back_in_lower_case_and_once():
    request = iti62.write_request([ENTRY_UUID, OTHER.upper().replace("URN:UUID", "urn:uuid"), ENTRY_UUID])
    assert iti62.read(reparsed(request)) == (ENTRY_UUID, OTHER)


@pytest.mark.parametrize("ids", [[], [""], ["Document01"], ["urn:uuid:half"], [ENTRY_UUID, "x"]])
def test_what_names_no_registered_object_is_refused(ids):
    with pytest.raises(Refused) as refusal:
        iti62.read(iti62.write_request(ids))
    (problem,) = refusal.value.problems
    assert problem.code is (XdsCode.UNRESOLVED_REFERENCE if ids else XdsCode.REGISTRY_ERROR)


def test_a_query_or_another_scope_is_no_such_request():
    by_query = iti62.write_request([ENTRY_UUID])
    etree.SubElement(by_query, f"{RIM}AdhocQuery")
    scoped = iti62.write_request([ENTRY_UUID])
    scoped.set("deletionScope", "urn:oasis:names:tc:ebxml-regrep:DeletionScopeType:DeleteRepositoryItemOnly")
    for request in (by_query, scoped, iti86.write_request([FIRST])):
        with pytest.raises(InvalidMessage):
            iti62.read(request)


def test_the_whole_scope_may_be_written_out():
    request = iti62.write_request([ENTRY_UUID])
    request.set("deletionScope", iti62.EVERYTHING)
    assert iti62.read(request) == (ENTRY_UUID,)


def test_documents_come_back_each_once():
    assert iti86.read(reparsed(iti86.write_request([FIRST, SECOND, FIRST]))) == (FIRST, SECOND)


def test_a_removal_without_documents_or_ids_is_no_such_request():
    for request in (
        iti86.write_request([]),
        iti86.write_request([DocumentRequest("", "1.2")]),
        iti43.write_request([FIRST]),
    ):
        with pytest.raises(InvalidMessage):
            iti86.read(request)


@pytest.mark.parametrize(
    ("removed", "absent", "status"),
    [(2, 0, ResponseStatus.SUCCESS), (1, 1, ResponseStatus.PARTIAL), (0, 2, ResponseStatus.FAILURE)],
)
def test_the_answer_tells_whether_all_some_or_none_are_removed(removed, absent, status):
    problems = (Problem(XdsCode.DOCUMENT_UNIQUE_ID_ERROR, "1.2: no such document"),) * absent
    answer = read_registry_response(reparsed(iti86.write_response(removed, problems)))
    assert (answer.status, answer.problems) == (status, problems)


@needs_schemas
def test_what_an_administrator_sends_satisfies_the_schemas():
    schema("lcm.xsd").assertValid(reparsed(iti62.write_request([ENTRY_UUID, OTHER])))
    schema("rmd.xsd").assertValid(reparsed(iti86.write_request([FIRST])))
    schema("rs.xsd").assertValid(reparsed(iti86.write_response(0, (Problem(XdsCode.REMOVE_DOCUMENTS_ERROR, "x"),))))
