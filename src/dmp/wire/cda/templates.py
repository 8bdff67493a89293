"""Rules on the nature of the document: templates, identifier, times, body (cda 1.1, 1.5)."""

from collections.abc import Iterator

from lxml import etree

from dmp.record.nomenclature import Nomenclature, value_set
from dmp.wire.cda.content import BODY_TYPES
from dmp.wire.cda.header import BodyKind, CdaHeader
from dmp.wire.cda.shape import UUID, Breach
from dmp.wire.cda.tree import Branch, every, where

HL7_FRANCE = "2.16.840.1.113883.2.8.2.1"
CI_SIS = "1.2.250.1.213.1.1.1.1"
XDS_SD = "1.3.6.1.4.1.19376.1.2.20"
"""IHE template of a scanned or unstructured document."""
_UNCODED = etree.XPath(
    "*[not(local-name() = 'component' and namespace-uri())]"
    "/descendant-or-self::*[string(@displayName) and not(string(@code))]"
)


def hl7_france(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """The template of HL7 France stands once."""
    del document
    return _once(header, HL7_FRANCE)


def ci_sis(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """The template of the CI-SIS header stands once."""
    del document
    return _once(header, CI_SIS)


def _once(header: CdaHeader, template: str) -> Iterator[Breach]:
    if header.template_ids.count(template) != 1:
        yield Breach("templateId", f"{template} must stand once")


def unstructured(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """An unstructured document has the two common templates and XDS-SD, no other one."""
    del document
    wanted = sorted((HL7_FRANCE, CI_SIS, XDS_SD))
    if header.body is BodyKind.UNSTRUCTURED and sorted(header.template_ids) != wanted:
        yield Breach("templateId", f"an unstructured body calls for {XDS_SD} and no other model")


def unique_id(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """The identifier is an OID, an OID and an extension, or a bare UUID, in 128 characters (DEC-105)."""
    del document
    if header.id is None:
        return
    if header.id.extension and UUID.fullmatch(header.id.root):
        yield Breach("id/@extension", "must be absent beside a UUID")
    if len(header.id.unique_id) > 128 or "^" in header.id.extension:
        yield Breach("id/@extension", "must leave an identifier of at most 128 characters without ^")


def document_type(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """The type is one of J07."""
    del document
    known = value_set(Nomenclature.DOCUMENT_TYPES)
    if header.code and not known.has(header.code.code, header.code.system):
        yield Breach("code/@code", "must be a document type of J07 in its system")


def one_body(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """The body is structured or not, once."""
    del header
    bodies = [*every(document, "component/structuredBody"), *every(document, "component/nonXMLBody")]
    if len(bodies) != 1:
        yield Breach("component", "must hold one structuredBody or one nonXMLBody")


def unstructured_body(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """An unstructured body is one text in base64, of a media type that the format table knows."""
    del header
    for body in every(document, "component/nonXMLBody"):
        texts = every(body, "text")
        if len(texts) != 1:
            yield Breach("component/nonXMLBody/text", f"expected 1..1, found {len(texts)}")
        for element in texts:
            if element.get("representation") != "B64":
                yield Breach(f"{element.place}/@representation", "must be B64")
            if element.get("mediaType") not in BODY_TYPES:
                yield Breach(f"{element.place}/@mediaType", "must be a media type that is taken")


def time_precision(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """The creation time goes to the second and says its offset."""
    del document
    digits = header.effective_time.partition(".")[0]
    if digits and len(digits) < len("20260101000000+0100"):
        yield Breach("effectiveTime/@value", "should go to the second, with an offset")


def label_without_code(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """A label stands beside a code."""
    del header
    for element in _UNCODED(document.element):
        yield Breach(f"{where(element)}/@displayName", "has no code beside it")
