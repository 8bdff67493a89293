"""The header of a CDA document as a value (cda 1.1, 1.2, 1.4).

Nothing is judged here: what is missing is None or empty. `rules` judges.
"""

from dataclasses import dataclass
from enum import StrEnum

from dmp.record.codes import Code
from dmp.wire.cda import parts
from dmp.wire.cda.parts import Ii, Organization, ParentDocument, Participant, ServiceEvent
from dmp.wire.cda.patient import RecordTarget, record_target
from dmp.wire.cda.tree import DOCUMENT, Branch, Element, attribute, every, one, text

ACCESSION = "{urn:dicom-org:ps3-20}accessionNumber"


class BodyKind(StrEnum):
    """How the content is written (cda 1.5)."""

    UNSTRUCTURED = "N1"
    """A file in base64 inside nonXMLBody."""
    STRUCTURED = "N3"
    """Sections and entries."""


@dataclass(frozen=True)
class CdaHeader:
    """A header as read; times are HL7 texts as written, `title` has its white space collapsed."""

    id: Ii | None
    code: Code | None
    title: str
    effective_time: str
    confidentiality: Code | None
    language: str
    set_id: Ii | None
    version: str
    template_ids: tuple[str, ...]
    patient: RecordTarget
    authors: tuple[Participant, ...]
    legal_authenticator: Participant | None
    custodian: Organization | None
    acts: tuple[ServiceEvent, ...]
    replaced: ParentDocument | None
    orders: tuple[Ii, ...]
    accessions: tuple[Ii, ...]
    facility: Code | None
    """Kind of structure where care was given (J02)."""
    body: BodyKind | None
    media_type: str
    """mediaType of an unstructured body, else empty."""
    self_presentable: bool
    """The document stands inside an xsl:stylesheet, which is never run."""

    @property
    def main_act(self) -> ServiceEvent | None:
        """The first act in document order that has a start and a performer (DEC-110)."""
        return next((act for act in self.acts if act.is_main), None)

    @property
    def practice(self) -> Code | None:
        """The practice setting of the main act's performer (cda 1.4)."""
        act = self.main_act
        settings = [who.organization.practice for who in act.performers if who.organization] if act else []
        return next((setting for setting in settings if setting), None)


def read_header(root: Element | Branch) -> CdaHeader:
    """Read the header of a ClinicalDocument element."""
    document = Branch.of(root)
    signer = one(document, "legalAuthenticator")
    body = one(document, "component/nonXMLBody")
    return CdaHeader(
        id=parts.ii(one(document, "id")),
        code=parts.code(one(document, "code")),
        title=text(document, "title"),
        effective_time=attribute(document, "effectiveTime", "value"),
        confidentiality=parts.code(one(document, "confidentialityCode")),
        language=attribute(document, "languageCode", "code"),
        set_id=parts.ii(one(document, "setId")),
        version=attribute(document, "versionNumber", "value"),
        template_ids=tuple(found.get("root") for found in every(document, "templateId")),
        patient=record_target(document),
        authors=tuple(parts.participant(found, "assignedAuthor") for found in every(document, "author")),
        legal_authenticator=None if signer is None else parts.participant(signer, "assignedEntity"),
        custodian=parts.organization(one(document, "custodian/assignedCustodian/representedCustodianOrganization")),
        acts=tuple(parts.service_event(found) for found in every(document, "documentationOf/serviceEvent")),
        replaced=parts.parent_document(one(document, "relatedDocument")),
        orders=parts.ids(document, "inFulfillmentOf/order/id"),
        accessions=_accessions(document),
        facility=parts.code(
            one(document, "componentOf/encompassingEncounter/location/healthCareFacility/code"),
        ),
        body=_body_kind(document),
        media_type="" if body is None else attribute(body, "text", "mediaType"),
        self_presentable=document.element.getroottree().getroot().tag != DOCUMENT,
    )


def _accessions(document: Branch) -> tuple[Ii, ...]:
    found = [number for order in every(document, "inFulfillmentOf/order") for number in every(order, ACCESSION)]
    return tuple(number for number in map(parts.ii, found) if number)


def _body_kind(document: Branch) -> BodyKind | None:
    if one(document, "component/nonXMLBody") is not None:
        return BodyKind.UNSTRUCTURED
    return BodyKind.STRUCTURED if one(document, "component/structuredBody") is not None else None
