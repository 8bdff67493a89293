"""The signature of the assertion: shape first, then the figures, then only what was signed (xds-wire 8.4-1 and 2).

Wrapping attacks live on two readings of one message. Here the shape is
checked before any cryptography, so strictly that a reference can only mean
the one Assertion; and what later steps read is parsed again from the very
bytes that were digested, never from the message (security 4.1).
"""

import base64
import re
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
from signxml.algorithms import CanonicalizationMethod
from signxml.exceptions import InvalidDigest, SignXMLException

from dmp.record.errors import DmpCode, InvalidMessage
from dmp.wire.vihf.vocabulary import DS, EXC_C14N, SAML, SOAP, WSSE, XOP, refuse
from dmp.wire.xml import Element, label, parse, serialise

ENVELOPED = f"{DS}enveloped-signature"
XMLENC = "http://www.w3.org/2001/04/xmlenc#"

SIGNATURE_METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1,
        SignatureMethod.SHA384_RSA_MGF1,
        SignatureMethod.SHA512_RSA_MGF1,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)
SHA1_METHODS = frozenset({SignatureMethod.RSA_SHA1, SignatureMethod.ECDSA_SHA1})
DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
KEY_INFO = frozenset({f"{{{DS}}}X509Data", f"{{{DS}}}KeyName", f"{{{DS}}}KeyValue"})

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,255}")
_SECURITIES = etree.XPath("count(//*[local-name()='Security'])")
_ASSERTIONS = etree.XPath("count(//*[local-name()='Assertion'])")
_SIGNATURES = etree.XPath("count(//*[local-name()='Signature' and namespace-uri()=$ds])")
_ENCRYPTED = etree.XPath(
    "boolean(//*[namespace-uri()=$saml][starts-with(local-name(), 'Encrypted')] | //*[namespace-uri()=$xmlenc])"
)
_ADVICE = etree.XPath("boolean(//*[namespace-uri()=$saml and local-name()='Advice'])")
_SAME_ID = etree.XPath("count(//@*[.=$id][translate(local-name(), 'ID', 'id')='id'])")
_HIDDEN = etree.XPath("boolean(.//comment() | .//processing-instruction())")


@dataclass(frozen=True)
class Located:
    """The one Assertion of a message, its shape checked, and the certificate it brings, not yet trusted."""

    assertion: Element
    certificate: x509.Certificate
    accept_sha1: bool


@dataclass(frozen=True)
class Signed:
    """What was signed: canonical octets, and the element parsed from them alone."""

    content: bytes
    element: Element


def locate(envelope: Element, security: Element, *, accept_sha1: bool = False) -> Located:
    """Find the Assertion and check everything about it that needs no key (8.4-1 and 2, security 4.2 and 4.3).

    Raises:
        AssertionRefused: the message or the signature has another shape than the one we take.
    """
    assertion = _assertion(envelope, security)
    _alone(envelope, assertion)
    signatures = assertion.findall(f"{{{DS}}}Signature")
    if not signatures:
        refuse("signature: the Assertion is not signed")
    if len(signatures) > 1 or _SIGNATURES(envelope, ds=DS) != 1:
        refuse("signature: more than one Signature in the message")
    info, value, key_info = _children(signatures[0], "Signature", "SignedInfo", "SignatureValue", "KeyInfo")
    _octets(value, "SignatureValue")
    _signed_info(info, f"#{assertion.get('ID')}", accept_sha1=accept_sha1)
    return Located(assertion, _certificate(key_info), accept_sha1)


