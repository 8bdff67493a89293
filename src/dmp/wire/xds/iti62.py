"""ITI-62 Remove Metadata: entries, lots, folders and links, by their ids (xds-wire 7.6)."""

from collections.abc import Iterable

from dmp.record.errors import InvalidMessage, Problem, Refused, XdsCode
from dmp.wire.xds import ebrim, syntax
from dmp.wire.xds.ebrim import LCM, RIM, Element, add

REQUEST = f"{{{LCM}}}RemoveObjectsRequest"
OBJECT_REF_LIST = f"{{{RIM}}}ObjectRefList"
EVERYTHING = "urn:oasis:names:tc:ebxml-regrep:DeletionScopeType:DeleteAll"


def read(body: Element) -> tuple[str, ...]:
    """The ids of the objects to remove, each once.

    Raises:
        InvalidMessage: the body is not such a request, or removes by a query.
        Refused: nothing is named, or what is named is not the UUID of an object.
    """
    if body.tag != REQUEST:
        raise InvalidMessage("a RemoveObjectsRequest was expected", element=ebrim.local_name(body))
    if body.find(ebrim.ADHOC_QUERY) is not None:
        raise InvalidMessage("objects are removed by their ids, not by a query", element="AdhocQuery")
    if body.get("deletionScope", EVERYTHING) != EVERYTHING:
        raise InvalidMessage("only DeleteAll is known", element="deletionScope")
    listed = body.find(OBJECT_REF_LIST)
    references = listed.iterchildren(ebrim.OBJECT_REF) if listed is not None else ()
    ids = tuple(dict.fromkeys(ebrim.normal_id(reference.get("id", "")) for reference in references))
    if not ids:
        raise Refused(Problem(XdsCode.REGISTRY_ERROR, "ObjectRefList: nothing is named"))
    wrong = [name for name in ids if not (ebrim.is_uuid_urn(name) and syntax.is_uuid(name[9:]))]
    if wrong:
        told = "ObjectRef id: not the UUID of a registered object"
        raise Refused(*(Problem(XdsCode.UNRESOLVED_REFERENCE, f"{name[:200]} {told}") for name in wrong[:100]))
    return ids


def write_request(ids: Iterable[str]) -> Element:
    """Build the request of an administrator."""
    request = ebrim.root(REQUEST)
    listed = add(request, OBJECT_REF_LIST)
    for name in ids:
        add(listed, ebrim.OBJECT_REF, {"id": name})
    return request
