import hashlib
import re
import shutil
import subprocess
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from dmp.record.errors import AssertionRefused, Refused, XdsCode
from dmp.wire import dsig
from dmp.wire.mtom import MemoryContent
from dmp.wire.xds.lot_signature import SignerCertificate, sign, verify
from dmp.wire.xml import qname

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LOT = "1.2.250.1.999.1.1.1"
CDA = (
    b'<?xml version="1.0"?>\n<?xml-stylesheet href="x.xsl"?><!-- a -->'
    b"<doc b=\"2\"  a='1'><!-- c -->\r\n<e/></doc>\n<!-- z -->"
)
SIGNATURE_ID = "1.2.250.1.999.1.1.9"
DOCUMENTS = {
    "1.2.250.1.999.1.1.2": MemoryContent(CDA),
    "1.2.250.1.999.1.1.3^42": MemoryContent(b"%PDF-1.7"),
    "3F2504E0-4F89-11D3-9A0C-0305E82C3301": MemoryContent(b"\x00\xff"),
}
XML = frozenset({"1.2.250.1.999.1.1.2"})
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
SHA256_URI = "http://www.w3.org/2001/04/xmlenc#sha256"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


@cache
def an_rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def a_certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "899700000001")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 4660, AT - timedelta(1), AT + timedelta(1))
    return builder.sign(key, SHA256())


@cache
def the_certificate() -> x509.Certificate:
    return a_certificate(an_rsa_key())


def a_signature(**changes) -> bytes:
    given = {
        "signature_id": SIGNATURE_ID,
        "submission_set_unique_id": LOT,
        "documents": DOCUMENTS,
        "key": an_rsa_key(),
        "certificate": the_certificate(),
        "at": AT,
        "canonical": XML,
    }
    return sign(**{**given, **changes})


def trusted(certificate: x509.Certificate) -> None:
    """Trust anybody."""


def verified(signature: bytes, **changes) -> SignerCertificate:
    given = {"submission_set_unique_id": LOT, "documents": DOCUMENTS, "trust": trusted, "at": AT}
    return verify(signature, **{**given, **changes})


def refused(signature: bytes, **changes) -> str:
    with pytest.raises(Refused) as caught:
        verified(signature, **changes)
    assert {problem.code for problem in caught.value.problems} == {XdsCode.REPOSITORY_METADATA_ERROR}
    assert all(problem.context and not problem.warning for problem in caught.value.problems)
    return " | ".join(problem.context for problem in caught.value.problems)


def signed_again(root: etree._Element, *, digests: bool = True) -> bytes:
    """Sign a changed document again, so that only the change itself can be what is refused."""
    by_id = {element.get("Id"): element for element in root.iter() if element.get("Id")}
    for reference in root.iterfind(f"{qname('ds:SignedInfo')}/{qname('ds:Reference')}"):
        target = by_id.get(reference.get("URI")[1:])
        if digests and target is not None:
            octets = etree.tostring(target, method="c14n", with_comments=True)
            reference.find(qname("ds:DigestValue")).text = b64encode(hashlib.sha256(octets).digest()).decode()
    signed_info = etree.tostring(root.find(qname("ds:SignedInfo")), method="c14n", with_comments=True)
    value = an_rsa_key().sign(signed_info, PKCS1v15(), SHA256())
    root.find(qname("ds:SignatureValue")).text = b64encode(value).decode()
    return etree.tostring(root)


def changed(old: str, new: str, **options) -> bytes:
    """The signature with this change, signed again."""
    text = a_signature().decode()
    assert old in text
    return signed_again(etree.fromstring(text.replace(old, new).encode()), **options)


def test_a_lot_that_we_sign_is_verified_and_says_who_signed_and_when():
    signer = verified(a_signature())
    assert signer == SignerCertificate(the_certificate(), AT)


