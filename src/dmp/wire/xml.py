"""The one XML parser of the house, hardened, and the words every reader of XML shares (xds-wire 11, security 5.1)."""

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

from lxml import etree

from dmp.record.errors import InvalidMessage
from dmp.record.profile import MIB
from dmp.wire.octets import SLICE, XmlLimits, is_plain, recoded, refuse_at_sight, runs

Element = etree._Element
"""An lxml element."""

NS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "env": "http://www.w3.org/2003/05/soap-envelope",
        "wsa": "http://www.w3.org/2005/08/addressing",
        "wsse": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
        "rim": "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0",
        "rs": "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0",
        "query": "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0",
        "lcm": "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0",
        "xdsb": "urn:ihe:iti:xds-b:2007",
        "rmd": "urn:ihe:iti:rmd:2017",
        "xop": "http://www.w3.org/2004/08/xop/include",
        "hl7": "urn:hl7-org:v3",
        "gdp": "asip:ci-sis:gdp:2010",
        "hab": "urn:si-dmp-habilitations",
        "pat": "urn:si-dmp-patients",
        "saml2": "urn:oasis:names:tc:SAML:2.0:assertion",
        "ds": "http://www.w3.org/2000/09/xmldsig#",
        "dmp": "urn:si-dmp:fault",
        "xml": "http://www.w3.org/XML/1998/namespace",
    }
)
"""Prefix to namespace, as xds-wire 1.3 lists them; `dmp` is the namespace of our fault codes (1.7)."""

_PREFIXES: Final = {uri: prefix for prefix, uri in NS.items()}
_LIBRARY_LIMIT = 10_000_000
"""Octets of one text that libxml2 takes without its `huge` mode."""
_HARDENED: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "encoding": "utf-8",
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "dtd_validation": False,
        "attribute_defaults": False,
        "collect_ids": False,
        "huge_tree": False,
    }
)
"""How libxml2 is told to stay inside the octets it is given."""
ENVELOPE: Final = XmlLimits(size=4 * MIB, depth=64, nodes=200_000)
"""A SOAP message, and every XML that is not a clinical document."""
DOCUMENT: Final = XmlLimits(size=64 * MIB, depth=100, nodes=250_000, instructions=True)
"""A CDA document, which may name a stylesheet and carry long base64 (security 5.1)."""


def qname(name: str) -> str:
    """The Clark name of a prefixed one: `wsa:Action` gives `{http://…/addressing}Action`."""
    prefix, _, local = name.partition(":")
    return f"{{{NS[prefix]}}}{local}"


def label(element: Element) -> str:
    """How errors call an element: `wsa:Action`, or the local name alone when its namespace is not one of ours."""
    if not isinstance(element.tag, str):
        return "comment or instruction"
    name = etree.QName(element)
    prefix = _PREFIXES.get(name.namespace)
    return f"{prefix}:{name.localname}" if prefix else str(name.localname)[:80]


def parse(
    data: bytes, *, element: str = "envelope", charset: str | None = None, limits: XmlLimits = ENVELOPE
) -> Element:
    """Read a message: no document type, no instruction, bounded, UTF-8 or declared UTF-16 (xds-wire 11, DEC-117).

    `element` names what is read, for errors. `charset` is the parameter of the
    media type that came with the octets; it must agree with them.

    Raises:
        InvalidMessage: anything else. Never another error, whatever the octets.
    """
    if len(data) > limits.size:
        raise InvalidMessage(f"more than {limits.size} octets", element=element, status=413)
    data = recoded(data, charset=charset, element=element)
    refuse_at_sight(data, limits, element=element)
    if is_plain(data, limits):
        return _plain_tree(data, limits=limits, element=element)
    return _tree(data, limits=limits, element=element)


def parse_document(data: bytes, *, element: str = "document", limits: XmlLimits = DOCUMENT) -> Element:
    """Read a CDA document: comments and instructions are allowed, never followed (security 5.1).

    Raises:
        InvalidMessage: not well formed, too deep, too large, or with a document type.
    """
    return parse(data, element=element, limits=limits)


def _plain_tree(data: bytes, *, limits: XmlLimits, element: str) -> Element:
    """Build the tree of a plain message at once, which takes a tenth of the time."""
    parser = etree.XMLParser(**{**_HARDENED, "huge_tree": limits.size > _LIBRARY_LIMIT})
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(error, element) from None
    if _deeper_than(limits.depth)(root):
        raise InvalidMessage(f"more than {limits.depth} levels", element=element)
    if any(runs(data, limits.attribute)) and _attribute_over(limits.attribute)(root):
        raise InvalidMessage("attribute too long", element=element)
    return _without_surprises(root, limits=limits, element=element)


