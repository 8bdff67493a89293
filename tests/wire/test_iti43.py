import pytest
from lxml import etree

from dmp.record.errors import InvalidMessage, Problem, XdsCode
from dmp.wire.xds import iti43
from dmp.wire.xds.iti43 import DocumentRequest, Part, RetrieveAnswer, RetrievedDocument
from dmp.wire.xds.responses import ResponseStatus
from xds_builders import LETTER, SCHEMAS, Octets, reparsed, schema

INCLUDE = "{http://www.w3.org/2004/08/xop/include}Include"
needs_schemas = pytest.mark.skipif(not SCHEMAS.exists(), reason="the published schemas are not here")
FIRST = DocumentRequest("1.2.250.1.999.3", "1.2.250.1.999.1.1")
SECOND = DocumentRequest("1.2.250.1.999.3", "1.2.250.1.999.1.2^a", home="urn:oid:1.2.3")
UNKNOWN = Problem(XdsCode.DOCUMENT_UNIQUE_ID_ERROR, "1.2.250.1.999.1.2^a")
LETTER_FOUND = RetrievedDocument(FIRST, "text/xml", LETTER)
IMAGE_FOUND = RetrievedDocument(SECOND, "application/dicom", Octets(b"DICM"))


def a_response(documents, problems=()):
    tokens = iter(["token-1", "token-2"])
    return iti43.write_response(documents, problems, new_id=lambda: next(tokens))


def test_requests_are_read_in_order_and_twice_when_asked_twice():
    request = reparsed(iti43.write_request([FIRST, SECOND, FIRST]))
    assert iti43.read(request) == (FIRST, SECOND, FIRST)


def test_white_space_around_ids_is_not_part_of_them():
    body = etree.fromstring(
        "<RetrieveDocumentSetRequest xmlns='urn:ihe:iti:xds-b:2007'><DocumentRequest>"
        "<RepositoryUniqueId>\n 1.2.3\n</RepositoryUniqueId><DocumentUniqueId> 1.2.4 </DocumentUniqueId>"
        "</DocumentRequest></RetrieveDocumentSetRequest>"
    )
    assert iti43.read(body) == (DocumentRequest("1.2.3", "1.2.4"),)


@pytest.mark.parametrize(
    ("inside", "element"),
    [
        ("", "DocumentRequest"),
        ("<DocumentRequest><RepositoryUniqueId>1.2</RepositoryUniqueId></DocumentRequest>", "DocumentRequest"),
        ("<DocumentRequest><DocumentUniqueId>1.2</DocumentUniqueId></DocumentRequest>", "DocumentRequest"),
    ],
)
def test_a_request_without_its_ids_is_an_invalid_message(inside, element):
    xml = f"<RetrieveDocumentSetRequest xmlns='urn:ihe:iti:xds-b:2007'>{inside}</RetrieveDocumentSetRequest>"
    with pytest.raises(InvalidMessage) as refused:
        iti43.read(etree.fromstring(xml))
    assert refused.value.element == element


def test_another_body_is_an_invalid_message():
    for reader in (iti43.read, lambda body: iti43.read_response(body, resolve=lambda _: LETTER)):
        with pytest.raises(InvalidMessage):
            reader(etree.fromstring("<x/>"))


def test_a_document_is_included_and_its_part_attached():
    response, parts = a_response([LETTER_FOUND, IMAGE_FOUND])
    assert [include.get("href") for include in response.iter(INCLUDE)] == ["cid:token-1@dmp", "cid:token-2@dmp"]
    assert parts == (
        Part("token-1@dmp", "text/xml", LETTER),
        Part("token-2@dmp", "application/dicom", Octets(b"DICM")),
    )


@pytest.mark.parametrize(
    ("documents", "problems", "status"),
    [
        ([LETTER_FOUND, IMAGE_FOUND], (), ResponseStatus.SUCCESS),
        ([LETTER_FOUND], (UNKNOWN,), ResponseStatus.PARTIAL),
        ([], (UNKNOWN,), ResponseStatus.FAILURE),
    ],
)
def test_the_status_says_whether_all_some_or_none_was_found(documents, problems, status):
    response, parts = a_response(documents, problems)
    contents = {f"cid:{part.content_id}": part.content for part in parts}
    answer = iti43.read_response(reparsed(response), resolve=lambda document: contents[document[0].get("href")])
    assert answer == RetrieveAnswer(status, tuple(documents), problems)


@needs_schemas
@pytest.mark.parametrize("problems", [(), (UNKNOWN,)])
@pytest.mark.parametrize("documents", [[], [LETTER_FOUND], [LETTER_FOUND, IMAGE_FOUND]])
def test_every_response_follows_the_schema(documents, problems):
    response = reparsed(a_response(documents, problems)[0])
    for include in list(response.iter(INCLUDE)):
        document = include.getparent()
        document.remove(include)
        document.text = "PGEvPg=="
    schema("XDS.b_DocumentRepository.xsd").assertValid(response)


@needs_schemas
def test_every_request_follows_the_schema():
    schema("XDS.b_DocumentRepository.xsd").assertValid(reparsed(iti43.write_request([FIRST, SECOND])))


@pytest.mark.parametrize("missing", ["RegistryResponse", "Document", "DocumentUniqueId"])
def test_a_response_that_lacks_something_is_an_invalid_message(missing):
    response = reparsed(a_response([LETTER_FOUND])[0])
    (element,) = response.iter(f"{{*}}{missing}")
    element.getparent().remove(element)
    with pytest.raises(InvalidMessage):
        iti43.read_response(response, resolve=lambda _: LETTER)
