"""ITI-86 Remove Documents: the octets, by uniqueId; the metadata stay (xds-wire 7.7)."""

from collections.abc import Iterable, Sequence

from lxml import etree

from dmp.record.errors import InvalidMessage, Problem
from dmp.wire.xds import ebrim
from dmp.wire.xds.ebrim import XDSB, Element
from dmp.wire.xds.iti43 import DocumentRequest, add_requests, read_requests
from dmp.wire.xds.responses import ResponseStatus, registry_response

RMD = "urn:ihe:iti:rmd:2017"
REQUEST = f"{{{RMD}}}RemoveDocumentsRequest"


def read(body: Element) -> tuple[DocumentRequest, ...]:
    """Read a RemoveDocumentsRequest; a document named twice is named once.

    Raises:
        InvalidMessage: another element, no DocumentRequest, or one that lacks an id.
    """
    if body.tag != REQUEST:
        raise InvalidMessage("a RemoveDocumentsRequest was expected", element=ebrim.local_name(body))
    return tuple(dict.fromkeys(read_requests(body)))


def write_request(requests: Iterable[DocumentRequest]) -> Element:
    """Build the request of an administrator."""
    body = etree.Element(REQUEST, nsmap={"rmd": RMD, "xdsb": XDSB})
    add_requests(body, requests)
    return body


def write_response(removed: int, problems: Sequence[Problem] = ()) -> Element:
    """All removed is a success, some a partial success, none a failure."""
    partly = ResponseStatus.PARTIAL if removed else ResponseStatus.FAILURE
    return registry_response(partly if problems else ResponseStatus.SUCCESS, problems)
