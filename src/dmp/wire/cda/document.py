"""Opening a CDA document: bytes in, its ClinicalDocument element out (cda 1.5, 1.7)."""

from dmp.record.errors import InvalidMessage, Problem, Refused, XdsCode
from dmp.wire.cda.tree import DOCUMENT, Element
from dmp.wire.xml import parse_document

STYLESHEETS = (
    "{http://www.w3.org/1999/XSL/Transform}stylesheet",
    "{http://www.w3.org/1999/XSL/Transform}transform",
)


def open_document(data: bytes) -> Element:
    """Parse a document and find its ClinicalDocument.

    A self-presentable document is a stylesheet that holds the
    ClinicalDocument; the stylesheet is never run.

    Raises:
        Refused: not well formed, over the limits of XML safety, or not one CDA document.
    """
    try:
        root = parse_document(data)
    except InvalidMessage as error:
        raise _refused(f"not a readable XML document: {error}") from error
    return clinical_document(root)


def clinical_document(root: Element) -> Element:
    """Find the ClinicalDocument under the root of a parsed document.

    Raises:
        Refused: none; more than one, since what is judged must be what is shown; or a foreign root.
    """
    if root.tag == DOCUMENT:
        found = [root]
    elif root.tag in STYLESHEETS:
        found = list(root.iter(DOCUMENT))
    else:
        raise _refused("the root element is neither ClinicalDocument nor xsl:stylesheet")
    if len(found) != 1 or next(found[0].iterdescendants(DOCUMENT), None) is not None:
        raise _refused("the document must hold exactly one ClinicalDocument")
    return found[0]


def _refused(reason: str) -> Refused:
    return Refused(Problem(XdsCode.INVALID_DOCUMENT_CONTENT, f"ClinicalDocument: {reason}"))