def open_signed(located: Located, *, at: datetime) -> Signed:
    """Verify digest and signature with the certificate, and keep nothing but what they cover (security 4.1).

    The certificate must be trusted already (DEC-53); `at` is the time of reception.

    Raises:
        AssertionRefused: the digest or the signature is wrong.
    """
    alone = serialise(located.assertion)
    sha1 = located.accept_sha1
    expected = SignatureConfiguration(
        location="./",
        signature_methods=SIGNATURE_METHODS | (SHA1_METHODS if sha1 else frozenset()),
        digest_algorithms=DIGESTS | ({DigestAlgorithm.SHA1} if sha1 else frozenset()),
        verification_time=at,
        ignore_ambiguous_key_info=True,  # nothing in KeyInfo is a key for us but the certificate (security 4.3)
        default_reference_c14n_method=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    try:
        result = XMLVerifier().verify(
            alone,
            x509_cert=located.certificate,
            id_attribute="ID",
            parser=_parser(),
            validate_schema=False,  # the shape is checked above, more strictly than the schema does
            expect_config=expected,
        )
    except InvalidDigest:
        refuse("signature: the digest of the Assertion does not match")
    except (SignXMLException, InvalidSignature, UnsupportedAlgorithm, ValueError, etree.LxmlError):
        refuse("signature: the signature does not match the certificate")
    if isinstance(result, list):
        refuse("signature: more than one Reference")
    try:
        element = parse(result.signed_data, element="Assertion")
    except InvalidMessage:
        refuse("signature: what is signed is not XML that we read")
    if element.tag != f"{{{SAML}}}Assertion" or element.get("ID") != located.assertion.get("ID"):
        refuse("signature: what is signed is not the Assertion")
    return Signed(result.signed_data, element)


def _parser() -> etree.XMLParser:
    """For the copies that the library parses, all cut from what our parser took; one each, for they are not shared."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _assertion(envelope: Element, security: Element) -> Element:
    header = security.getparent()
    in_header = header is not None and header.tag == f"{{{SOAP}}}Header" and header.getparent() is envelope
    if security.tag != f"{{{WSSE}}}Security" or not in_header or envelope.getparent() is not None:
        refuse("message: Security is not a child of the Header of the envelope")
    if _SECURITIES(envelope) != 1:
        refuse("message: more than one Security")
    if _ENCRYPTED(envelope, saml=SAML, xmlenc=XMLENC):
        refuse("message: encrypted content")
    if _ADVICE(envelope, saml=SAML):
        refuse("message: an Advice in the Assertion")
    found = security.findall(f"{{{SAML}}}Assertion")
    total = _ASSERTIONS(envelope)
    if total > 1:
        refuse("message: more than one Assertion")
    if not found:
        refuse("message: the Assertion is not a child of Security" if total else "message: no Assertion in Security")
    return found[0]


def _alone(envelope: Element, assertion: Element) -> None:
    """Nothing inside that two readers could see differently, and an ID that nothing else bears."""
    if _HIDDEN(assertion) or next(assertion.iter(etree.Entity), None) is not None:
        refuse("message: a comment, a processing instruction or an entity inside the Assertion")
    if any(element.tag.startswith(f"{{{XOP}}}") for element in assertion.iter("*")):
        refuse("message: an xop:Include inside the Assertion")
    name = assertion.get("ID", "")
    if not _NAME.fullmatch(name):
        refuse("message: the ID of the Assertion is absent or not a name")
    if _SAME_ID(envelope, id=name) != 1:
        refuse("message: the ID of the Assertion is not unique")


def _children(parent: Element, what: str, *expected: str) -> list[Element]:
    found = list(parent)
    if [child.tag for child in found] != [f"{{{DS}}}{name}" for name in expected]:
        strange = next((child for child in found if child.tag not in {f"{{{DS}}}{name}" for name in expected}), None)
        detail = "children missing or repeated" if strange is None else f"unexpected {label(strange)}"
        refuse(f"signature: {detail} in {what}")
    return found


def _signed_info(info: Element, reference_uri: str, *, accept_sha1: bool) -> None:
    if len(info.findall(f"{{{DS}}}Reference")) > 1:
        refuse("signature: more than one Reference")
    c14n, method, reference = _children(info, "SignedInfo", "CanonicalizationMethod", "SignatureMethod", "Reference")
    _exclusive(c14n, "canonicalization method")
    allowed = SIGNATURE_METHODS | (SHA1_METHODS if accept_sha1 else frozenset())
    if len(method) or method.get("Algorithm") not in {each.value for each in allowed}:
        refuse("signature: signature algorithm not allowed")
    if reference.get("URI") != reference_uri:
        refuse("signature: the Reference is not to the Assertion")
    transforms, digest, value = _children(reference, "Reference", "Transforms", "DigestMethod", "DigestValue")
    both = list(transforms)
    named = [each.tag for each in both] == [f"{{{DS}}}Transform"] * 2
    if not named or both[0].get("Algorithm") != ENVELOPED or len(both[0]):
        refuse("signature: the transforms are not enveloped-signature then exclusive canonicalization")
    _exclusive(both[1], "second transform")
    digests = {each.value for each in DIGESTS} | ({DigestAlgorithm.SHA1.value} if accept_sha1 else set())
    if len(digest) or digest.get("Algorithm") not in digests:
        refuse("signature: digest algorithm not allowed")
    _octets(value, "DigestValue")


def _octets(element: Element, what: str) -> bytes:
    """The base64 of an element that holds nothing else, white space aside."""
    try:
        octets = base64.b64decode("".join((element.text or "").split()), validate=True)
    except ValueError:
        octets = b""
    if len(element) or not octets:
        refuse(f"signature: {what} is not base64 and nothing else")
    return octets


def _exclusive(element: Element, what: str) -> None:
    """Exclusive canonicalization without comments; a PrefixList is normal."""
    prefixes = [child.tag for child in element]
    if element.get("Algorithm") != EXC_C14N or prefixes not in ([], [f"{{{EXC_C14N}}}InclusiveNamespaces"]):
        refuse(f"signature: the {what} is not exclusive canonicalization without comments")


def _certificate(key_info: Element) -> x509.Certificate:
    """The one certificate of KeyInfo: a claim until its chain, policy and holder are verified (DEC-53)."""
    if any(child.tag not in KEY_INFO for child in key_info):
        refuse("signature: KeyInfo points somewhere else")
    found = list(key_info.iter(f"{{{DS}}}X509Certificate"))
    if not found:
        refuse("signature: no certificate in KeyInfo")
    if len(found) > 1:
        refuse("signature: more than one certificate in KeyInfo")
    try:
        return x509.load_der_x509_certificate(_octets(found[0], "X509Certificate"))
    except (ValueError, x509.InvalidVersion):
        refuse("signature: the certificate in KeyInfo cannot be read", DmpCode.INVALID_CERTIFICATE)
