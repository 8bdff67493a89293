"""The signature of a lot («signature du lot de soumission», xds-wire 10.1, DEC-108, functional DOC-10).

A `ds:Signature` document whose manifest (IHE DSG) lists the submission set and
every document of the lot but itself. Each is named `urn:oid:` followed by its
uniqueId as it stands, with its extension, and so is a bare UUID. When read, a
bare UUID may also be named `urn:uuid:`, and percent-encoding is undone.
"""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from dmp.record.dtm import PARIS
from dmp.record.errors import AssertionRefused, InvalidMessage, Problem, Refused, XdsCode
from dmp.record.submission import Content
from dmp.wire import dsig
from dmp.wire.dsig import Trust
from dmp.wire.xml import Element, label, parse, parse_document, plain_text, qname, serialise

PURPOSE: Final = "1.2.840.10065.1.12.1.14"
"""Source signature: the purpose of every lot signature."""
MANIFEST_ID: Final = "IHEManifest"
SKEW: Final = timedelta(minutes=5)
"""How far ahead a SigningTime may be (DEC-51)."""

_XADES: Final = "http://uri.etsi.org/01903/v1.1.1#"
_XADES_READ: Final = (_XADES, "http://uri.etsi.org/01903/v1.3.2#")
_XML_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_NAMED = re.compile(r"urn:(oid|uuid):(.+)")
_LOT_DIGEST: Final = b"\0"
"""The submission set has no octets: its digest is the constant AA== (xds-wire 10.1)."""


@dataclass(frozen=True)
class SignerCertificate:
    """Who signed a lot: the trusted certificate, and the time the signer states."""

    certificate: x509.Certificate
    signed_at: datetime


def reference_uri(unique_id: str) -> str:
    """How the manifest names a document or the submission set."""
    return f"urn:oid:{unique_id}"


def sign(
    *,
    signature_id: str,
    submission_set_unique_id: str,
    documents: Mapping[str, Content],
    key: dsig.Key,
    certificate: x509.Certificate,
    at: datetime,
    canonical: Collection[str] = (),
) -> bytes:
    """Sign a lot with SHA-256, RSA as the DMP does or ECDSA; gives the octets of the signature document.

    `documents` are by uniqueId, the signature left out. `signature_id` is the
    root's Id, by custom the uniqueId of the signature document. Those named in
    `canonical` are XML and digested in canonical form, the others as stored.

    Raises:
        InvalidMessage: a document of `canonical` is not XML.
    """
    root = etree.Element(qname("ds:Signature"), {"Id": signature_id}, nsmap={"ds": dsig.DS})
    signed_info = _add(root, "SignedInfo")
    signature_value = _add(root, "SignatureValue")
    _add(_add(_add(root, "KeyInfo"), "X509Data"), "X509Certificate", _base64(certificate.public_bytes(Encoding.DER)))
    purpose = _add(_add(root, "Object"), "SignatureProperties")
    _add(purpose, "SignatureProperty", PURPOSE, Id="purposeOfSignature", Target=f"#{signature_id}")
    manifest = _add(_add(root, "Object"), "Manifest", Id=MANIFEST_ID)
    _add_reference(manifest, reference_uri(submission_set_unique_id), _LOT_DIGEST)
    for unique_id, content in documents.items():
        form = dsig.C14N_WITH_COMMENTS if unique_id in canonical else None
        octets = _digest(content, form, dsig.SHA256_DIGEST)
        _add_reference(manifest, reference_uri(unique_id), octets, form=form)
    properties = _add_properties(_add(root, "Object"), certificate, at, signature_id)
    _add(signed_info, "CanonicalizationMethod", Algorithm=dsig.C14N_WITH_COMMENTS)
    _add(signed_info, "SignatureMethod", Algorithm=dsig.sign_method(key))
    for target, kind in ((manifest, f"{dsig.DS}Manifest"), (properties, f"{_XADES}SignedProperties")):
        form = dsig.C14N_WITH_COMMENTS
        octets = dsig.digest([dsig.canonical(target, form)], dsig.SHA256_DIGEST)
        _add_reference(signed_info, f"#{target.get('Id')}", octets, form=form, kind=kind)
    octets = dsig.canonical(signed_info, dsig.C14N_WITH_COMMENTS)
    signature_value.text = _base64(dsig.sign(octets, key))
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + serialise(root)


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    element = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}", attributes)
    element.text = text
    return element


def _add_reference(parent: Element, uri: str, octets: bytes, *, form: str | None = None, kind: str = "") -> None:
    reference = _add(parent, "Reference", URI=uri, **({"Type": kind} if kind else {}))
    if form:
        _add(_add(reference, "Transforms"), "Transform", Algorithm=form)
    _add(reference, "DigestMethod", Algorithm=dsig.SHA256_DIGEST)
    _add(reference, "DigestValue", _base64(octets))


