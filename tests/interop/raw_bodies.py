"""Bodies of the four XDS.b messages, written by hand as templates, and the document they speak of."""

import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from dmp.record.actor import Facility, Professional
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.sandbox.maker import DocumentContext, plain_text

XOP = "http://www.w3.org/2004/08/xop/include"
EBXML = "urn:oasis:names:tc:ebxml-regrep"
NAMESPACES = (
    f'xmlns:rim="{EBXML}:xsd:rim:3.0" xmlns:rs="{EBXML}:xsd:rs:3.0" xmlns:lcm="{EBXML}:xsd:lcm:3.0" '
    f'xmlns:query="{EBXML}:xsd:query:3.0" xmlns:xdsb="urn:ihe:iti:xds-b:2007"'
)
REPOSITORY = "1.2.250.1.213.4.1.1.1.2"
APPROVED = f"{EBXML}:StatusType:Approved"
ARCHIVED = "urn:asip:ci-sis:2010:StatusType:Archived"
FIND_DOCUMENTS = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
ASSOCIATION = f"{EBXML}:ObjectType:RegistryObject:Association"
UPDATE_STATUS = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"
HAS_MEMBER = f"{EBXML}:AssociationType:HasMember"
AT = "20261102083000"
PERSON = "899900000011^ARNOUX-TEST^Claire^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
HOSPITAL = "Centre hospitalier Test de Valbonne^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990000028"
TITLE = "Note de consultation"
SPECIALTY = "G15_10/SM26^Médecin - Qualifié en Médecine générale (SM)^1.2.250.1.213.1.1.4.5"
TRAITS = IdentityTraits("FICTIVE", "LOUISE", "LOUISE MARIE", "1979-03-28", Sex.FEMALE, "51215")


def an_oid() -> str:
    """A fresh OID."""
    return f"2.25.{uuid.uuid4().int}"


def cx(ins: str) -> str:
    """A test INS as a CX."""
    return f"{ins}^^^&1.2.250.1.213.1.4.10&ISO^NH"


def slot(name: str, *values: str) -> str:
    """A rim:Slot."""
    inside = "".join(f"<rim:Value>{escape(value)}</rim:Value>" for value in values)
    return f'<rim:Slot name="{name}"><rim:ValueList>{inside}</rim:ValueList></rim:Slot>'


def name(text: str) -> str:
    """A rim:Name."""
    return f'<rim:Name><rim:LocalizedString xml:lang="fr-FR" value="{escape(text)}"/></rim:Name>'


@dataclass(frozen=True)
class Lot:
    """One document of the hospital's doctor and the lot that carries it."""

    ins: str
    document: bytes
    unique_id: str
    lot_id: str
    title: str = TITLE
    event: str = ""
    """Code of the main act; left out, the service warns that the header has one."""

    @staticmethod
    def of(ins: str, text: str = "Document fictif.", *, event: str = "") -> "Lot":
        """A lot that was never sent before."""
        unique_id = an_oid()
        author = Professional(
            "899900000011",
            "Claire ARNOUX-TEST",
            "10",
            "SM26",
            Facility("1990000028", "Centre hospitalier Test de Valbonne", "SA01"),
        )
        patient = PatientId(ins, "1.2.250.1.213.1.4.10")
        at = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
        document = plain_text(DocumentContext(unique_id, patient, TRAITS, author, at), text)
        return Lot(ins, document, unique_id, an_oid(), event=event)

    def again(self, **changes: str | bytes) -> "Lot":
        """The same with something changed."""
        return replace(self, **changes)

    @property
    def entry(self) -> str:
        """The ExtrinsicObject."""
        return (
            '<rim:ExtrinsicObject id="Doc" objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1" '
            'mimeType="text/xml">'
            + slot("creationTime", AT)
            + slot("languageCode", "fr-FR")
            + slot("serviceStartTime", AT)
            + slot("legalAuthenticator", PERSON)
            + slot("sourcePatientId", cx(self.ins))
            + slot("sourcePatientInfo", "PID-5|FICTIVE^LOUISE^^^^^L", "PID-7|19790328", "PID-8|F")
            + slot("hash", hashlib.sha1(self.document).hexdigest())  # noqa: S324
            + slot("size", str(len(self.document)))
            + name(self.title)
            + author("93606bcf-9494-43ec-9b4e-a7748d1a838d", "Doc")
            + code("41a5887f-8865-4c09-adf7-e362475b143a", "10", "1.2.250.1.213.1.1.4.1", "Compte rendu")
            + code("f4f85eac-e6cb-4883-b524-f2705394840f", "N", "2.16.840.1.113883.5.25", "Normal")
            + (code("2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4", self.event, *ACT) if self.event else "")
            + code("a09d5840-386c-46f2-b5ad-9c3699a4309d", *FORMAT)
            + code(
                "f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1", "SA01", "1.2.250.1.71.4.2.4", "Etablissement public de santé"
            )
            + code("cccf5598-8b07-4b77-a05e-ae952c785ead", "ETABLISSEMENT", "1.2.250.1.213.1.1.4.9", "Etablissement")
            + code("f0306f51-975f-434e-a61c-c59651d33983", *TYPE)
            + identifier("58a6f841-87b3-4a3e-92fd-a8ffeff98427", "Doc", cx(self.ins), "XDSDocumentEntry.patientId")
            + identifier("2e82c1f6-a085-4c72-9da3-8640a32e42ab", "Doc", self.unique_id, "XDSDocumentEntry.uniqueId")
            + "</rim:ExtrinsicObject>"
        )

    @property
    def package(self) -> str:
        """The SubmissionSet."""
        return (
            '<rim:RegistryPackage id="Lot">'
            + slot("submissionTime", AT)
            + author("a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d", "Lot")
            + code("aa543740-bdda-424e-8c96-df4873be8500", "07", "1.2.250.1.213.2.2", "Consultation", of="Lot")
            + identifier("6b5aea1a-874d-4603-a4bc-96a0a7b38446", "Lot", cx(self.ins), "XDSSubmissionSet.patientId")
            + identifier("96fdda7c-d067-4183-912e-bf5ee74998a8", "Lot", self.lot_id, "XDSSubmissionSet.uniqueId")
            + identifier("554ac39e-e3fe-47fe-b233-965d2a147832", "Lot", "1.2.250.1.999.7", "XDSSubmissionSet.sourceId")
            + "</rim:RegistryPackage>"
            + '<rim:Classification id="mark" classifiedObject="Lot" '
            + 'classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"/>'
        )

    @property
    def objects(self) -> str:
        """The SubmitObjectsRequest."""
        member = (
            f'<rim:Association id="member" associationType="{HAS_MEMBER}" sourceObject="Lot" targetObject="Doc" '
            f'objectType="{ASSOCIATION}">{slot("SubmissionSetStatus", "Original")}</rim:Association>'
        )
        return (
            f"<lcm:SubmitObjectsRequest {NAMESPACES}><rim:RegistryObjectList>{self.entry}{self.package}{member}"
            "</rim:RegistryObjectList></lcm:SubmitObjectsRequest>"
        )

    def request(self, content: str) -> str:
        """The whole body of ITI-41; `content` is base64 or an Include."""
        return (
            f"<xdsb:ProvideAndRegisterDocumentSetRequest {NAMESPACES}>{self.objects}"
            f'<xdsb:Document id="Doc">{content}</xdsb:Document></xdsb:ProvideAndRegisterDocumentSetRequest>'
        )


