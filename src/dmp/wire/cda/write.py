"""Writing a CDA document around a file (N1, cda 1.5): the inverse of `header.read_header`.

The header that is written is read back as the same value, and keeps every rule
of `rules`. What the value does not hold is derived: the encounter is that of
the main act, and the author answers for what he wrote.
"""

from base64 import b64encode

from lxml import etree
from lxml.builder import ElementMaker

from dmp.record.codes import Code
from dmp.wire.cda.header import CdaHeader
from dmp.wire.cda.parts import Ii, Organization, Participant, ServiceEvent
from dmp.wire.cda.patient import RecordTarget
from dmp.wire.cda.templates import CI_SIS, HL7_FRANCE, XDS_SD
from dmp.wire.cda.tree import CDA
from dmp.wire.xml import Element

UNSTRUCTURED = (HL7_FRANCE, CI_SIS, XDS_SD)
"""The templates of a document around a file."""
_GENDERS = {"F": "Féminin", "M": "Masculin", "U": "Indéterminé"}
_GENDER = "2.16.840.1.113883.5.1"
_MAKER = ElementMaker(namespace=CDA, nsmap={None: CDA})


def write_unstructured(header: CdaHeader, content: bytes) -> bytes:
    """The octets of a document of this header around a file of its `media_type`; the same values, the same octets.

    Raises:
        ValueError: a text has signs that XML cannot hold.
    """
    root = _node(
        "ClinicalDocument",
        _node("realmCode", code="FR"),
        _node("typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040"),
        *(_node("templateId", root=template) for template in header.template_ids),
        _identifier("id", header.id),
        _coded("code", header.code),
        _node("title", header.title),
        _node("effectiveTime", value=header.effective_time),
        _coded("confidentialityCode", header.confidentiality),
        _node("languageCode", code=header.language),
        _identifier("setId", header.set_id),
        _node("versionNumber", value=header.version),
        _node("recordTarget", _patient_role(header.patient)),
        *(_author(author) for author in header.authors),
        _custodian(header.custodian),
        _legal_authenticator(header.legal_authenticator),
        *(_node("documentationOf", _act(act)) for act in header.acts),
        _replaced(header),
        _encounter(header),
        _node("component", _node("nonXMLBody", _body(header.media_type, content))),
    )
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _node(tag: str, *children: Element | str | None, **attributes: str) -> Element:
    """One element; absent children and empty attributes are left out."""
    kept = [child for child in children if child is not None]
    return _MAKER(tag, {name: value for name, value in attributes.items() if value}, *kept)


def _identifier(tag: str, found: Ii | None) -> Element | None:
    return None if found is None else _node(tag, root=found.root, extension=found.extension)


def _coded(tag: str, code: Code | None) -> Element | None:
    if code is None:
        return None
    return _node(tag, code=code.code, displayName=code.display, codeSystem=code.system)


def _body(media_type: str, content: bytes) -> Element:
    return _node("text", b64encode(content).decode("ascii"), mediaType=media_type, representation="B64")


# -- people and structures


def _patient_role(target: RecordTarget) -> Element:
    """Birth name and first names, then the used ones: BR and CL, never SP (cda 1.2)."""
    used = _node("family", target.used_name, qualifier="CL") if target.used_name else None
    used_first = _node("given", target.used_first_name, qualifier="CL") if target.used_first_name else None
    name = _node(
        "name",
        _node("family", target.birth_name, qualifier="BR"),
        _node("given", target.birth_first_names),
        _node("given", target.birth_first_name, qualifier="BR"),
        used,
        used_first,
    )
    place = _node("place", _node("addr", _node("county", target.birth_place)))
    person = _node(
        "patient",
        name,
        _coded("administrativeGenderCode", Code(target.sex, _GENDER, _GENDERS.get(target.sex, ""))),
        _node("birthTime", value=target.birth_date.replace("-", "")),
        _node("birthplace", place) if target.birth_place else None,
    )
    return _node("patientRole", *(_identifier("id", found) for found in target.ids), person)


def _author(who: Participant) -> Element:
    return _node(
        "author", _coded("functionCode", who.function), _node("time", value=who.time), _assigned("assignedAuthor", who)
    )


def _assigned(tag: str, who: Participant) -> Element:
    """Somebody in his structure; a person without profession, such as the patient, says that he has none."""
    name = _node("name", _node("family", who.family), _node("given", who.given) if who.given else None)
    return _node(
        tag,
        *(_identifier("id", found) for found in who.ids),
        _coded("code", who.code) if who.code else _node("code", nullFlavor="NA"),
        _node("assignedPerson", name),
        _organization("representedOrganization", who.organization),
    )


def _organization(tag: str, structure: Organization | None) -> Element | None:
    if structure is None:
        return None
    return _node(
        tag,
        *(_identifier("id", found) for found in structure.ids),
        _node("name", structure.name) if structure.name else None,
        _coded("standardIndustryClassCode", structure.practice),
    )


def _custodian(keeper: Organization | None) -> Element | None:
    if keeper is None:
        return None
    return _node("custodian", _node("assignedCustodian", _organization("representedCustodianOrganization", keeper)))


def _legal_authenticator(signer: Participant | None) -> Element | None:
    if signer is None:
        return None
    entity = _assigned("assignedEntity", signer)
    return _node("legalAuthenticator", _node("time", value=signer.time), _node("signatureCode", code="S"), entity)


# -- acts


def _act(act: ServiceEvent) -> Element:
    performers = [_node("performer", _assigned("assignedEntity", who), typeCode="PRF") for who in act.performers]
    return _node(
        "serviceEvent",
        *(_identifier("id", found) for found in act.ids),
        _coded("code", act.code),
        _interval(act) if act.start else None,
        *performers,
    )


def _interval(act: ServiceEvent) -> Element:
    return _node("effectiveTime", _node("low", value=act.start), _node("high", value=act.stop) if act.stop else None)


def _replaced(header: CdaHeader) -> Element | None:
    """The version before (RPLC), under the id it was deposited with."""
    found = header.replaced
    if found is None:
        return None
    parent = _node(
        "parentDocument",
        *(_identifier("id", one) for one in found.ids),
        _identifier("setId", found.set_id),
        _node("versionNumber", value=found.version) if found.version else None,
    )
    return _node("relatedDocument", parent, typeCode=found.relation)


def _encounter(header: CdaHeader) -> Element:
    act = header.main_act or ServiceEvent()
    facility = _node("healthCareFacility", _coded("code", header.facility))
    return _node(
        "componentOf",
        _node("encompassingEncounter", _interval(act), _node("location", facility)),
    )