def test_the_document_has_the_published_shape():
    root = etree.fromstring(a_signature())
    assert (root.tag, root.get("Id")) == (qname("ds:Signature"), SIGNATURE_ID)
    references = [
        (
            reference.get("URI"),
            reference.findtext(qname("ds:DigestValue")),
            reference.find(qname("ds:Transforms")) is not None,
        )
        for reference in root.iterfind(f".//{qname('ds:Manifest')}/{qname('ds:Reference')}")
    ]
    assert references[0] == (f"urn:oid:{LOT}", "AA==", False)
    assert references[1][0] == "urn:oid:1.2.250.1.999.1.1.2"
    assert references[1][2]
    assert references[2] == (
        "urn:oid:1.2.250.1.999.1.1.3^42",
        b64encode(hashlib.sha256(b"%PDF-1.7").digest()).decode(),
        False,
    )
    assert references[3][0] == "urn:oid:3F2504E0-4F89-11D3-9A0C-0305E82C3301"
    assert root.findtext(f".//{qname('ds:SignatureProperty')}") == "1.2.840.10065.1.12.1.14"
    assert root.findtext(".//{http://uri.etsi.org/01903/v1.1.1#}SigningTime") == "2026-03-02T09:00:00Z"
    assert root.find(".//{http://uri.etsi.org/01903/v1.1.1#}SignaturePolicyImplied") is not None


# An independent implementation


def octets_of(uri: bytes) -> bytes:
    """What xmlsec may open: the documents of the lot, by the URI of the manifest."""
    names = {f"urn:oid:{name}".encode(): content.octets for name, content in DOCUMENTS.items()}
    return names.get(uri, b"")


@pytest.fixture
def lot_for_xmlsec():
    """Let xmlsec resolve `urn:oid:` inside the lot, and nowhere else."""
    opened: dict[int, bytes] = {}

    def open_uri(uri: bytes) -> int:
        opened[id(uri)] = octets_of(uri)
        return id(uri)

    def read(handle: int, buffer: memoryview) -> int:
        octets, rest = opened[handle][: len(buffer)], opened[handle][len(buffer) :]
        buffer[: len(octets)] = octets
        opened[handle] = rest
        return len(octets)

    xmlsec.cleanup_callbacks()
    xmlsec.register_callbacks(lambda uri: uri.startswith(b"urn:oid:"), open_uri, read, opened.pop)
    yield
    xmlsec.cleanup_callbacks()
    xmlsec.register_default_callbacks()


def xmlsec_verifies(signature: bytes, certificate: x509.Certificate) -> None:
    root = etree.fromstring(signature)
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(certificate.public_bytes(Encoding.PEM), xmlsec.KeyFormat.CERT_PEM)
    context.verify(root)


def test_xmlsec_verifies_the_core_of_what_we_sign(lot_for_xmlsec):
    xmlsec_verifies(a_signature(), the_certificate())
    with pytest.raises(xmlsec.Error):
        xmlsec_verifies(a_signature().replace(b"09:00:00Z", b"09:00:01Z"), the_certificate())


def test_a_key_on_a_curve_signs_too_and_xmlsec_agrees(lot_for_xmlsec):
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = a_certificate(key)
    signature = a_signature(key=key, certificate=certificate)
    assert verified(signature).certificate == certificate
    xmlsec_verifies(signature, certificate)


@pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="the xmlsec1 program is not installed")
def test_the_xmlsec1_program_verifies_what_we_sign(tmp_path):
    signature, certificate = tmp_path / "signature.xml", tmp_path / "certificate.pem"
    signature.write_bytes(a_signature())
    certificate.write_bytes(the_certificate().public_bytes(Encoding.PEM))
    ids = ["ds:Signature", "ds:Manifest", "http://uri.etsi.org/01903/v1.1.1#:SignedProperties"]
    attributes = [part for name in ids for part in ("--id-attr:Id", name.replace("ds:", dsig.DS + ":"))]
    subprocess.run(
        ["xmlsec1", "verify", "--ignore-manifests", "--pubkey-cert-pem", certificate, *attributes, signature],
        check=True,
    )


@pytest.mark.parametrize("form", [C14N, f"{C14N}#WithComments", "http://www.w3.org/2001/10/xml-exc-c14n#"])
def test_we_agree_with_what_xmlsec_signs_but_for_the_digest_of_the_lot(lot_for_xmlsec, form):
    """It fills in every digest, of the documents too; the lot has no octets, and so its constant is lost."""
    root = etree.fromstring(a_signature().replace(f"{C14N}#WithComments".encode(), form.encode()))
    for value in root.iter(qname("ds:DigestValue"), qname("ds:SignatureValue")):
        value.text = None
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    pem = an_rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context.key = xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.PEM)
    context.sign(root)
    assert refused(etree.tostring(root)) == f"ds:Manifest/ds:Reference {LOT}: ds:DigestValue: digest differs"


