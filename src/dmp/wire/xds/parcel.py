"""An ebRIM object taken apart: its slots, codes, authors and identifiers, by the names of XDS (xds-wire 4.1)."""

from dataclasses import dataclass, field

from lxml import etree

from dmp.record.codes import Code
from dmp.record.entry import Author, Slots
from dmp.record.errors import XdsCode
from dmp.wire.xds import ebrim, syntax
from dmp.wire.xds.ebrim import Element
from dmp.wire.xds.findings import Findings, Owner
from dmp.wire.xds.schemes import AUTHOR_SLOTS, LIMITED_METADATA_NODES, Kind

VALUE_LIMIT = 4096
"""Longest slot value taken, in characters (xds-wire 4.1)."""
NAME_LIMIT = 256
"""Longest code or identifier: LongName of the schema, which our answers must satisfy (DEC-101)."""
OBJECT_LIMIT = 128 * 1024
"""Longest object, in octets: it comes back with every search, whatever slots and codes it is full of."""
TEXT_LIMIT = 1024
"""Longest title or comment: FreeFormText of the schema."""


@dataclass
class Parcel:
    """What one object holds, before its rules are checked; `owner` takes the problems."""

    id: str
    owner: Owner
    slots: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes: dict[str, list[Code]] = field(default_factory=dict)
    authors: list[Author] = field(default_factory=list)
    identifiers: dict[str, str] = field(default_factory=dict)
    nodes: list[str] = field(default_factory=list)
    title: str = ""
    comments: str = ""
    version: str = ""

    def slot(self, name: str, *, required: bool = False) -> str:
        """The value of a single-valued slot, empty when it is not there."""
        values = self.listed(name)
        if required and name not in self.slots:
            self.owner.add(name, "missing")
        if len(values) > 1:
            self.owner.add(name, "several values")
        return values[0] if values else ""

    def listed(self, name: str) -> tuple[str, ...]:
        """The values of a slot, without the white space of pretty printing."""
        values = tuple([value.strip() for value in self.slots.get(name, ())])
        if name in self.slots and not (values and all(values)):
            self.owner.add(name, "empty value")
        return values

    def unknown(self, known: frozenset[str]) -> Slots:
        """The slots unknown to XDS, in the order they came (DEC-119)."""
        return tuple([slot for slot in self.slots.items() if slot[0] not in known])

    def code(self, attribute: str) -> Code:
        """A code that must be there once."""
        codes = self.codes.get(attribute, ())
        if len(codes) != 1:
            self.owner.add(attribute, "given more than once" if codes else "missing")
        return codes[0] if codes else Code("", "")

    def identifier(self, attribute: str) -> str:
        """An identifier that must be there."""
        value = self.identifiers.get(attribute, "")
        if not value:
            self.owner.add(attribute, "missing")
        return value


def open_object(element: Element, kind: Kind, findings: Findings) -> Parcel:
    """Take an object apart in one pass over its children.

    A child belongs to its parent whatever `classifiedObject` or
    `registryObject` say, and ids of children are not used at all: two
    Classifications with one id are two (xds-wire 7.2).
    """
    parcel = Parcel(*_identify(element, findings))
    if len(etree.tostring(element)) > OBJECT_LIMIT:
        parcel.owner.add(ebrim.local_name(element), f"longer than {OBJECT_LIMIT} octets")
    for child in element:
        match child.tag:
            case ebrim.SLOT:
                _take_slot(child, parcel.slots, parcel.owner)
            case ebrim.CLASSIFICATION:
                _take_classification(child, kind, parcel)
            case ebrim.EXTERNAL_IDENTIFIER:
                _take_identifier(child, kind, parcel)
            case ebrim.NAME:
                parcel.title = _text(child, "title", parcel.owner)
            case ebrim.DESCRIPTION:
                parcel.comments = _text(child, "comments", parcel.owner)
            case ebrim.VERSION_INFO:
                parcel.version = child.get("versionName", "")
            case str() as tag if tag != ebrim.CONTENT_VERSION_INFO:
                parcel.owner.add(ebrim.local_name(child), "not expected here")
    return parcel


def _identify(element: Element, findings: Findings) -> tuple[str, Owner]:
    text = ebrim.normal_id(element.get("id", ""))
    owner = findings.of(text)
    if not text:
        owner.add("id", f"missing on {ebrim.local_name(element)}")
    elif ebrim.is_uuid_urn(text) and not syntax.is_uuid(text[9:]):
        owner.add("id", "not a UUID")
    return text, owner