@cache
def _deeper_than(levels: int) -> etree.XPath:
    """Tells whether a root has elements nested deeper: one path of so many steps and one more."""
    return etree.XPath(f"boolean({'/*' * (levels + 1)})")


@cache
def _attribute_over(characters: int) -> etree.XPath:
    """Tells whether an attribute of a tree is longer."""
    return etree.XPath(f"boolean(//@*[string-length() > {characters}])")


def _tree(data: bytes, *, limits: XmlLimits, element: str) -> Element:
    """Build the tree a slice at a time, so that a bomb is stopped before it is in memory."""
    # No event for comments and instructions: lxml takes a time that grows with the square of those before the root.
    events = ("start", "end", "start-ns")
    parser = etree.XMLPullParser(events=events, **{**_HARDENED, "huge_tree": limits.size > _LIBRARY_LIMIT})
    watch = _Watch(limits, element, nodes=data.count(b"<!--") + data.count(b"<?"))
    try:
        for start in range(0, len(data), SLICE):
            parser.feed(data[start : start + SLICE])
            watch.follow(parser.read_events())
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(error, element) from None
    return _without_surprises(root, limits=limits, element=element)


def _not_well_formed(error: etree.XMLSyntaxError, element: str) -> InvalidMessage:
    line, column = error.position
    return InvalidMessage(f"not well-formed XML, line {line}, column {column}", element=element)


def _without_surprises(root: Element, *, limits: XmlLimits, element: str) -> Element:
    docinfo = root.getroottree().docinfo
    if docinfo.internalDTD is not None or docinfo.externalDTD is not None:
        raise InvalidMessage("document type declaration", element=element)
    if not limits.instructions and _has_instruction(root):
        raise InvalidMessage("processing instruction", element=element)
    return root


def _has_instruction(root: Element) -> bool:
    """Tell whether a processing instruction stands before, in or after the root."""
    around = (root.itersiblings(etree.PI, preceding=True), root.iter(etree.PI), root.itersiblings(etree.PI))
    return any(True for _ in chain(*around))


class _Watch:
    """Counts what the parser builds, and stops it over a limit."""

    def __init__(self, limits: XmlLimits, element: str, *, nodes: int):
        self.limits = limits
        self.element = element
        self.nodes = nodes
        self.depth = 0
        self.namespaces = 0
        self._count(0)

    def follow(self, events: Iterable[tuple[str, Element | tuple[str, str]]]) -> None:
        """Go through the events of one slice."""
        for event, node in events:
            if event == "start":
                self._start(node)
            elif event == "end":
                self.depth -= 1
            else:
                self._namespace(node)

    def _start(self, node: Element) -> None:
        values = node.values()
        self._count(1 + len(values))
        self.depth += 1
        self.namespaces = 0
        if self.depth > self.limits.depth:
            self._refuse(f"more than {self.limits.depth} levels")
        if any(len(value) > self.limits.attribute for value in values):
            self._refuse("attribute too long")

    def _namespace(self, declaration: tuple[str, str]) -> None:
        self.namespaces += 1
        if self.namespaces > self.limits.namespaces:
            self._refuse(f"more than {self.limits.namespaces} namespaces on one element")
        if len(declaration[1]) > self.limits.attribute:
            self._refuse("namespace name too long")

    def _count(self, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > self.limits.nodes:
            self._refuse(f"more than {self.limits.nodes} nodes")

    def _refuse(self, message: str) -> None:
        raise InvalidMessage(message, element=self.element)


def text(element: Element) -> str:
    """All the text inside an element, in order, comments and instructions left out (security 4.2)."""
    return "".join(element.itertext("*"))


def plain_text(element: Element, *, name: str = "") -> str:
    """The text of an element that holds nothing else: what decides is read with this (security 4.2).

    Raises:
        InvalidMessage: a child, comment or instruction inside; `name` names the element if its label does not.
    """
    if len(element):
        raise InvalidMessage("text expected and nothing else", element=name or label(element))
    return element.text or ""


def serialise(element: Element) -> bytes:
    """The element in UTF-8 with the namespaces in scope, without declaration and without what follows it."""
    return etree.tostring(element, encoding="utf-8", xml_declaration=False, with_tail=False)