# The core


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"09:00:00Z", b"08:00:00Z"),
        (b"AA==", b"AQ=="),
        (b"urn:oid:1.2.250.1.999.1.1.2", b"urn:oid:1.2.250.1.999.1.1.8"),
        (b"rsa-sha256", b"rsa-sha512"),
        (b'URI="#IHEManifest"', b'URI="#Manifest"'),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA"),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>!"),
        (b"#S0-SignedProperties", b""),
    ],
)
def test_a_signature_changed_after_signing_is_refused(old, new):
    assert old in a_signature()
    refused(a_signature().replace(old, new, 1))


def test_a_certificate_is_trusted_before_its_key_is_used():
    def nobody(certificate: x509.Certificate) -> None:
        raise AssertionRefused("revoked")

    assert refused(a_signature(), trust=nobody) == "ds:X509Certificate: not trusted"


def test_another_key_than_that_of_the_certificate_is_refused():
    other = rsa.generate_private_key(65537, 2048)
    assert "ds:SignatureValue" in refused(a_signature(key=other))


def test_another_certificate_than_the_signed_one_is_refused():
    twin = x509.CertificateBuilder(
        the_certificate().subject, the_certificate().issuer, an_rsa_key().public_key(), 4661, AT, AT + timedelta(9)
    ).sign(an_rsa_key(), SHA256())
    here = b64encode(the_certificate().public_bytes(Encoding.DER)).decode()
    there = b64encode(twin.public_bytes(Encoding.DER)).decode()
    assert "SigningCertificate" in refused(a_signature().replace(here.encode(), there.encode()))


def test_a_chain_may_be_named_beside_the_certificate():
    text = a_signature().decode()
    (cert,) = re.findall("<xad:Cert>.*</xad:Cert>", text, re.DOTALL)
    other = cert.replace(">4660<", ">1<")
    verified(signed_again(etree.fromstring(text.replace(cert, other + cert).encode())))
    assert "SigningCertificate" in refused(signed_again(etree.fromstring(text.replace(cert, other).encode())))


def test_a_short_key_is_refused():
    key = an_rsa_key(1024)
    assert "key refused" in refused(a_signature(key=key, certificate=a_certificate(key)))


def test_elliptic_curves_are_verified():
    key = ec.generate_private_key(ec.SECP256R1())
    root = etree.fromstring(a_signature(certificate=a_certificate(key)))
    root.find(f"{qname('ds:SignedInfo')}/{qname('ds:SignatureMethod')}").set(
        "Algorithm", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
    )
    octets = etree.tostring(root.find(qname("ds:SignedInfo")), method="c14n", with_comments=True)
    r, s = decode_dss_signature(key.sign(octets, ec.ECDSA(SHA256())))
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    value = root.find(qname("ds:SignatureValue"))
    value.text = b64encode(raw).decode()
    verified(etree.tostring(root))
    value.text = b64encode(raw[:-1]).decode()
    refused(etree.tostring(root))
    value.text = b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode()
    refused(etree.tostring(root))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (
            f'CanonicalizationMethod Algorithm="{C14N}#WithComments"',
            'CanonicalizationMethod Algorithm="urn:x"',
            "Canonical",
        ),
        ("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256", "ds:SignatureMethod"),
        ('Id="IHEManifest">', f'Id="{SIGNATURE_ID}">', "Id"),
        ('Id="IHEManifest">', 'Id="IHEManifest" xml:base="urn:x">', "xml:"),
        ('Id="IHEManifest">', 'Id="IHEManifest"><!-- c -->', "comment"),
        (f'v1.1.1#" Target="#{SIGNATURE_ID}"', 'v1.1.1#" Target="#other"', "Target"),
        ("<ds:X509Data>", "<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate>", "X509Certificate"),
        ("<ds:SignatureProperties>", "<ds:Manifest/><ds:SignatureProperties>", "Manifest"),
        ('http://uri.etsi.org/01903/v1.1.1#"', 'http://uri.etsi.org/01903/v9#"', "QualifyingProperties"),
        ("2026-03-02T09:00:00Z", "2026-03-02T09:06:00Z", "SigningTime"),
        ("2026-03-02T09:00:00Z", "yesterday", "SigningTime"),
        ("2026-03-02T09:00:00Z", "2026-02-31T09:00:00Z", "SigningTime"),
    ],
)
def test_what_is_ambiguous_unknown_or_elsewhere_is_refused(old, new, where):
    assert where in refused(changed(old, new))


