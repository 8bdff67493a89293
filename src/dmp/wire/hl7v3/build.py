"""Building blocks of the messages we write: elements, identifiers, codes, times, devices."""

from lxml import etree

from dmp.record.management import Device, MessageId
from dmp.record.patient import PatientId
from dmp.wire.hl7v3.names import V3, XSI
from dmp.wire.xml import Element


def make(name: str, *children: Element | None, text: str = "", xsi_type: str = "", **attributes: str) -> Element:
    """An HL7 V3 element; children that are None are left out.

    `xsi_type` is the unprefixed name of a data type: the default namespace
    is the one of the types.
    """
    element = etree.Element(f"{{{V3}}}{name}", attributes, nsmap={None: V3, "xsi": XSI})
    if xsi_type:
        element.set(f"{{{XSI}}}type", xsi_type)
    if text:
        element.text = text
    element.extend([child for child in children if child is not None])
    return element


def identifier(name: str, value: MessageId | PatientId) -> Element:
    """An II; one without root tells that it is unknown."""
    extension = value.number if isinstance(value, PatientId) else value.extension
    if not value.root:
        return make(name, nullFlavor="UNK")
    return make(name, root=value.root, extension=extension) if extension else make(name, root=value.root)


def coded(name: str, code: str, system: str, display: str = "") -> Element:
    """A code in its system, with its label when there is one."""
    element = make(name, code=code, codeSystem=system)
    if display:
        element.set("displayName", display)
    return element


def time(name: str, dtm: str) -> Element:
    """A TS; a DTM more precise than a day is in UTC and says so (DEC-111)."""
    return make(name, value=f"{dtm}+0000" if len(dtm) > 8 else dtm)


def party(name: str, type_code: str, device: Device) -> Element:
    """A `sender` or `receiver` and its device."""
    software = make("softwareName", text=device.software) if device.software else None
    inside = make(
        "device", identifier("id", MessageId(device.oid)), software, classCode="DEV", determinerCode="INSTANCE"
    )
    return make(name, inside, typeCode=type_code)


def boolean(name: str, *, value: bool, typed: bool = False) -> Element:
    """A BL; `typed` where the element may hold any type."""
    return make(name, value="true" if value else "false", xsi_type="BL" if typed else "")
