"""Patients, professionals and structures as a header names them (cda-and-services 1.2, 1.3)."""

from dmp.record.actor import Facility, Professional
from dmp.record.codes import Code
from dmp.record.facility import FACILITY_AUTHORITY
from dmp.record.nomenclature import PROFESSION
from dmp.record.patient import Contact, Guardian, IdentityTraits, Sex
from dmp.record.professional import PROFESSIONAL_AUTHORITY, Specialty, name_parts
from dmp.sandbox.maker.context import DocumentContext
from dmp.sandbox.maker.tree import Node, cda, coded

ROLE_CODE = "2.16.840.1.113883.5.111"
"""HL7 relationships to the patient (J11)."""
GENDERS = {Sex.FEMALE: "Féminin", Sex.MALE: "Masculin", Sex.UNDETERMINED: "Indéterminé"}


def patient_role(context: DocumentContext) -> Node:
    """The patient: identifier first, then the local number, how to reach him, and his traits."""
    local = context.local_id
    return cda(
        "patientRole",
        cda("id", extension=context.patient.number, root=context.patient.root),
        cda("id", extension=local.number, root=local.root) if local else None,
        _address(context.contact),
        *_telecoms(context.contact),
        _person(context),
    )


def _address(contact: Contact) -> Node | None:
    if not contact.address:
        return None
    return cda("addr", *(cda(part, text) for part, text in contact.address))


def _telecoms(contact: Contact) -> list[Node]:
    return [cda("telecom", value=value, use=use) for use, value in contact.telecoms]


def _person(context: DocumentContext) -> Node:
    traits = context.traits
    return cda(
        "patient",
        _patient_name(traits),
        coded("administrativeGenderCode", Code(traits.sex, "2.16.840.1.113883.5.1", GENDERS[traits.sex])),
        cda("birthTime", value=traits.birth_date.replace("-", "")),
        *(_guardian(guardian) for guardian in context.guardians),
        _birthplace(traits.birth_place) if traits.birth_place else None,
    )


def _guardian(guardian: Guardian) -> Node:
    """A legal representative («représentant légal»), by relationship, name and how to reach him."""
    name = cda("name", cda("family", guardian.family), cda("given", guardian.given))
    return cda(
        "guardian",
        cda("code", code=guardian.relationship, codeSystem=ROLE_CODE) if guardian.relationship else None,
        _address(guardian.contact),
        *_telecoms(guardian.contact),
        cda("guardianPerson", name),
    )


def _patient_name(traits: IdentityTraits) -> Node:
    """Birth name and first names, then the used ones: BR and CL, never SP."""
    used_name = cda("family", traits.used_name, qualifier="CL") if traits.used_name else None
    used_first_name = cda("given", traits.used_first_name, qualifier="CL") if traits.used_first_name else None
    return cda(
        "name",
        cda("family", traits.birth_name, qualifier="BR"),
        cda("given", traits.birth_first_names),
        cda("given", traits.birth_first_name, qualifier="BR"),
        used_name,
        used_first_name,
    )


def _birthplace(insee: str) -> Node:
    return cda("birthplace", cda("place", cda("addr", cda("county", insee))))


def specialty(professional: Professional) -> Code:
    """Profession and know-how as one code of J01, such as `G15_10/SM26`."""
    return Specialty(Code(professional.profession, PROFESSION), professional.know_how).code


def professional_id(professional: Professional) -> Node:
    """The national id of a professional (IDNPS)."""
    return cda("id", root=PROFESSIONAL_AUTHORITY, extension=professional.id)


def professional_name(professional: Professional) -> Node:
    """The name of a professional."""
    family, given = name_parts(professional.name)
    return cda("name", cda("family", family), cda("given", given) if given else None)


def organisation(tag: str, facility: Facility, *more: Node) -> Node:
    """A structure by its national id (IDNST) and name."""
    name = cda("name", facility.name) if facility.name else None
    return cda(tag, cda("id", root=FACILITY_AUTHORITY, extension=facility.id), name, *more)


def assigned(tag: str, professional: Professional, *, practice: Code | None = None) -> Node:
    """A professional in his structure: `assignedAuthor` or `assignedEntity`.

    `practice` adds the practice setting of the structure (J04).
    """
    setting = [coded("standardIndustryClassCode", practice)] if practice else []
    return cda(
        tag,
        professional_id(professional),
        coded("code", specialty(professional)),
        cda("assignedPerson", professional_name(professional)),
        organisation("representedOrganization", professional.facility, *setting),
    )