def _take_slot(slot: Element, slots: dict[str, tuple[str, ...]], owner: Owner) -> None:
    name = slot.get("name", "")
    if not name or len(name) > NAME_LIMIT:
        owner.add("Slot", "without a name" if not name else "name too long")
    elif name in slots:
        owner.add(name, "slot given twice")
    slots[name] = values = ebrim.slot_values(slot)
    if any(len(value) > VALUE_LIMIT for value in values):
        owner.add(name, f"value longer than {VALUE_LIMIT} characters")


def _take_classification(element: Element, kind: Kind, parcel: Parcel) -> None:
    scheme = element.get("classificationScheme", "").lower()
    node = element.get("classificationNode", "").lower()
    if scheme in kind.codes:
        attribute = kind.codes[scheme]
        parcel.codes.setdefault(attribute, []).append(_code(element, attribute, parcel.owner))
    elif scheme and scheme == kind.author:
        parcel.authors.append(_author(element, parcel.owner))
    elif node in LIMITED_METADATA_NODES:
        parcel.owner.add("limitedMetadata", "not accepted")
    elif node and not scheme:
        parcel.nodes.append(node)
    else:
        parcel.owner.add("Classification", "unknown classificationScheme", value=scheme)


def _take_identifier(element: Element, kind: Kind, parcel: Parcel) -> None:
    scheme = element.get("identificationScheme", "").lower()
    attribute = kind.identifiers.get(scheme)
    if attribute is None:
        parcel.owner.add("ExternalIdentifier", "unknown identificationScheme", value=scheme)
        return
    if attribute in parcel.identifiers:
        parcel.owner.add(attribute, "given more than once")
    parcel.identifiers[attribute] = value = element.get("value", "")
    if len(value) > NAME_LIMIT:
        parcel.owner.add(attribute, f"longer than {NAME_LIMIT} characters")


def _inside(element: Element, attribute: str, owner: Owner) -> tuple[dict[str, tuple[str, ...]], str]:
    """The slots and the name of a Classification."""
    slots: dict[str, tuple[str, ...]] = {}
    name = ""
    for child in element:
        if child.tag == ebrim.SLOT:
            _take_slot(child, slots, owner)
        elif child.tag == ebrim.NAME:
            name = _text(child, attribute, owner)
    return slots, name


def _code(element: Element, attribute: str, owner: Owner) -> Code:
    slots, display = _inside(element, attribute, owner)
    code = element.get("nodeRepresentation", "")
    systems = slots.pop("codingScheme", ())
    if not code or len(code) > NAME_LIMIT:
        owner.add(attribute, "nodeRepresentation missing or too long")
    if len(systems) != 1 or not systems[0].strip():
        owner.add(attribute, "exactly one codingScheme is needed")
    _unsaved(slots, attribute, owner)
    return Code(code, systems[0].strip() if systems else "", display)


def _author(element: Element, owner: Owner) -> Author:
    slots, _ = _inside(element, "author", owner)
    persons, institutions, roles, specialties, telecoms = [
        tuple([value.strip() for value in slots.pop(name, ()) if value.strip()]) for name in AUTHOR_SLOTS
    ]
    if len(persons) > 1:
        owner.add("authorPerson", "several values in one author")
    if not (persons or institutions or telecoms):
        owner.add("author", "without person, institution or telecom")
    _unsaved(slots, "author", owner)
    return Author(persons[0] if persons else "", institutions, roles, specialties, telecoms)


def _unsaved(slots: dict[str, tuple[str, ...]], attribute: str, owner: Owner) -> None:
    """Warn about slots that have no place in our metadata (xds-wire 2.4 check 16)."""
    if slots:
        owner.warn(attribute, "extra slots inside are not kept", code=XdsCode.EXTRA_METADATA_NOT_SAVED)


def _text(element: Element, attribute: str, owner: Owner) -> str:
    strings = ebrim.localized(element)
    if len(strings) > 1:
        owner.warn(attribute, "only the first language is kept", code=XdsCode.EXTRA_METADATA_NOT_SAVED)
    if strings and len(strings[0]) > TEXT_LIMIT:
        owner.add(attribute, f"longer than {TEXT_LIMIT} characters")
    return strings[0] if strings else ""
