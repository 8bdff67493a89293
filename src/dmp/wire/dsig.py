"""XML signatures over parts of their own document: the core, with strict lists of algorithms (xds-wire 10.1, 11).

Canonical forms, digests and keys come from lxml and cryptography. What signs is
found by position, never searched: what was verified is what is read afterwards.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from lxml import etree

from dmp.record.errors import InvalidMessage
from dmp.wire.transfer import base64
from dmp.wire.xml import NS, Element, label, plain_text, qname

Trust = Callable[[x509.Certificate], None]
"""Returns when a certificate may sign; raises `AssertionRefused` when not."""

DS: Final = NS["ds"]
SMALLEST_RSA: Final = 2048
"""Bits of modulus (xds-wire 11)."""
SMALLEST_CURVE: Final = 256
"""Bits: P-256 or better (security 4.3)."""

C14N_WITH_COMMENTS: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"
CANONICAL: Final[Mapping[str, tuple[bool, bool]]] = {
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315": (False, False),
    C14N_WITH_COMMENTS: (False, True),
    "http://www.w3.org/2001/10/xml-exc-c14n#": (True, False),
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments": (True, True),
}
"""Canonical forms taken, and for each: exclusive, with comments."""

SHA256_DIGEST: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
DIGESTS: Final[Mapping[str, str]] = {
    f"{DS}sha1": "sha1",
    SHA256_DIGEST: "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
"""Digest methods known, by the name hashlib gives them; SHA-1 only where a setting allows it."""

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
"""A private key that may sign."""

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
RSA_SHA256: Final = f"{_MORE}rsa-sha256"
ECDSA_SHA256: Final = f"{_MORE}ecdsa-sha256"
_RSA: Final[Mapping[str, hashes.HashAlgorithm]] = {
    f"{DS}rsa-sha1": hashes.SHA1(),  # noqa: S303
    RSA_SHA256: hashes.SHA256(),
    f"{_MORE}rsa-sha384": hashes.SHA384(),
    f"{_MORE}rsa-sha512": hashes.SHA512(),
}
_ECDSA: Final[Mapping[str, hashes.HashAlgorithm]] = {
    ECDSA_SHA256: hashes.SHA256(),
    f"{_MORE}ecdsa-sha384": hashes.SHA384(),
    f"{_MORE}ecdsa-sha512": hashes.SHA512(),
}
_SHA1: Final = frozenset({f"{DS}sha1", f"{DS}rsa-sha1"})


def canonical(element: Element, algorithm: str) -> bytes:
    """The canonical form of an element, or of the whole document when given its tree."""
    exclusive, with_comments = CANONICAL[algorithm]
    return etree.tostring(element, method="c14n", exclusive=exclusive, with_comments=with_comments)


def digest(chunks: Iterable[bytes], algorithm: str) -> bytes:
    """The digest of octets by the URI of its method."""
    state = hashlib.new(DIGESTS[algorithm], usedforsecurity=False)
    for chunk in chunks:
        state.update(chunk)
    return state.digest()


def child(parent: Element, name: str) -> Element:
    """The only child of that prefixed or Clark name.

    Raises:
        InvalidMessage: none, or several.
    """
    found = list(parent.iterchildren(name if name.startswith("{") else qname(name)))
    if len(found) != 1:
        raise InvalidMessage("exactly one expected", element=f"{label(parent)}/{name.rpartition('}')[2]}")
    return found[0]


def value(element: Element) -> bytes:
    """The octets that an element holds in base64."""
    return base64("".join(plain_text(element).split()))


def algorithm(method: Element, known: Collection[str], *, accept_sha1: bool = False) -> str:
    """The algorithm of a method element, without parameters.

    Raises:
        InvalidMessage: unknown, SHA-1 where it is not accepted, or with parameters.
    """
    uri = method.get("Algorithm") or ""
    if uri not in known or (uri in _SHA1 and not accept_sha1):
        raise InvalidMessage("algorithm refused", element=label(method))
    if len(method):
        raise InvalidMessage("algorithm with parameters", element=label(method))
    return str(uri)


def transform(reference: Element) -> str | None:
    """The canonical form that a reference asks for, None for the octets as they are.

    Raises:
        InvalidMessage: another transform, or several.
    """
    lists = list(reference.iterchildren(qname("ds:Transforms")))
    steps = [step for steps in lists for step in steps]
    if not steps:
        return None
    if len(lists) != 1 or len(steps) != 1 or steps[0].tag != qname("ds:Transform"):
        raise InvalidMessage("at most one transform expected", element="ds:Transforms")
    return algorithm(steps[0], CANONICAL)


def certificate(signature: Element) -> x509.Certificate:
    """The one certificate of KeyInfo, not yet trusted (DEC-53).

    Raises:
        InvalidMessage: none, several, or not a certificate.
    """
    found = list(child(signature, "ds:KeyInfo").iter(qname("ds:X509Certificate")))
    if len(found) != 1:
        raise InvalidMessage("exactly one expected", element="ds:X509Certificate")
    try:
        return x509.load_der_x509_certificate(value(found[0]))
    except ValueError:
        raise InvalidMessage("not a certificate", element="ds:X509Certificate") from None


def verify(
    signature: Element, signer: x509.Certificate, *, targets: Collection[Element], accept_sha1: bool = False
) -> frozenset[Element]:
    """Verify a signature whose references lead into its own document; give the targets it covers.

    `signer` must be trusted by then. `targets` are all the elements that a
    reference may lead to.

    Raises:
        InvalidMessage: the signature or a digest is wrong, or a reference leads elsewhere.
    """
    _refuse_ambiguity(signature)
    signed_info = child(signature, "ds:SignedInfo")
    form = algorithm(child(signed_info, "ds:CanonicalizationMethod"), CANONICAL)
    method = algorithm(child(signed_info, "ds:SignatureMethod"), {**_RSA, **_ECDSA}, accept_sha1=accept_sha1)
    _check_value(signer, method, value(child(signature, "ds:SignatureValue")), canonical(signed_info, form))
    by_uri = {f"#{target.get('Id')}": target for target in targets if target.get("Id")}
    covered: set[Element] = set()
    for reference in signed_info.iterchildren(qname("ds:Reference")):
        target = by_uri.pop(reference.get("URI") or "", None)
        if target is None:
            raise InvalidMessage("leads to nothing that may be signed, or twice", element="ds:SignedInfo/ds:Reference")
        _check_reference(reference, target, accept_sha1=accept_sha1)
        covered.add(target)
    return frozenset(covered)


def _refuse_ambiguity(signature: Element) -> None:
    """Refuse what two canonical forms, or two readers, could see differently."""
    ids: set[str] = set()
    for element in signature.iter():
        if not isinstance(element.tag, str):
            raise InvalidMessage("comment", element="ds:Signature")
        if any(name.startswith(f"{{{NS['xml']}}}") for name in element.attrib):
            raise InvalidMessage("xml: attribute", element=label(element))
        if (name := element.get("Id")) is not None:
            if name in ids:
                raise InvalidMessage("two elements with one Id", element=label(element))
            ids.add(name)


def _check_reference(reference: Element, target: Element, *, accept_sha1: bool) -> None:
    form = transform(reference) or "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    method = algorithm(child(reference, "ds:DigestMethod"), DIGESTS, accept_sha1=accept_sha1)
    if digest([canonical(target, form)], method) != value(child(reference, "ds:DigestValue")):
        raise InvalidMessage("digest differs", element=label(target))


def _check_value(signer: x509.Certificate, method: str, signed: bytes, octets: bytes) -> None:
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and method in _RSA and key.key_size >= SMALLEST_RSA:
            return key.verify(signed, octets, PKCS1v15(), _RSA[method])
        if isinstance(key, ec.EllipticCurvePublicKey) and method in _ECDSA and key.key_size >= SMALLEST_CURVE:
            return key.verify(_der(signed, key), octets, ec.ECDSA(_ECDSA[method]))
    except InvalidSignature:
        raise InvalidMessage("signature does not match", element="ds:SignatureValue") from None
    raise InvalidMessage("key refused for this algorithm", element="ds:X509Certificate")


def _der(signed: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    """XML signatures write r and s side by side, each as long as the curve."""
    half = (key.key_size + 7) // 8
    if len(signed) != 2 * half:
        raise InvalidMessage("not two numbers of the curve", element="ds:SignatureValue")
    return encode_dss_signature(int.from_bytes(signed[:half]), int.from_bytes(signed[half:]))


def sign(octets: bytes, key: Key) -> bytes:
    """Sign with SHA-256; an EC signature is the two numbers side by side, as XML Signature writes it."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(octets, PKCS1v15(), hashes.SHA256())
    numbers = decode_dss_signature(key.sign(octets, ec.ECDSA(hashes.SHA256())))
    half = (key.key_size + 7) // 8
    return b"".join(number.to_bytes(half) for number in numbers)


def sign_method(key: Key) -> str:
    """The SignatureMethod of `sign`."""
    return RSA_SHA256 if isinstance(key, rsa.RSAPrivateKey) else ECDSA_SHA256
