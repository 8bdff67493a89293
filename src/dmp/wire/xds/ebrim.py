"""ebRIM 3.0: its namespaces and names, and the few moves needed to read and build its elements (xds-wire 1.3, 4.1)."""

from lxml import etree

Element = etree._Element
"""An lxml element."""

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
RS = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
QUERY = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
XDSB = "urn:ihe:iti:xds-b:2007"
XOP = "http://www.w3.org/2004/08/xop/include"

REGISTRY_OBJECT_LIST = f"{{{RIM}}}RegistryObjectList"
EXTRINSIC_OBJECT = f"{{{RIM}}}ExtrinsicObject"
REGISTRY_PACKAGE = f"{{{RIM}}}RegistryPackage"
ASSOCIATION = f"{{{RIM}}}Association"
CLASSIFICATION = f"{{{RIM}}}Classification"
EXTERNAL_IDENTIFIER = f"{{{RIM}}}ExternalIdentifier"
OBJECT_REF = f"{{{RIM}}}ObjectRef"
SLOT = f"{{{RIM}}}Slot"
VALUE_LIST = f"{{{RIM}}}ValueList"
VALUE = f"{{{RIM}}}Value"
NAME = f"{{{RIM}}}Name"
DESCRIPTION = f"{{{RIM}}}Description"
LOCALIZED_STRING = f"{{{RIM}}}LocalizedString"
VERSION_INFO = f"{{{RIM}}}VersionInfo"
CONTENT_VERSION_INFO = f"{{{RIM}}}ContentVersionInfo"
ADHOC_QUERY = f"{{{RIM}}}AdhocQuery"
SUBMIT_OBJECTS_REQUEST = f"{{{LCM}}}SubmitObjectsRequest"
INCLUDE = f"{{{XOP}}}Include"

_PREFIXES: dict[str, dict[str | None, str]] = {
    RS: {"rs": RS},
    LCM: {"lcm": LCM, "rim": RIM},
    QUERY: {"query": QUERY, "rim": RIM, "rs": RS},
    XDSB: {"xdsb": XDSB, "lcm": LCM, "rim": RIM, "rs": RS, "xop": XOP},
}

OBJECT_TYPE = "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:"
UUID_PREFIX = "urn:uuid:"


def text_of(element: Element) -> str:
    """All the text directly inside an element, comments stepped over (xds-wire 11, comment truncation)."""
    if len(element) == 0:
        return element.text or ""
    return (element.text or "") + "".join([child.tail or "" for child in element])


def local_name(element: Element) -> str:
    """The name without its namespace, to be shown in an error; `node` for a comment or an instruction."""
    return etree.QName(element).localname if isinstance(element.tag, str) else "node"


def slot_values(slot: Element) -> tuple[str, ...]:
    """The values of a Slot, as they came."""
    return tuple([text_of(value) for values in slot for value in values if value.tag == VALUE])


def localized(element: Element) -> list[str]:
    """The strings of a Name or Description; more than one when it comes in several languages."""
    return [child.get("value", "") for child in element if child.tag == LOCALIZED_STRING]


def normal_id(text: str) -> str:
    """Write a `urn:uuid:` in lower case; a symbolic id stays as it is (xds-wire 4.5)."""
    return text.lower() if text[:9].lower() == UUID_PREFIX else text


def is_uuid_urn(text: str) -> bool:
    """Tell a registered id from a symbolic one."""
    return text.startswith(UUID_PREFIX)


def root(tag: str, attributes: dict[str, str] | None = None) -> Element:
    """A new message element, with the prefixes its children need."""
    namespace = tag[1:].partition("}")[0]
    return etree.Element(tag, attributes or {}, nsmap=_PREFIXES[namespace])


def add(parent: Element, tag: str, attributes: dict[str, str] | None = None, *, text: str = "") -> Element:
    """Append a child."""
    child = etree.SubElement(parent, tag, attributes or {})
    if text:
        child.text = text
    return child


def add_slot(parent: Element, name: str, *values: str) -> None:
    """Append a Slot; a name without values is left out."""
    if not values:
        return
    held = add(add(parent, SLOT, {"name": name}), VALUE_LIST)
    for value in values:
        add(held, VALUE, text=value)