@pytest.mark.parametrize("uri", ["", "#other", "http://127.0.0.1/", "urn:oid:1.2.250.1.999.1.1.2", "#xpointer(/)"])
def test_the_core_covers_its_own_document_only(uri):
    assert "ds:Reference" in refused(changed('URI="#IHEManifest"', f'URI="{uri}"', digests=False))


def test_a_manifest_or_properties_left_unsigned_are_refused():
    for kept in (0, 1):
        root = etree.fromstring(a_signature())
        signed_info = root.find(qname("ds:SignedInfo"))
        references = signed_info.findall(qname("ds:Reference"))
        signed_info.remove(references[1 - kept])
        assert "ds:SignedInfo" in refused(signed_again(root))


def test_the_purpose_and_the_key_may_be_signed_too():
    root = etree.fromstring(a_signature())
    signed_info = root.find(qname("ds:SignedInfo"))
    extra = etree.fromstring(etree.tostring(signed_info.findall(qname("ds:Reference"))[0]))
    extra.set("URI", "#purposeOfSignature")
    signed_info.append(extra)
    verified(signed_again(root))
    signed_info.append(etree.fromstring(etree.tostring(extra)))
    assert "twice" in refused(signed_again(root))


def test_a_time_without_offset_is_of_paris():
    assert verified(changed("2026-03-02T09:00:00Z", "2026-03-02T10:00:00.1234567")).signed_at.astimezone(
        UTC
    ) == datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


# The manifest


def test_every_difference_between_the_manifest_and_the_lot_is_told():
    documents = {
        "1.2.250.1.999.1.1.2": MemoryContent(CDA.replace(b"<e/>", b"<f/>")),
        "1.2.250.1.999.1.1.3^42": MemoryContent(b"%PDF-1.8"),
        "1.2.250.1.999.1.1.7": MemoryContent(b"new"),
    }
    context = refused(a_signature(), documents=documents)
    assert context.count("digest differs") == 2
    assert "1.2.250.1.999.1.1.7 listed 0 times" in context
    assert "3f2504e0-4f89-11d3-9a0c-0305e82c3301 is not of this lot" in context


def test_another_lot_is_refused():
    context = refused(a_signature(), submission_set_unique_id="1.2.3")
    assert "1.2.3 listed 0 times" in context
    assert f"{LOT} is not of this lot" in context


def test_a_canonical_digest_ignores_how_the_xml_was_written_and_a_plain_one_does_not():
    rewritten = CDA.replace(b"a='1'", b'  a="1"')
    documents = {**DOCUMENTS, "1.2.250.1.999.1.1.2": MemoryContent(rewritten)}
    verified(a_signature(), documents=documents)
    assert "digest differs" in refused(a_signature(canonical=()), documents=documents)


def test_a_canonical_digest_of_what_is_no_xml_is_refused():
    documents = {**DOCUMENTS, "1.2.250.1.999.1.1.2": MemoryContent(b"<!DOCTYPE a><a/>")}
    assert "document type" in refused(a_signature(), documents=documents)