def _add_properties(parent: Element, certificate: x509.Certificate, at: datetime, signature_id: str) -> Element:
    """The XAdES properties; gives SignedProperties."""
    names = {"Target": f"#{signature_id}"}
    qualifying = etree.SubElement(parent, f"{{{_XADES}}}QualifyingProperties", names, nsmap={"xad": _XADES})
    signed = _add(qualifying, "SignedProperties", Id="S0-SignedProperties")
    own = _add(signed, "SignedSignatureProperties")
    _add(own, "SigningTime", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    named = _add(_add(own, "SigningCertificate"), "Cert")
    octets = dsig.digest([certificate.public_bytes(Encoding.DER)], dsig.SHA256_DIGEST)
    cert_digest = _add(named, "CertDigest")
    _add(cert_digest, "DigestMethod", Algorithm=dsig.SHA256_DIGEST)
    _add(cert_digest, "DigestValue", _base64(octets))
    issuer = _add(named, "IssuerSerial")
    etree.SubElement(issuer, qname("ds:X509IssuerName")).text = certificate.issuer.rfc4514_string()
    etree.SubElement(issuer, qname("ds:X509SerialNumber")).text = str(certificate.serial_number)
    _add(_add(own, "SignaturePolicyIdentifier"), "SignaturePolicyImplied")
    return signed


def _base64(octets: bytes) -> str:
    return b64encode(octets).decode("ascii")


def verify(
    signature: bytes,
    *,
    submission_set_unique_id: str,
    documents: Mapping[str, Content],
    trust: Trust,
    at: datetime,
    accept_sha1: bool = False,
) -> SignerCertificate:
    """Verify the signature of a lot, and that it covers exactly this lot (DEC-108).

    `documents` are those of the lot by uniqueId, the signature left out.
    `trust` decides on the certificate before its key is used. `at` is the time
    of reception.

    Raises:
        Refused: every document at fault, or the first fault of the signature itself.
    """
    try:
        root = parse(signature, element="ds:Signature")
        signer = dsig.certificate(root)
        _check_trust(signer, trust)
        manifest, properties = _signed_parts(root)
        covered = dsig.verify(root, signer, targets=_signable(root, properties), accept_sha1=accept_sha1)
        if not {manifest, properties} <= covered:
            raise InvalidMessage("Manifest and SignedProperties expected", element="ds:SignedInfo")
        signed_at = _check_properties(properties, signer, at=at, accept_sha1=accept_sha1)
    except InvalidMessage as error:
        raise Refused(_problem(f"{error.element}: {error}")) from None
    lot: dict[str, Content | None] = {_key(reference_uri(name)): content for name, content in documents.items()}
    lot[_key(reference_uri(submission_set_unique_id))] = None
    if problems := tuple(_manifest_problems(manifest, lot, accept_sha1=accept_sha1)):
        raise Refused(*problems)
    return SignerCertificate(signer, signed_at)


def _problem(context: str) -> Problem:
    return Problem(XdsCode.REPOSITORY_METADATA_ERROR, context[:400])


def _check_trust(signer: x509.Certificate, trust: Trust) -> None:
    try:
        trust(signer)
    except (AssertionRefused, InvalidMessage) as error:
        raise InvalidMessage("not trusted", element="ds:X509Certificate") from error


def _signed_parts(root: Element) -> tuple[Element, Element]:
    """The one Manifest and the one SignedProperties, at the only places where they may be."""
    if root.tag != qname("ds:Signature"):
        raise InvalidMessage("expected as root", element="ds:Signature")
    inside = [element for held in root.iterchildren(qname("ds:Object")) for element in held]
    manifests = [element for element in inside if element.tag == qname("ds:Manifest")]
    qualifying = [
        element for element in inside if element.tag in [f"{{{ns}}}QualifyingProperties" for ns in _XADES_READ]
    ]
    if len(manifests) != 1 or len(qualifying) != 1:
        raise InvalidMessage("one Manifest and one QualifyingProperties expected", element="ds:Object")
    if qualifying[0].get("Target") != f"#{root.get('Id')}":
        raise InvalidMessage("does not lead to this signature", element="QualifyingProperties/@Target")
    return manifests[0], dsig.child(qualifying[0], f"{{{etree.QName(qualifying[0]).namespace}}}SignedProperties")


def _signable(root: Element, properties: Element) -> list[Element]:
    """What the signature may cover in its own document; the purpose and the key may be signed too."""
    inside = [element for held in root.iterchildren(qname("ds:Object")) for element in held.iter("*")]
    names = (qname("ds:Manifest"), qname("ds:SignatureProperties"), qname("ds:SignatureProperty"))
    own = [element for element in inside if element.tag in names]
    return [*own, properties, *root.iterchildren(qname("ds:KeyInfo"))]


def _check_properties(properties: Element, signer: x509.Certificate, *, at: datetime, accept_sha1: bool) -> datetime:
    """The certificate must be one that the signer named; its chain may be named beside it."""
    xades = f"{{{etree.QName(properties).namespace}}}"
    own = dsig.child(properties, f"{xades}SignedSignatureProperties")
    named = list(dsig.child(own, f"{xades}SigningCertificate").iterchildren(f"{xades}Cert"))
    if not any(_is_of(signer, element, accept_sha1=accept_sha1) for element in named):
        raise InvalidMessage("not the certificate of ds:KeyInfo", element="SigningCertificate")
    signed_at = _time(plain_text(dsig.child(own, f"{xades}SigningTime")).strip())
    if signed_at > at + SKEW:
        raise InvalidMessage("in the future", element="SigningTime")
    return signed_at


def _is_of(signer: x509.Certificate, named: Element, *, accept_sha1: bool) -> bool:
    """Compare digest and serial number; XAdES 1.1.1 has names of its own where later versions take those of ds."""
    xades = f"{{{etree.QName(named).namespace}}}"
    cert_digest, issuer = dsig.child(named, f"{xades}CertDigest"), dsig.child(named, f"{xades}IssuerSerial")
    parts = {etree.QName(element).localname: element for element in cert_digest}
    if set(parts) != {"DigestMethod", "DigestValue"}:
        raise InvalidMessage("a method and a value expected", element="CertDigest")
    method = dsig.algorithm(parts["DigestMethod"], dsig.DIGESTS, accept_sha1=accept_sha1)
    same = dsig.digest([signer.public_bytes(Encoding.DER)], method) == dsig.value(parts["DigestValue"])
    return same and plain_text(dsig.child(issuer, "ds:X509SerialNumber")).strip() == str(signer.serial_number)


def _time(text: str) -> datetime:
    """A time of XML schema; without offset it is of Paris (DEC-111)."""
    try:
        found = datetime.fromisoformat(text) if _XML_TIME.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise InvalidMessage("not a time", element="SigningTime")
    return found if found.tzinfo else found.replace(tzinfo=PARIS)


def _manifest_problems(manifest: Element, lot: Mapping[str, Content | None], *, accept_sha1: bool) -> Iterator[Problem]:
    """Every difference between what the manifest lists and the lot; `lot` has None for the submission set."""
    listed = Counter(_key(reference.get("URI") or "") for reference in manifest)
    for name in lot:
        if listed[name] != 1:
            yield _problem(f"ds:Manifest: {name} listed {listed[name]} times")
    for reference in manifest:
        name = _key(reference.get("URI") or "")
        if reference.tag != qname("ds:Reference") or name not in lot:
            yield _problem(f"ds:Manifest/{label(reference)}: {name[:100]} is not of this lot")
        elif listed[name] == 1:
            try:
                _check_reference(reference, lot[name], accept_sha1=accept_sha1)
            except InvalidMessage as error:
                yield _problem(f"ds:Manifest/ds:Reference {name}: {error.element}: {error}")


def _check_reference(reference: Element, content: Content | None, *, accept_sha1: bool) -> None:
    form = dsig.transform(reference)
    octets = dsig.value(dsig.child(reference, "ds:DigestValue"))
    method = dsig.child(reference, "ds:DigestMethod")
    if content is None:
        expected = _LOT_DIGEST
    else:
        expected = _digest(content, form, dsig.algorithm(method, dsig.DIGESTS, accept_sha1=accept_sha1))
    if octets != expected:
        raise InvalidMessage("digest differs", element="ds:DigestValue")


def _digest(content: Content, form: str | None, method: str) -> bytes:
    """The digest of the stored octets, or of their canonical form when the reference asks for one (DEC-108)."""
    if form is not None:
        tree = parse_document(content.read()).getroottree()
        return dsig.digest([dsig.canonical(tree, form)], method)
    if method == dsig.SHA256_DIGEST:
        return bytes.fromhex(content.sha256)
    return dsig.digest(content.chunks(), method)


def _key(uri: str) -> str:
    """The uniqueId that a reference names, in a form to compare: UUIDs without case (DEC-105)."""
    named = _NAMED.fullmatch(unquote(uri))
    if named is None:
        return f"<{uri}>"
    is_uuid = _UUID.fullmatch(named[2]) is not None
    if named[1] == "uuid" and not is_uuid:
        return f"<{uri}>"
    return named[2].lower() if is_uuid else named[2]
