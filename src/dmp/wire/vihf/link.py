"""A VIHF in a form of a browser: the assertion alone, in base64, for a signed link of a practice's software (TD0.9)."""

import base64

from lxml.builder import ElementMaker

from dmp.record.errors import InvalidMessage
from dmp.wire.vihf.vocabulary import SAML, SOAP, WSSE, refuse
from dmp.wire.xml import Element, parse, serialise

_ENV = ElementMaker(namespace=SOAP, nsmap={"env": SOAP})
_WSSE = ElementMaker(namespace=WSSE, nsmap={"wsse": WSSE})


def read_link(said: str) -> tuple[Element, Element]:
    """The assertion as it stands in a message: an envelope that holds nothing else, and its security header.

    Raises:
        AssertionRefused: not base64, not XML that we read, or no assertion.
    """
    try:
        octets = base64.b64decode("".join(said.split()), validate=True)
        assertion = parse(octets, element="Assertion")
    except (ValueError, InvalidMessage):
        refuse("link: no assertion in base64")
    if assertion.tag != f"{{{SAML}}}Assertion":
        refuse("link: something else than an assertion")
    security = _WSSE("Security", assertion)
    return _ENV("Envelope", _ENV("Header", security), _ENV("Body")), security


def write_link(security: Element) -> str:
    """The field of the form, from a security header as `mint` makes it: what a practice's software sends."""
    return base64.b64encode(serialise(security[0])).decode("ascii")