PDF_REFERENCE = "urn:oid:1.2.250.1.999.1.1.3^42"
TRANSFORM = f'<ds:Transform Algorithm="{C14N}"'


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (f'URI="{PDF_REFERENCE}"', 'URI="urn:oid:1.2.250.1.999.1.1.2"', "1.2.250.1.999.1.1.2 listed 2 times"),
        (f'URI="{PDF_REFERENCE}"', f'URI="urn:oid:{LOT}"', f"{LOT} listed 2 times"),
        (f'URI="{PDF_REFERENCE}"', 'URI="1.2.250.1.999.1.1.3^42"', "is not of this lot"),
        (f'URI="{PDF_REFERENCE}"', 'URI="urn:uuid:1.2.250.1.999.1.1.3^42"', "is not of this lot"),
        (f'URI="{PDF_REFERENCE}"', 'URI="file:///etc/passwd"', "is not of this lot"),
        (
            f'<ds:Reference URI="{PDF_REFERENCE}">',
            f'<ds:Other/><ds:Reference URI="{PDF_REFERENCE}">',
            "is not of this lot",
        ),
        (
            f'URI="{PDF_REFERENCE}"><ds:DigestMethod Algorithm="{SHA256_URI}"',
            f'URI="{PDF_REFERENCE}"><ds:DigestMethod Algorithm="{SHA1}"',
            "algorithm refused",
        ),
        (
            f'URI="{PDF_REFERENCE}"><ds:DigestMethod Algorithm="{SHA256_URI}"',
            f'URI="{PDF_REFERENCE}"><ds:DigestMethod Algorithm="urn:x"',
            "algorithm refused",
        ),
        (
            f'URI="{PDF_REFERENCE}">',
            f'URI="{PDF_REFERENCE}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/></ds:Transforms>',
            "ds:Transform: algorithm refused",
        ),
        (
            f'URI="{PDF_REFERENCE}">',
            f'URI="{PDF_REFERENCE}"><ds:Transforms>{TRANSFORM}/>{TRANSFORM}/></ds:Transforms>',
            "ds:Transforms",
        ),
        (
            f'URI="{PDF_REFERENCE}">',
            f'URI="{PDF_REFERENCE}"><ds:Transforms>{TRANSFORM}><x/></ds:Transform></ds:Transforms>',
            "parameters",
        ),
        ("AA==", "AQ==", "digest differs"),
    ],
)
def test_a_manifest_that_is_signed_but_wrong_is_refused(old, new, where):
    assert where in refused(changed(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("urn:oid:3F2504E0-4F89-11D3-9A0C-0305E82C3301", "urn:uuid:3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
        (PDF_REFERENCE, "urn:oid:1.2.250.1.999.1.1.3%5E42"),
        ('URI="urn:oid:1.2.250.1.999.1.1.2"', 'Type="urn:x" URI="urn:oid:1.2.250.1.999.1.1.2"'),
    ],
)
def test_other_spellings_of_the_same_names_are_taken(old, new):
    verified(changed(old, new))


def test_sha_1_is_taken_only_where_it_is_allowed():
    digest = b64encode(hashlib.sha1(b"%PDF-1.7", usedforsecurity=False).digest()).decode()
    before = b64encode(hashlib.sha256(b"%PDF-1.7").digest()).decode()
    text = (
        a_signature()
        .decode()
        .replace(
            f'<ds:DigestMethod Algorithm="{SHA256_URI}"/><ds:DigestValue>{before}',
            f'<ds:DigestMethod Algorithm="{SHA1}"/><ds:DigestValue>{digest}',
        )
    )
    signature = signed_again(etree.fromstring(text.encode()))
    verified(signature, accept_sha1=True)
    assert "ds:DigestMethod: algorithm refused" in refused(signature)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"<a/>",
        b"<!DOCTYPE a><a/>",
        b"\xff",
        a_signature()[:-5],
        b"<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>",
    ],
)
def test_what_is_no_signature_is_refused(octets):
    refused(octets)


PIECES = re.split(rb"(?=<)", a_signature())


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=1, max_size=4), st.booleans())
def test_a_changed_signature_is_refused_and_never_breaks(swaps, sign_again):
    pieces = list(PIECES)
    for here, there in swaps:
        pieces[here % len(pieces)] = pieces[there % len(pieces)]
    signature = b"".join(pieces)
    if sign_again:
        try:
            signature = signed_again(etree.fromstring(signature))
        except (etree.XMLSyntaxError, AttributeError, TypeError, ValueError):
            return
    try:
        verified(signature)
    except Refused as refusal:
        assert refusal.problems