def change_status(ins: str, entry: str, new: str = ARCHIVED) -> str:
    """The body of ITI-57: another status for an entry, named by its entryUUID."""
    package = Lot(ins, b"", "", an_oid()).package
    slots = slot("OriginalStatus", APPROVED) + slot("NewStatus", new)
    return (
        f"<lcm:SubmitObjectsRequest {NAMESPACES}><rim:RegistryObjectList>{package}"
        f'<rim:Association id="change" associationType="{UPDATE_STATUS}" sourceObject="Lot" targetObject="{entry}" '
        f'objectType="{ASSOCIATION}">{slots}</rim:Association></rim:RegistryObjectList></lcm:SubmitObjectsRequest>'
    )


ACT = ("2.16.840.1.113883.5.4", "Ambulatoire")
TYPE = ("11488-4", "2.16.840.1.113883.6.1", "CR ou fiche de consultation ou de visite")
FORMAT = ("urn:ihe:iti:xds-sd:text:2008", "1.3.6.1.4.1.19376.1.2.3", "Document à corps non structuré en texte")


def code(scheme: str, value: str, system: str, display: str, *, of: str = "Doc") -> str:
    """A coded attribute."""
    return (
        f'<rim:Classification id="c-{of}-{scheme}" classificationScheme="urn:uuid:{scheme}" classifiedObject="{of}" '
        f'nodeRepresentation="{value}">{slot("codingScheme", system)}{name(display)}</rim:Classification>'
    )


def author(scheme: str, of: str) -> str:
    """The doctor, in the hospital."""
    return (
        f'<rim:Classification id="a-{of}" classificationScheme="urn:uuid:{scheme}" classifiedObject="{of}" '
        f'nodeRepresentation="">{slot("authorPerson", PERSON)}{slot("authorInstitution", HOSPITAL)}'
        f"{slot('authorSpecialty', SPECIALTY)}</rim:Classification>"
    )


def identifier(scheme: str, of: str, value: str, title: str) -> str:
    """An external identifier."""
    return (
        f'<rim:ExternalIdentifier id="i-{of}-{scheme}" registryObject="{of}" identificationScheme="urn:uuid:{scheme}" '
        f'value="{escape(value)}">{name(title)}</rim:ExternalIdentifier>'
    )


def stored_query(query: str, *slots: str, returns: str = "LeafClass") -> str:
    """The body of ITI-18."""
    return (
        f'<query:AdhocQueryRequest {NAMESPACES}><query:ResponseOption returnComposedObjects="true" '
        f'returnType="{returns}"/><rim:AdhocQuery id="{query}">{"".join(slots)}</rim:AdhocQuery>'
        "</query:AdhocQueryRequest>"
    )


def search(ins: str, *, returns: str = "LeafClass", status: str = APPROVED) -> str:
    """Every document of somebody (FindDocuments)."""
    patient, statuses = slot("$XDSDocumentEntryPatientId", f"'{cx(ins)}'"), f"('{status}')"
    return stored_query(FIND_DOCUMENTS, patient, slot("$XDSDocumentEntryStatus", statuses), returns=returns)


def retrieve(*unique_ids: str, repository: str = REPOSITORY) -> str:
    """The body of ITI-43."""
    asked = "".join(
        f"<xdsb:DocumentRequest><xdsb:RepositoryUniqueId>{repository}</xdsb:RepositoryUniqueId>"
        f"<xdsb:DocumentUniqueId>{unique_id}</xdsb:DocumentUniqueId></xdsb:DocumentRequest>"
        for unique_id in unique_ids
    )
    return f"<xdsb:RetrieveDocumentSetRequest {NAMESPACES}>{asked}</xdsb:RetrieveDocumentSetRequest>"
