"""Patients, professionals and structures as a header names them (cda-and-services 1.2, 1.3)."""

from collections.abc import Iterable

from dmp.record.actor import Facility, Professional
from dmp.record.codes import Code
from dmp.record.facility import FACILITY_AUTHORITY
from dmp.record.nomenclature import PROFESSION
from dmp.record.patient import Contact, Guardian, IdentityTraits, Sex
from dmp.record.professional import PROFESSIONAL_AUTHORITY, Specialty, name_parts
from dmp.wire.cda.making.context import DocumentContext, Software
from dmp.wire.cda.making.labels import by_code, label_of
from dmp.wire.cda.making.tree import Node, cda, coded
from dmp.wire.cda.patient import RecordTarget
from dmp.wire.cda.people import DMP_HOST

_GENDERS: dict[str, str] = {Sex.UNDETERMINED.value: "UN"}
"""Codes of the set, where they differ from those of the record."""


def patient_role(context: DocumentContext) -> Node:
    """The patient: identifier first, then the local number, how to reach him, and his traits."""
    local = context.local_id
    return cda(
        "patientRole",
        cda("id", extension=context.patient.number, root=context.patient.root),
        cda("id", extension=local.number, root=local.root) if local else None,
        _address(context.contact),
        *_telecoms(context.contact),
        person(context.traits, context.guardians),
    )


def _address(contact: Contact) -> Node | None:
    if not contact.address:
        return None
    return cda("addr", *(cda(part, text) for part, text in contact.address))


def _telecoms(contact: Contact) -> list[Node]:
    return [cda("telecom", value=value, use=use) for use, value in contact.telecoms]


def person(traits: IdentityTraits | RecordTarget, guardians: Iterable[Guardian] = ()) -> Node:
    """Who the patient is: his traits, and who represents him."""
    return cda(
        "patient",
        _patient_name(traits),
        _gender(traits.sex),
        cda("birthTime", value=traits.birth_date.replace("-", "")),
        *map(_guardian, guardians),
        _birthplace(traits.birth_place) if traits.birth_place else None,
    )


def _gender(sex: str) -> Node:
    """The administrative sex (J143)."""
    return coded("administrativeGenderCode", label_of("gender", _GENDERS.get(sex, sex)))


def _guardian(guardian: Guardian) -> Node:
    """A legal representative («représentant légal»), by relationship, name and how to reach him."""
    name = cda("name", cda("family", guardian.family), cda("given", guardian.given))
    relation = by_code("relation", guardian.relationship)
    return cda(
        "guardian",
        coded("code", relation) if relation else None,
        _address(guardian.contact),
        *_telecoms(guardian.contact),
        cda("guardianPerson", name),
    )


def _patient_name(traits: IdentityTraits | RecordTarget) -> Node:
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
    return structure(tag, [cda("id", root=FACILITY_AUTHORITY, extension=facility.id)], facility.name, *more)


def structure(tag: str, ids: Iterable[Node], name: str, *more: Node | None) -> Node:
    """A structure by its ids and its name, where it has one."""
    return cda(tag, *ids, cda("name", name) if name else None, *more)


def keeper(author: Professional | Software) -> Node:
    """Who keeps the document: the structure of its author, or the body that keeps the record."""
    if isinstance(author, Professional):
        return organisation("representedCustodianOrganization", author.facility)
    return cda("representedCustodianOrganization", cda("id", root=DMP_HOST))


def assigned(tag: str, author: Professional | Software, *, practice: Code | None = None) -> Node:
    """Who made it: `assignedAuthor` or `assignedEntity`.

    `practice` adds the practice setting of the structure (J04).
    """
    setting = [coded("standardIndustryClassCode", practice)] if practice else []
    if isinstance(author, Software):
        return _program(tag, author, setting)
    return cda(
        tag,
        professional_id(author),
        coded("code", specialty(author)),
        cda("assignedPerson", professional_name(author)),
        organisation("representedOrganization", author.facility, *setting),
    )


def _program(tag: str, author: Software, setting: list[Node]) -> Node:
    """A program: named where CDA lets one be named, which is among the authors."""
    device = cda(
        "assignedAuthoringDevice",
        cda("manufacturerModelName", author.model),
        cda("softwareName", author.name),
    )
    return cda(
        tag,
        cda("id", root=DMP_HOST, extension=author.id),
        device if tag == "assignedAuthor" else None,
        cda("representedOrganization", *setting) if setting else None,
    )
