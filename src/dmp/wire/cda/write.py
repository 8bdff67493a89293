"""Writing a CDA document around a file (N1, cda 1.5): the inverse of `header.read_header`.

The header that is written is read back as the same value, and keeps every rule
of `rules`. What the value does not hold is derived: the encounter is that of
the main act, and the author answers for what he wrote.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from dmp.wire.cda.header import CdaHeader
from dmp.wire.cda.making.heading import Identification, encounter, kept_by, opening, replacing, signed, written_by
from dmp.wire.cda.making.people import person, structure
from dmp.wire.cda.making.tree import Node, cda, coded, plain, serialise, templates
from dmp.wire.cda.parts import Ii, Organization, Participant, ServiceEvent
from dmp.wire.cda.templates import CI_SIS, HL7_FRANCE, XDS_SD

UNSTRUCTURED = (HL7_FRANCE, CI_SIS, XDS_SD)
"""The templates of a document around a file."""


def write_unstructured(header: CdaHeader, content: bytes) -> bytes:
    """The octets of a document of this header around a file of its `media_type`; the same values, the same octets.

    Raises:
        ValueError: a text has signs that XML cannot hold, or the header lacks its id or its type.
    """
    if any(plain(text) != text for text in _texts(header)):
        raise ValueError("a text has signs that XML cannot hold")
    encoded = b64encode(content).decode("ascii")
    body = cda("text", encoded, mediaType=header.media_type, representation="B64")
    keeper, signer = header.custodian, header.legal_authenticator
    root = cda(
        "ClinicalDocument",
        *_opening(header),
        cda("recordTarget", cda("patientRole", *_ids(header.patient.ids), person(header.patient))),
        *(written_by(_assigned("assignedAuthor", who), who.time, who.function) for who in header.authors),
        kept_by(_organization("representedCustodianOrganization", keeper)) if keeper else None,
        signed(signer.time, _assigned("assignedEntity", signer)) if signer else None,
        *(cda("documentationOf", _act(act)) for act in header.acts),
        _replaced(header),
        encounter(_interval(header.main_act or ServiceEvent()), header.facility),
        cda("component", cda("nonXMLBody", body)),
    )
    return serialise(root)


def _texts(value: object) -> Iterator[str]:
    """Every text of a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))


def _opening(header: CdaHeader) -> list[Node]:
    if header.id is None or header.code is None:
        raise ValueError("a document has an id and a type")
    which = Identification(
        tuple(templates(*header.template_ids)),
        _identifier("id", header.id),
        _identifier("setId", header.set_id) if header.set_id else None,
        header.version,
        header.title,
        header.effective_time,
        header.confidentiality,
        header.language,
    )
    return opening(which, header.code)


def _identifier(tag: str, found: Ii) -> Node:
    return cda(tag, root=found.root, extension=found.extension)


def _ids(found: tuple[Ii, ...]) -> list[Node]:
    return [_identifier("id", one) for one in found]


def _assigned(tag: str, who: Participant) -> Node:
    """Somebody in his structure; a person without profession, such as the patient, says that he has none."""
    name = cda("name", cda("family", who.family), cda("given", who.given) if who.given else None)
    return cda(
        tag,
        *_ids(who.ids),
        coded("code", who.code) if who.code else cda("code", nullFlavor="NA"),
        cda("assignedPerson", name),
        _organization("representedOrganization", who.organization) if who.organization else None,
    )


def _organization(tag: str, found: Organization) -> Node:
    practice = coded("standardIndustryClassCode", found.practice) if found.practice else None
    return structure(tag, _ids(found.ids), found.name, practice)


def _act(act: ServiceEvent) -> Node:
    performers = [cda("performer", _assigned("assignedEntity", who), typeCode="PRF") for who in act.performers]
    code = coded("code", act.code) if act.code else None
    return cda("serviceEvent", *_ids(act.ids), code, _interval(act) if act.start else None, *performers)


def _interval(act: ServiceEvent) -> Node:
    """From the start of an act to its end, each as it was told."""
    return cda("effectiveTime", cda("low", value=act.start), cda("high", value=act.stop) if act.stop else None)


def _replaced(header: CdaHeader) -> Node | None:
    """The version before (RPLC), under the id it was deposited with."""
    found = header.replaced
    if found is None:
        return None
    series = _identifier("setId", found.set_id) if found.set_id else None
    return replacing(_ids(found.ids), series, found.version, found.relation)
