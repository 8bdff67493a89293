"""What a CDA document may not hold: active or disguised content (functional DOC-4, security 5.4, cda 1.7).

The stylesheet around a self-presentable document is neither judged nor run:
only its ClinicalDocument is.
"""

import binascii
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from dmp.record.errors import Problem, XdsCode
from dmp.wire.cda import pdf, rtf
from dmp.wire.cda.content import ATTACHMENT_TYPES, BODY_TYPES, IMAGES, detected, same_type
from dmp.wire.cda.tree import CDA, Element, name_of, where

_INLINE = {"content", "linkHtml", "sub", "sup", "br", "footnote", "footnoteRef", "renderMultiMedia"}
_TABLE = {"table", "caption", "col", "colgroup", "thead", "tbody", "tfoot", "tr", "th", "td"}
NARRATIVE = frozenset({"paragraph", "list", "item", *_INLINE, *_TABLE})
"""Elements of a CDA narrative; anything else would be for a browser."""
ACTIVE_NAMESPACES = (
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1999/XSL/Transform",
    "http://www.w3.org/1998/Math/MathML",
)
MOST_TOLD = 100
"""Refusals, and warnings, told of one document: each takes a walk along the siblings of its element."""
LINK_SCHEMES = frozenset({"http", "https", "mailto"})
ACTIVE_SCHEMES = frozenset({"javascript", "vbscript", "livescript", "data", "file", "blob", "jar", "about"})

_NAMES = {"c": CDA}
_ENCODED = etree.XPath(".//*[@representation='B64']")
_NARRATIVE = etree.XPath(".//c:section/c:text//*", namespaces=_NAMES)
_HANDLERS = etree.XPath(
    ".//c:section/c:text/descendant-or-self::*/@*[translate(substring(local-name(), 1, 2), 'ON', 'on') = 'on']/..",
    namespaces=_NAMES,
)
_LINKS = etree.XPath(".//c:linkHtml", namespaces=_NAMES)
_ADDRESSES = etree.XPath(".//c:reference/@value/.. | .//c:telecom/@value/..", namespaces=_NAMES)
_MARKUP_TYPES = etree.XPath(
    ".//*[@mediaType][not(@representation='B64')]"
    "[contains(@mediaType, 'html') or contains(@mediaType, 'script') or contains(@mediaType, 'svg')]"
)
_SPACES = bytes(range(33))
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):")
_IGNORED = re.compile(r"[\x00-\x20]+")


class _Found(NamedTuple):
    """Something at an element; its place is looked for only when it is told."""

    element: Element
    what: str
    warning: bool = False

    @property
    def problem(self) -> Problem:
        context = f"ClinicalDocument/{where(self.element)}: {self.what}"[:400]
        return Problem(XdsCode.INVALID_DOCUMENT_CONTENT, context, warning=self.warning)


def check_content(document: Element) -> list[Problem]:
    """Everything active or disguised in a ClinicalDocument; warnings do not refuse it.

    At most MOST_TOLD refusals and as many warnings are told, in the order they were found.
    """
    told = Counter[bool]()
    problems: list[Problem] = []
    for found in _everything(document):
        told[found.warning] += 1
        if told[found.warning] <= MOST_TOLD:
            problems.append(found.problem)
    return problems


def _everything(document: Element) -> Iterator[_Found]:
    yield from _foreign(document)
    yield from _narrative(document)
    yield from _addresses(document)
    for element in _ENCODED(document):
        yield from _file(element)


def _foreign(document: Element) -> Iterator[_Found]:
    for element in document.iter(*(f"{{{namespace}}}*" for namespace in ACTIVE_NAMESPACES)):
        yield _Found(element, "an element of web pages or stylesheets")
    for element in _MARKUP_TYPES(document):
        yield _Found(element, "a media type that a browser would run")


def _narrative(document: Element) -> Iterator[_Found]:
    for element in _NARRATIVE(document):
        if isinstance(element.tag, str) and not (
            element.tag.startswith(f"{{{CDA}}}") and name_of(element) in NARRATIVE
        ):
            yield _Found(element, "not an element of a narrative")
    for element in _HANDLERS(document):
        yield _Found(element, "an event handler")


def _addresses(document: Element) -> Iterator[_Found]:
    for element in _LINKS(document):
        scheme = _scheme(element.get("href", ""))
        if scheme and scheme not in LINK_SCHEMES:
            yield _Found(element, "a link to something else than http, https, mailto or an anchor")
        elif not scheme and not element.get("href", "").startswith("#"):
            yield _Found(element, "a relative link, which leads nowhere here", warning=True)
    for element in _ADDRESSES(document):
        if _scheme(element.get("value", "")) in ACTIVE_SCHEMES:
            yield _Found(element, "an address that a browser would run")


def _scheme(address: str) -> str:
    """The scheme as a browser finds it: blanks and controls inside do not hide it."""
    match = _SCHEME.match(_IGNORED.sub("", address).lower())
    return match[1] if match else ""


def _file(element: Element) -> Iterator[_Found]:
    """Judge one file in base64: its type, told by its octets, and what it could do."""
    in_body = name_of(element.getparent()) == "nonXMLBody"
    announced = element.get("mediaType", "text/plain")
    data = _decoded(element)
    if element.get("compression") is not None:
        yield _Found(element, "a compressed file")
    elif announced not in (BODY_TYPES if in_body else ATTACHMENT_TYPES):
        yield _Found(element, "a media type that is not taken")
    elif not data:
        yield _Found(element, "not base64, or empty")
    else:
        yield from _typed(element, announced, data)


def _typed(element: Element, announced: str, data: bytes) -> Iterator[_Found]:
    found = detected(data)
    if not same_type(announced, found):
        harmless = {announced, found} <= IMAGES
        yield _Found(element, f"announced as {announced}, its octets are {found or 'unknown'}", warning=harmless)
    traits = pdf.examine(data) if found == "application/pdf" else pdf.PdfTraits()
    words = rtf.active_words(data) if found == "text/rtf" else ()
    yield from (_Found(element, f"a PDF with {name}") for name in traits.active)
    yield from (_Found(element, f"an RTF with {word}") for word in words)
    if traits.links:
        yield _Found(element, "a PDF with links to follow", warning=True)


def _decoded(element: Element) -> bytes:
    """The octets of a base64 text, comments aside; empty when it is not base64."""
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    try:
        return binascii.a2b_base64(text.encode("ascii").translate(None, _SPACES), strict_mode=True)
    except (UnicodeEncodeError, binascii.Error):
        return b""
