"""Rules on the people, structures and software of a header (cda 1.1, 1.3)."""

from collections.abc import Iterator

from dmp.record.facility import FACILITY_AUTHORITY, FacilityId
from dmp.record.professional import PROFESSIONAL_AUTHORITY, ProfessionalId
from dmp.wire.cda.header import CdaHeader
from dmp.wire.cda.parts import Ii
from dmp.wire.cda.patient import CURRENT_INS
from dmp.wire.cda.shape import Breach, is_time
from dmp.wire.cda.tree import Branch, every, one

DMP_HOST = "1.2.250.1.213.4.1"
"""The body that keeps documents written by patients."""

PARTICIPATIONS = frozenset({"REF", "REFB", "INF", "RESP", "PRF", "CON", "VRF"})
"""J144, version 2021-03-26."""
ROLES = frozenset({"PROV", "AGNT"})
"""J141, version 2021."""
FUNCTIONS = frozenset({"CORRE", "PRELV", "ES-REF", "ES-PREF", "ADMPHYS", "ATTPHYS", "DISPHYS", "PCP", "330", "353"})
"""J47, version 2024."""


def person_or_device(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """An author is a person or a software, not both."""
    del header
    for author in every(document, "author/assignedAuthor"):
        if one(author, "assignedPerson") is not None and one(author, "assignedAuthoringDevice") is not None:
            yield Breach(author.place, "must hold assignedPerson or assignedAuthoringDevice, not both")


def author_organization(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """The structure of an author has its national identifier."""
    del header
    for structure in every(document, "author/assignedAuthor/representedOrganization"):
        roots = {found.get("root") for found in every(structure, "id") if found.get("extension")}
        if FACILITY_AUTHORITY not in roots:
            yield Breach(f"{structure.place}/id", f"one must have root {FACILITY_AUTHORITY} and an extension")


def informant_entity(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """An informant is a professional or a relative."""
    del header
    for informant in every(document, "informant"):
        if len(every(informant, "assignedEntity")) + len(every(informant, "relatedEntity")) != 1:
            yield Breach(informant.place, "must hold one assignedEntity or one relatedEntity")


def custodian_extension(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """A structure that keeps the document has its national number."""
    del document
    ids = header.custodian.ids if header.custodian else ()
    if any(found.root == FACILITY_AUTHORITY and not found.extension for found in ids):
        path = "custodian/assignedCustodian/representedCustodianOrganization/id/@extension"
        yield Breach(path, "must be present for a structure")


def signing_offset(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """The offset of the signing time has four digits."""
    del document
    signer = header.legal_authenticator
    if signer and signer.time and not is_time(signer.time):
        yield Breach("legalAuthenticator/time/@value", "has an offset that is not of the form +0100")


def participant_type(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """Other participants have a type of J144 and a role of J141."""
    del header
    for participant in every(document, "participant"):
        if participant.get("typeCode") not in PARTICIPATIONS:
            yield Breach(f"{participant.place}/@typeCode", "is not in J144")
        for entity in every(participant, "associatedEntity"):
            if entity.get("classCode") not in ROLES:
                yield Breach(f"{entity.place}/@classCode", "is not in J141")


def function_code(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """A role in care is one of J47."""
    del header
    for element in (*every(document, "author/functionCode"), *every(document, "participant/functionCode")):
        if element.get("code") and element.get("code") not in FUNCTIONS:
            yield Breach(f"{element.place}/@code", "is not in J47")


def identifier_form(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """National identifiers of authors and of the signer have the expected form (DEC-112)."""
    del document
    for place, ids in _identifiers(header):
        for found in ids:
            if found.root == PROFESSIONAL_AUTHORITY:
                warnings = ProfessionalId.parse(found.extension).warnings
            elif found.root == FACILITY_AUTHORITY:
                warnings = FacilityId.parse(found.extension).warnings
            else:
                warnings = () if found.root in CURRENT_INS else ("not under a national authority",)
            yield from (Breach(f"{place}/id", warning) for warning in warnings)


def _identifiers(header: CdaHeader) -> Iterator[tuple[str, tuple[Ii, ...]]]:
    for author in header.authors:
        yield "author/assignedAuthor", author.ids
        if author.organization:
            yield "author/assignedAuthor/representedOrganization", author.organization.ids
    if header.legal_authenticator:
        yield "legalAuthenticator/assignedEntity", header.legal_authenticator.ids
