"""T-SAML: forged and altered assertions with the refusal each must get (security 14, xds-wire 8.4).

A case is data: a name, how to make the message in a world, the reason that
the trace must show and the code that the client gets. `GENUINE` is in
`saml_genuine`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import saml_changes as do
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from saml_changes import ds
from saml_world import (
    ASSERTION_ID,
    AUDIENCE,
    DOCTOR,
    NURSE,
    PATIENT,
    Attempt,
    Memory,
    Register,
    World,
    a_certificate,
    a_line,
    a_request,
    an_air_request,
    an_attempt,
)
from signxml import DigestAlgorithm, SignatureMethod
from signxml.algorithms import CanonicalizationMethod

from dmp.record.actor import Authentication, Mode
from dmp.record.codes import Code
from dmp.record.errors import DmpCode
from dmp.record.patient import PatientId
from dmp.sandbox import issuing
from dmp.wire.vihf import vocabulary as words
from dmp.wire.vihf.certificates import TEST_ARC, TEST_MARKER, Use
from dmp.wire.vihf.mint import instant
from dmp.wire.vihf.revocation import Crls

INVALID, EXPIRED = DmpCode.INVALID_VIHF, DmpCode.EXPIRED_VIHF
CERTIFICATE, PATIENT_CODE = DmpCode.INVALID_CERTIFICATE, DmpCode.PATIENT_MISMATCH
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DOCTOR_SENTENCE = "Aucune spécialité dans le vihf. Spécialité obligatoire pour les Médecins"
PHARMACIST_SENTENCE = "Aucune spécialité dans le vihf. Spécialité obligatoire pour les Pharmaciens"
NOT_EXCLUSIVE = "is not exclusive canonicalization without comments"

Build = Callable[[World], Attempt]


@dataclass(frozen=True)
class Forgery:
    """A message that must be refused, with the reason in full and the public code."""

    name: str
    build: Build
    reason: str
    answer: DmpCode = INVALID


def after(change: do.Change) -> Build:
    """A doctor's message, changed on its way."""
    return lambda world: an_attempt(world, after=change)


def before(change: do.Change, holder: str = "doctor") -> Build:
    """A message whose holder himself signed something wrong."""
    return lambda world: an_attempt(world, holder, before=change)


def signed(sign: do.Sign) -> Build:
    """A doctor's message signed in another way."""
    return lambda world: an_attempt(world, sign=sign)


def asking(holder: str = "doctor", **changes: object) -> Build:
    """A well-made message that asks for something else."""
    return lambda world: an_attempt(world, holder, request=a_request(world.holders[holder], **changes))


def by_air(**changes: object) -> Build:
    """A hospital for a user it has authenticated."""
    return lambda world: an_attempt(world, "hospital", request=an_air_request(world, **changes))


def knowing(change: Callable[[Register], Register], holder: str = "doctor") -> Build:
    """Another state of the directory."""
    return lambda world: an_attempt(world, holder, register=change(world.register))


MESSAGE = (
    Forgery("no assertion", after(do.dropping("")), "message: no Assertion in Security"),
    Forgery("evil copy, genuine in the body", after(do.genuine_in_body), "message: more than one Assertion"),
    Forgery("evil copy with the same ID", after(do.genuine_in_body_same_id), "message: more than one Assertion"),
    Forgery("evil copy before the genuine", after(do.evil_first), "message: more than one Assertion"),
    Forgery("evil copy after the genuine", after(do.evil_last), "message: more than one Assertion"),
    Forgery("genuine in an Object of the evil", after(do.genuine_in_object), "message: more than one Assertion"),
    Forgery("genuine in the Subject of the evil", after(do.genuine_in_subject), "message: more than one Assertion"),
    Forgery("genuine as Advice of the evil", after(do.genuine_in_advice), "message: an Advice in the Assertion"),
    Forgery("second Security", after(do.second_security), "message: more than one Security"),
    Forgery("assertion twice", after(do.doubling("")), "message: more than one Assertion"),
    Forgery(
        "assertion beside Security",
        after(do.assertion_in_header),
        "message: the Assertion is not a child of Security",
    ),
    Forgery(
        "Security in the body",
        after(do.security_in_body),
        "message: Security is not a child of the Header of the envelope",
    ),
    *(
        Forgery(
            f"ID borne by the body as {name}", after(do.same_id(name)), "message: the ID of the Assertion is not unique"
        )
        for name in ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id", f"{{{do.WSU}}}Id")
    ),
    Forgery("no ID", after(do.marking("", "ID", None)), "message: the ID of the Assertion is absent or not a name"),
    Forgery(
        "ID that is no name",
        after(do.marking("", "ID", "1 or 2")),
        "message: the ID of the Assertion is absent or not a name",
    ),
    Forgery(
        "EncryptedAssertion",
        after(do.inserting("", "<saml2:EncryptedAssertion/>")),
        "message: encrypted content",
    ),
    Forgery("EncryptedID", before(do.inserting("Subject", "<saml2:EncryptedID/>")), "message: encrypted content"),
    Forgery("EncryptedData", before(do.inserting("Subject", "<xenc:EncryptedData/>")), "message: encrypted content"),
    Forgery("Advice", before(do.inserting("", "<saml2:Advice/>", 1)), "message: an Advice in the Assertion"),
    *(
        Forgery(name, after(change), "message: a comment, a processing instruction or an entity inside the Assertion")
        for name, change in (
            ("comment inside NameID", do.comment_in_name),
            ("comment between elements", do.comment_between),
            ("comment inside a value", do.inserting(f"@{words.STRUCTURE}", "<!--x-->")),
        )
    ),
    Forgery(
        "xop:Include as a value",
        before(do.inserting(f"@{words.STRUCTURE}", '<xop:Include href="cid:1"/>')),
        "message: an xop:Include inside the Assertion",
    ),
    Forgery(
        "xop:Include as certificate",
        after(do.inserting(ds("KeyInfo/X509Data/X509Certificate"), '<xop:Include href="cid:1"/>')),
        "message: an xop:Include inside the Assertion",
    ),
)

SIGNATURE = (
    Forgery("not signed", signed(do.not_signing), "signature: the Assertion is not signed"),
    Forgery("signature beside", after(do.signature_beside), "signature: the Assertion is not signed"),
    Forgery("signature in Subject", after(do.signature_deeper), "signature: the Assertion is not signed"),
    Forgery("signature twice", after(do.doubling(ds(""))), "signature: more than one Signature in the message"),
    Forgery(
        "another signature in the body",
        after(do.signature_in_body),
        "signature: more than one Signature in the message",
    ),
    Forgery(
        "Object in the signature",
        after(do.inserting(ds(""), "<ds:Object>x</ds:Object>", 3)),
        "signature: unexpected ds:Object in Signature",
    ),
    Forgery("no KeyInfo", after(do.dropping(ds("KeyInfo"))), "signature: children missing or repeated in Signature"),
    Forgery("two References", after(do.doubling(ds("SignedInfo/Reference"))), "signature: more than one Reference"),
    Forgery(
        "something else in SignedInfo",
        after(do.inserting(ds("SignedInfo"), "<ds:Manifest/>")),
        "signature: unexpected ds:Manifest in SignedInfo",
    ),
    Forgery("Reference to the body", after(do.reference_to_body), "signature: the Reference is not to the Assertion"),
    Forgery(
        "Reference to the whole message",
        after(do.marking(ds("SignedInfo/Reference"), "URI", "")),
        "signature: the Reference is not to the Assertion",
    ),
    Forgery(
        "Reference without URI",
        after(do.marking(ds("SignedInfo/Reference"), "URI", None)),
        "signature: the Reference is not to the Assertion",
    ),
    Forgery(
        "Reference by XPointer",
        after(do.marking(ds("SignedInfo/Reference"), "URI", f"#xpointer(id('{ASSERTION_ID}'))")),
        "signature: the Reference is not to the Assertion",
    ),
    Forgery(
        "Reference elsewhere",
        after(do.marking(ds("SignedInfo/Reference"), "URI", "http://example.org/assertion")),
        "signature: the Reference is not to the Assertion",
    ),
    Forgery(
        "no Transforms",
        after(do.dropping(ds("SignedInfo/Reference/Transforms"))),
        "signature: children missing or repeated in Reference",
    ),
    *(
        Forgery(
            name, after(change), "signature: the transforms are not enveloped-signature then exclusive canonicalization"
        )
        for name, change in (
            ("one transform only", do.dropping(ds("SignedInfo/Reference/Transforms/Transform"))),
            ("three transforms", do.doubling(ds("SignedInfo/Reference/Transforms/Transform"))),
            (
                "XPath instead of enveloped-signature",
                do.marking(
                    ds("SignedInfo/Reference/Transforms/Transform"),
                    "Algorithm",
                    "http://www.w3.org/TR/1999/REC-xpath-19991116",
                ),
            ),
        )
    ),
    *(
        Forgery(
            f"second transform {algorithm[-30:]}",
            after(do.marking(ds("SignedInfo/Reference/Transforms/Transform[2]"), "Algorithm", algorithm)),
            f"signature: the second transform {NOT_EXCLUSIVE}",
        )
        for algorithm in (
            f"{words.EXC_C14N}WithComments",
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            "http://www.w3.org/TR/1999/REC-xslt-19991116",
            "http://www.w3.org/2000/09/xmldsig#base64",
        )
    ),
    Forgery(
        "stylesheet in the second transform",
        after(do.inserting(ds("SignedInfo/Reference/Transforms/Transform[2]"), "<stylesheet/>")),
        f"signature: the second transform {NOT_EXCLUSIVE}",
    ),
    Forgery(
        "inclusive canonicalization",
        signed(do.signing(c14n=CanonicalizationMethod.CANONICAL_XML_1_0)),
        f"signature: the canonicalization method {NOT_EXCLUSIVE}",
    ),
    Forgery(
        "signature with SHA-1",
        signed(do.signing(SignatureMethod.RSA_SHA1)),
        "signature: signature algorithm not allowed",
    ),
    Forgery(
        "digest with SHA-1",
        signed(do.signing(digest=DigestAlgorithm.SHA1)),
        "signature: digest algorithm not allowed",
    ),
    Forgery("HMAC with the public key", signed(do.signing_with_hmac), "signature: signature algorithm not allowed"),
    Forgery(
        "truncated HMAC",
        after(do.inserting(ds("SignedInfo/SignatureMethod"), "<ds:HMACOutputLength>8</ds:HMACOutputLength>")),
        "signature: signature algorithm not allowed",
    ),
    Forgery(
        "signature algorithm none",
        after(do.marking(ds("SignedInfo/SignatureMethod"), "Algorithm", "none")),
        "signature: signature algorithm not allowed",
    ),
    Forgery(
        "elements in SignatureValue",
        after(do.inserting(ds("SignatureValue"), "<ds:KeyName/>")),
        "signature: SignatureValue is not base64 and nothing else",
    ),
    *(
        Forgery(
            f"{path} {text!r}", after(do.setting(ds(path), text)), f"signature: {what} is not base64 and nothing else"
        )
        for path, what in (("SignatureValue", "SignatureValue"), ("SignedInfo/Reference/DigestValue", "DigestValue"))
        for text in ("", " ", "A", "é", "AA=A")
    ),
    Forgery(
        "transform that only looks like one",
        after(do.inserting(ds("SignedInfo/Reference/Transforms"), f'<hl7:x Algorithm="{do.ENVELOPED}"/>')),
        "signature: the transforms are not enveloped-signature then exclusive canonicalization",
    ),
    Forgery(
        "transforms that only look like them",
        after(do.looking_alike),
        "signature: the transforms are not enveloped-signature then exclusive canonicalization",
    ),
    Forgery("KeyName only", after(do.dropping(ds("KeyInfo/X509Data"))), "signature: no certificate in KeyInfo"),
    Forgery(
        "RetrievalMethod",
        after(do.inserting(ds("KeyInfo"), '<ds:RetrievalMethod URI="#key"/>')),
        "signature: KeyInfo points somewhere else",
    ),
    Forgery(
        "SecurityTokenReference",
        after(do.inserting(ds("KeyInfo"), "<wsse:SecurityTokenReference/>")),
        "signature: KeyInfo points somewhere else",
    ),
    Forgery(
        "two certificates",
        after(do.doubling(ds("KeyInfo/X509Data/X509Certificate"))),
        "signature: more than one certificate in KeyInfo",
    ),
    Forgery(
        "two X509Data", after(do.doubling(ds("KeyInfo/X509Data"))), "signature: more than one certificate in KeyInfo"
    ),
    Forgery(
        "certificate that is none",
        after(do.setting(ds("KeyInfo/X509Data/X509Certificate"), "AAAA")),
        "signature: the certificate in KeyInfo cannot be read",
        CERTIFICATE,
    ),
    Forgery(
        "certificate not in base64",
        after(do.setting(ds("KeyInfo/X509Data/X509Certificate"), "é?")),
        "signature: X509Certificate is not base64 and nothing else",
    ),
    Forgery(
        "certificate of a version that does not exist",
        after(do.versioned),
        "signature: the certificate in KeyInfo cannot be read",
        CERTIFICATE,
    ),
    *(
        Forgery(f"{name} altered", after(change), "signature: the digest of the Assertion does not match")
        for name, change in (
            ("NameID", do.setting("Subject/NameID", "899900000029")),
            ("structure", do.setting(f"@{words.STRUCTURE}", "1990000028")),
            ("role", do.coded(words.ROLE, code="21")),
            ("purpose", do.coded(words.PURPOSE, code="centre_15")),
            ("patient", do.setting(f"@{words.RESOURCE_ID}", "1^^^&1.2.3&ISO^NH")),
            ("IssueInstant", do.marking("", "IssueInstant", "2030-01-01T00:00:00Z")),
            ("an attribute added", do.inserting("AttributeStatement", '<saml2:Attribute Name="x"/>')),
            ("text between elements", do.setting("Subject", "x")),
        )
    ),
    Forgery(
        "digest altered",
        after(do.setting(ds("SignedInfo/Reference/DigestValue"), "A" * 43 + "=")),
        "signature: the signature does not match the certificate",
    ),
    Forgery(
        "signature of another length",
        after(do.setting(ds("SignatureValue"), "AAAA")),
        "signature: the signature does not match the certificate",
    ),
    Forgery(
        "signed with the key of another",
        lambda world: an_attempt(world, key=world.holders["nurse"].sign.load_key()),
        "signature: the signature does not match the certificate",
    ),
    Forgery(
        "certificate swapped",
        lambda world: an_attempt(
            world,
            "nurse",
            key=world.holders["doctor"].sign.load_key(),
            request=a_request(world.holders["doctor"]),
        ),
        "signature: the signature does not match the certificate",
    ),
    Forgery(
        "ECDSA said of an RSA key",
        after(do.marking(ds("SignedInfo/SignatureMethod"), "Algorithm", SignatureMethod.ECDSA_SHA256.value)),
        "signature: the signature does not match the certificate",
    ),
)


def _forged(use: Use, **changes: object) -> Build:
    """A doctor with another certificate for one use."""

    def build(world: World) -> Attempt:
        made = a_certificate(world, use, **changes)
        if use is Use.SIGNATURE:
            return an_attempt(world, key=made.key, certificate=made.certificate)
        return an_attempt(world, peer=made.certificate)

    return build


def _with_crls(change: Callable[[World], Crls]) -> Build:
    return lambda world: an_attempt(world, policy=replace(world.policy, crls=change(world)))


def _later(delay: timedelta) -> Build:
    """The lists as they are, a service that lives later, and a message of that time."""

    def build(world: World) -> Attempt:
        later = replace(world, at=world.at + delay)
        trust = replace(world.trust, crl_max_age=timedelta(days=7))
        return an_attempt(later, policy=replace(world.policy, trust=trust))

    return build


def _issued_by_a_holder(world: World) -> Attempt:
    """A doctor who plays authority with the key of his card."""
    doctor = world.holders["doctor"].sign
    by = issuing.Authority(doctor.load_certificate(), doctor.load_key())
    made = a_certificate(world, Use.SIGNATURE, by=by)
    return an_attempt(world, key=made.key, certificate=made.certificate)


def _self_made_authority(world: World) -> Attempt:
    """An authority with the name of ours and another key."""
    by = issuing.make_authority("persons", key=issuing.ec_key(), at=world.at)
    made = a_certificate(world, Use.SIGNATURE, by=by)
    return an_attempt(world, key=made.key, certificate=made.certificate)


def _authority_as_signer(world: World) -> Attempt:
    """A certificate for signing that is an authority's too."""
    root, key = world.authority("root"), issuing.ec_key()
    model = a_certificate(world, Use.SIGNATURE).certificate
    builder = x509.CertificateBuilder().subject_name(model.subject).issuer_name(root.certificate.subject)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(world.at - HOUR).not_valid_after(world.at + HOUR)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    for kind in (x509.CertificatePolicies, x509.KeyUsage):
        builder = builder.add_extension(model.extensions.get_extension_for_class(kind).value, critical=False)
    return an_attempt(world, key=key, certificate=builder.sign(root.key, SHA256()))


def _revoked_authority(world: World) -> Crls:
    """The root takes back the authority of the people."""
    root, persons = world.authority("root"), world.authority("persons")
    made = issuing.revocation_list(root, [persons.certificate.serial_number], at=world.at + MINUTE)
    read = Crls.read([made.public_bytes(Encoding.DER)], world.trust.authorities)
    return Crls((*read.lists, *(crl for crl in world.crls.lists if crl.issuer != root.certificate.subject)))


def _without_list(world: World, name: str) -> Crls:
    subject = world.authority(name).certificate.subject
    return Crls(tuple(crl for crl in world.crls.lists if crl.issuer != subject))


def _from_future(world: World) -> Crls:
    return Crls(tuple(replace(crl, issued_at=world.at + HOUR) for crl in world.crls.lists))


CLIENT_USAGE = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
SIGNING, TLS_SIDE = "signature certificate", "authentication certificate"

CERTIFICATES = (
    Forgery(
        "signed with the authentication certificate",
        lambda world: an_attempt(
            world,
            key=world.holders["doctor"].auth.load_key(),
            certificate=world.holders["doctor"].auth.load_certificate(),
        ),
        f"{SIGNING}: its policy is for authentication",
        CERTIFICATE,
    ),
    Forgery(
        "signature certificate in the handshake",
        lambda world: an_attempt(world, peer=world.holders["doctor"].sign.load_certificate()),
        f"{TLS_SIDE}: its policy is for signature",
        CERTIFICATE,
    ),
    Forgery(
        "revoked holder", lambda w: an_attempt(w, "revoked"), "revocation: the certificate is revoked", CERTIFICATE
    ),
    Forgery(
        "expired holder",
        lambda w: an_attempt(w, "expired"),
        f"{SIGNING}: outside its period of validity",
        CERTIFICATE,
    ),
    Forgery(
        "holder of an unknown authority",
        lambda w: an_attempt(w, "foreign"),
        f"{SIGNING}: no chain to a configured anchor",
        CERTIFICATE,
    ),
    Forgery(
        "expired certificate in the handshake",
        lambda w: an_attempt(w, peer=w.holders["expired"].auth.load_certificate()),
        f"{TLS_SIDE}: outside its period of validity",
        CERTIFICATE,
    ),
    Forgery(
        "revoked certificate in the handshake",
        lambda w: an_attempt(w, peer=w.holders["revoked"].auth.load_certificate()),
        "revocation: the certificate is revoked",
        CERTIFICATE,
    ),
    Forgery(
        "unknown certificate in the handshake",
        lambda w: an_attempt(w, peer=w.holders["foreign"].auth.load_certificate()),
        f"{TLS_SIDE}: no chain to a configured anchor",
        CERTIFICATE,
    ),
    Forgery(
        "handshake certificate that is none",
        lambda w: an_attempt(w, peer=b"x"),
        f"{TLS_SIDE}: it cannot be read",
        CERTIFICATE,
    ),
    Forgery(
        "certificate not valid yet",
        lambda w: an_attempt(replace(w, at=w.at - timedelta(days=3)), at=w.at - timedelta(days=3)),
        f"{SIGNING}: outside its period of validity",
        CERTIFICATE,
    ),
    Forgery("issued by a card", _issued_by_a_holder, f"{SIGNING}: no chain to a configured anchor", CERTIFICATE),
    Forgery(
        "authority with our name", _self_made_authority, f"{SIGNING}: no chain to a configured anchor", CERTIFICATE
    ),
    Forgery(
        "authority that signs assertions",
        _authority_as_signer,
        f"{SIGNING}: it is the certificate of an authority",
        CERTIFICATE,
    ),
    Forgery(
        "RSA key of 1024 bits",
        _forged(Use.SIGNATURE, make_key=lambda: rsa.generate_private_key(65537, 1024)),  # noqa: S505
        f"{SIGNING}: the key is weaker than RSA 2048 or P-256",
        CERTIFICATE,
    ),
    Forgery(
        "P-224 key",
        _forged(Use.SIGNATURE, make_key=lambda: ec.generate_private_key(ec.SECP224R1())),
        f"{SIGNING}: the key is weaker than RSA 2048 or P-256",
        CERTIFICATE,
    ),
    Forgery(
        "no policy of ours",
        _forged(Use.SIGNATURE, policies=(TEST_MARKER,)),
        f"{SIGNING}: no certificate policy that we take",
        CERTIFICATE,
    ),
    Forgery(
        "no policy at all",
        _forged(Use.SIGNATURE, policies=()),
        f"{SIGNING}: no certificate policy that we take",
        CERTIFICATE,
    ),
    Forgery(
        "two policies of ours",
        _forged(Use.SIGNATURE, policies=(f"{TEST_ARC}.2.1", f"{TEST_ARC}.2.2", TEST_MARKER)),
        f"{SIGNING}: several certificate policies contradict each other",
        CERTIFICATE,
    ),
    Forgery(
        "key usage of a cipher",
        _forged(Use.SIGNATURE, usage="key_encipherment"),
        f"{SIGNING}: keyUsage does not allow it",
        CERTIFICATE,
    ),
    Forgery(
        "nonRepudiation in the handshake",
        _forged(Use.AUTHENTICATION, usage="content_commitment", extensions=(CLIENT_USAGE,)),
        f"{TLS_SIDE}: keyUsage does not allow it",
        CERTIFICATE,
    ),
    Forgery(
        "signature certificate with clientAuth",
        _forged(Use.SIGNATURE, extensions=(CLIENT_USAGE,)),
        f"{SIGNING}: extendedKeyUsage does not fit",
        CERTIFICATE,
    ),
    Forgery(
        "authentication certificate without clientAuth",
        _forged(Use.AUTHENTICATION, policies=(f"{TEST_ARC}.2.1", TEST_MARKER)),
        f"{TLS_SIDE}: extendedKeyUsage does not fit",
        CERTIFICATE,
    ),
    Forgery(
        "no test marker in a sandbox",
        _forged(Use.SIGNATURE, policies=(f"{TEST_ARC}.2.2",)),
        f"{SIGNING}: a sandbox takes test certificates only",
        CERTIFICATE,
    ),
    Forgery(
        "test certificate in production",
        lambda w: an_attempt(w, policy=replace(w.policy, trust=replace(w.trust, sandbox=False))),
        f"{SIGNING}: a test certificate in production",
        CERTIFICATE,
    ),
    Forgery(
        "no revocation list",
        _with_crls(lambda world: _without_list(world, "persons")),
        "revocation: no list of the issuer of the certificate",
        CERTIFICATE,
    ),
    Forgery(
        "no revocation list of the root",
        _with_crls(lambda world: _without_list(world, "root")),
        "revocation: no list of the issuer of the certificate",
        CERTIFICATE,
    ),
    Forgery(
        "stale revocation list",
        _later(timedelta(days=8)),
        "revocation: the list of the issuer is older than the limit",
        CERTIFICATE,
    ),
    Forgery(
        "expired revocation list",
        _later(timedelta(days=31)),
        "revocation: the list of the issuer has expired",
        CERTIFICATE,
    ),
    Forgery(
        "revocation list from the future",
        _with_crls(_from_future),
        "revocation: the list of the issuer comes from the future",
        CERTIFICATE,
    ),
    Forgery("revoked authority", _with_crls(_revoked_authority), "revocation: the certificate is revoked", CERTIFICATE),
)

HOLDER = (
    Forgery(
        "TLS session of another person",
        lambda w: an_attempt(w, peer=w.holders["nurse"].auth.load_certificate()),
        "holder: the TLS certificate and the signing certificate are not of the same holder",
    ),
    Forgery(
        "TLS session of a structure",
        lambda w: an_attempt(w, peer=w.holders["hospital"].auth.load_certificate()),
        "holder: the TLS certificate and the signing certificate are not of the same holder",
    ),
    Forgery(
        "TLS session of another structure",
        lambda w: an_attempt(w, "hospital", peer=w.holders["laboratory"].auth.load_certificate()),
        "holder: the TLS certificate and the signing certificate are not of the same holder",
    ),
    Forgery(
        "Issuer of another",
        before(do.setting("Issuer", "C=FR,ST=TEST,T=Médecin,CN=899900000029+SN=BELLEC-TEST+GN=Mathieu")),
        "issuer: not the subject of the signing certificate",
    ),
    Forgery(
        "Issuer in a third order",
        before(do.setting("Issuer", "T=Médecin,C=FR,ST=TEST,CN=899900000011+SN=ARNOUX-TEST+GN=Claire")),
        "issuer: not the subject of the signing certificate",
    ),
    *(
        Forgery(f"Issuer {text[:12]!r}", before(do.setting("Issuer", text)), "issuer: not a distinguished name")
        for text in ("the doctor", "XX=1,C=FR", "CN=a\\", 'O="a,C=FR', "CN=#zz", "C=FR,,CN=a", "CN=\\ff")
    ),
    Forgery(
        "Issuer without Format",
        before(do.marking("Issuer", "Format", None)),
        "assertion: the Format of Issuer is not X509SubjectName",
    ),
    Forgery("NameID of another on a card", asking(user="899900000029"), "holder: NameID is not the id on the card"),
    Forgery(
        "direct mode with a structure certificate",
        asking("hospital", mode=Authentication.DIRECT),
        "holder: the certificates do not fit the mode",
        CERTIFICATE,
    ),
    Forgery(
        "indirect mode with a card",
        asking(mode=Authentication.INDIRECT, subject="x"),
        "holder: the certificates do not fit the mode",
        CERTIFICATE,
    ),
    Forgery(
        "AIR with a card",
        asking(mode=Authentication.REINFORCED, subject="x"),
        "holder: the certificates do not fit the mode",
        CERTIFICATE,
    ),
    Forgery(
        "another structure than the certificate's",
        asking("hospital", structure="1990000036", sector="SA25"),
        "holder: Identifiant_Structure is not the structure of the certificate",
    ),
    Forgery(
        "another structure than the staff card's",
        asking("secretary", structure="1990000036"),
        "holder: Identifiant_Structure is not the structure of the certificate",
    ),
    Forgery(
        "AIR without primary authentication",
        by_air(context_class=words.UNSPECIFIED_CONTEXT),
        "holder: no primary authentication of the user",
    ),
    Forgery(
        "AIR with a class that is not SAML's",
        by_air(context_class="urn:example:strong"),
        "holder: no primary authentication of the user",
    ),
    Forgery(
        "AIR with a declaration of its own",
        by_air(context_declaration="CONF_EXI_AUTRE"),
        "holder: a declaration of primary authentication that we do not know",
    ),
    Forgery("AIR with a local id", by_air(user="1990000028/77"), "holder: NameID is not a national id"),
    Forgery(
        "staff card that claims a profession",
        asking("secretary", roles=NURSE),
        "role: a staff card does not give a profession of health",
    ),
)

DIRECTORY = (
    Forgery(
        "unknown structure",
        asking(structure="1990000093"),
        "directory: Structure introuvable ou Inactive",
    ),
    Forgery(
        "inactive structure",
        knowing(lambda r: replace(r, structures={key: a_line("", active=False) for key in r.structures})),
        "directory: Structure introuvable ou Inactive",
    ),
    Forgery(
        "unknown professional",
        knowing(lambda r: replace(r, professionals={})),
        "directory: the user is unknown or inactive",
    ),
    Forgery(
        "inactive professional",
        knowing(lambda r: replace(r, professionals={key: a_line("", active=False) for key in r.professionals})),
        "directory: the user is unknown or inactive",
    ),
    Forgery(
        "unknown professional declared by a structure",
        asking("hospital", user="899900009996"),
        "directory: the user is unknown or inactive",
    ),
    Forgery("structure where he does not work", asking(structure="1990000028"), "directory: PS et Structure non liés"),
    Forgery(
        "structure of another legal entity",
        lambda w: an_attempt(
            w,
            "hospital",
            request=a_request(w.holders["hospital"], structure="1990000101"),
            register=replace(w.register, structures={"1990000101": a_line("EG", parent="1990000036")}),
        ),
        "holder: Identifiant_Structure is not the structure of the certificate",
    ),
)


def _bounded(world: World, **changes: timedelta) -> Attempt:
    bounds = {name: world.at + delay for name, delay in changes.items()}
    return an_attempt(world, request=a_request(world.holders["doctor"], **bounds))


def _confirmed(world: World) -> Attempt:
    end = instant(world.at - HOUR)
    data = f'<saml2:SubjectConfirmationData NotOnOrAfter="{end}"/>'
    method = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    xml = f'<saml2:SubjectConfirmation Method="{method}">{data}</saml2:SubjectConfirmation>'
    return an_attempt(world, before=do.inserting("Subject", xml, 1))


TIME = (
    Forgery(
        "older than 30 minutes, indirect",
        lambda w: an_attempt(w, "hospital", issued=31 * MINUTE),
        "time: the assertion is older than its longest life",
        EXPIRED,
    ),
    Forgery(
        "older than 8 hours, direct",
        lambda w: an_attempt(w, issued=8 * HOUR + MINUTE),
        "time: the assertion is older than its longest life",
        EXPIRED,
    ),
    Forgery("from the future", lambda w: an_attempt(w, issued=-6 * MINUTE), "time: IssueInstant is in the future"),
    Forgery("NotBefore to come", lambda w: _bounded(w, not_before=3 * MINUTE), "time: NotBefore is in the future"),
    Forgery(
        "NotOnOrAfter past",
        lambda w: _bounded(w, not_on_or_after=-3 * MINUTE),
        "time: NotOnOrAfter has passed",
        EXPIRED,
    ),
    Forgery("confirmation past", _confirmed, "time: NotOnOrAfter has passed", EXPIRED),
    Forgery(
        "session over",
        before(do.marking("AuthnStatement", "SessionNotOnOrAfter", "2020-01-01T00:00:00Z")),
        "time: NotOnOrAfter has passed",
        EXPIRED,
    ),
    Forgery(
        "user authenticated two days ago",
        lambda w: _bounded(w, authenticated_at=-48 * HOUR),
        "time: the authentication of the user is too old",
        EXPIRED,
    ),
    Forgery(
        "user authenticated after the assertion",
        lambda w: _bounded(w, authenticated_at=3 * MINUTE),
        "time: AuthnInstant is after IssueInstant",
    ),
    Forgery("no IssueInstant", before(do.marking("", "IssueInstant", None)), "assertion: no IssueInstant"),
    *(
        Forgery(
            f"IssueInstant {text}",
            before(do.marking("", "IssueInstant", text)),
            "assertion: IssueInstant is not a date and time",
        )
        for text in ("today", "2026-13-01T00:00:00Z", "20260101T000000Z", "2026-W01-1", "2026-01-01")
    ),
    Forgery(
        "no AuthnInstant",
        before(do.marking("AuthnStatement", "AuthnInstant", None)),
        "assertion: no AuthnInstant",
    ),
    Forgery("audience of another", asking(audience="urn:other:service"), "audience: none of the audiences is ours"),
    Forgery(
        "two audiences, one of another",
        lambda w: an_attempt(
            w,
            request=a_request(w.holders["doctor"], audience=AUDIENCE),
            before=do.inserting(
                "Conditions",
                "<saml2:AudienceRestriction><saml2:Audience>urn:x</saml2:Audience></saml2:AudienceRestriction>",
            ),
        ),
        "audience: none of the audiences is ours",
    ),
    Forgery(
        "condition that nobody knows",
        lambda w: an_attempt(
            w,
            request=a_request(w.holders["doctor"], not_before=w.at),
            before=do.inserting("Conditions", "<saml2:OneTimeUse/>"),
        ),
        "assertion: a condition that we do not know",
    ),
)

REQUIRED = (
    words.VERSION,
    words.MODE,
    words.STRUCTURE,
    words.SECTOR,
    words.RESOURCE_URN,
    words.CLIENT_NAME,
    words.CLIENT_VERSION,
    words.CLIENT_APPROVAL,
)
SINGLE = (*REQUIRED, words.RESOURCE_ID, words.CLIENT_SERIAL)

CONTENT = (
    Forgery("version 1.1", before(do.marking("", "Version", "1.1")), "assertion: Version is not 2.0"),
    Forgery("no Issuer", before(do.dropping("Issuer")), "assertion: no Issuer"),
    Forgery("two Issuers", before(do.doubling("Issuer")), "assertion: more than one Issuer"),
    Forgery("no Subject", before(do.dropping("Subject")), "assertion: no Subject"),
    Forgery("no NameID", before(do.dropping("Subject/NameID")), "assertion: no NameID"),
    Forgery("two NameIDs", before(do.doubling("Subject/NameID")), "assertion: more than one NameID"),
    Forgery("empty NameID", before(do.setting("Subject/NameID", " ")), "assertion: NameID is empty"),
    Forgery(
        "NameID with spaces around",
        before(do.setting("Subject/NameID", " 899900000011")),
        "assertion: NameID is surrounded by white space",
    ),
    Forgery(
        "element in NameID",
        before(do.inserting("Subject/NameID", "<hl7:b>899900000029</hl7:b>")),
        "assertion: NameID holds elements where a text is expected",
    ),
    Forgery("huge NameID", before(do.setting("Subject/NameID", "8" * 5000)), "assertion: NameID is too long"),
    Forgery("no AuthnStatement", before(do.dropping("AuthnStatement")), "assertion: no AuthnStatement"),
    Forgery("two AuthnStatements", before(do.doubling("AuthnStatement")), "assertion: more than one AuthnStatement"),
    Forgery(
        "two AuthnContexts",
        before(do.doubling("AuthnStatement/AuthnContext")),
        "assertion: more than one AuthnContext",
    ),
    Forgery(
        "two classes",
        before(do.doubling("AuthnStatement/AuthnContext/AuthnContextClassRef")),
        "assertion: more than one AuthnContextClassRef",
    ),
    Forgery("empty AuthnContext", asking(context_class=""), "assertion: AuthnContext is empty"),
    Forgery(
        "another statement",
        before(do.inserting("", "<saml2:AuthzDecisionStatement/>", 2)),
        "assertion: unexpected saml2:AuthzDecisionStatement",
    ),
    Forgery(
        "no AttributeStatement",
        before(do.dropping("AttributeStatement")),
        "attribute: not exactly one AttributeStatement",
    ),
    Forgery(
        "two AttributeStatements",
        before(do.doubling("AttributeStatement")),
        "attribute: not exactly one AttributeStatement",
    ),
    Forgery(
        "nil value",
        before(do.marking(f"@{words.STRUCTURE}", f"{{{words.XSI}}}nil", "true")),
        "assertion: an element with xsi:nil",
    ),
    *(Forgery(f"{name} missing", before(do.without(name)), f"attribute: {name} is missing") for name in REQUIRED),
    Forgery("purpose missing", before(do.without(words.PURPOSE)), f"attribute: {words.PURPOSE} is missing"),
    Forgery("role missing", before(do.without(words.ROLE)), "attribute: not one or two roles"),
    Forgery(
        "subject-id missing outside direct mode",
        before(do.without(words.SUBJECT_ID), "hospital"),
        f"attribute: {words.SUBJECT_ID} is missing",
    ),
    *(Forgery(f"{name} twice", before(do.twice(name)), f"attribute: {name} is there twice") for name in SINGLE),
    Forgery("role attribute twice", before(do.twice(words.ROLE)), f"attribute: {words.ROLE} is there twice"),
    Forgery("purpose twice", before(do.twice(words.PURPOSE)), f"attribute: {words.PURPOSE} is there twice"),
    Forgery(
        "mode twice in two spellings",
        before(do.twice(words.MODE, "Authentification_mode")),
        f"attribute: {words.MODE} is there twice",
    ),
    Forgery(
        "two purposes in one attribute",
        before(do.two_values(words.PURPOSE)),
        f"attribute: {words.PURPOSE} has not exactly one value",
    ),
    *(
        Forgery(f"{name} with two values", before(do.two_values(name)), f"attribute: {name} has not exactly one value")
        for name in (words.STRUCTURE, words.RESOURCE_ID)
    ),
    Forgery(
        "name with a space behind",
        before(do.renamed(words.STRUCTURE, f"{words.STRUCTURE} ")),
        f"attribute: {words.STRUCTURE} is missing",
    ),
    Forgery(
        "name in another case",
        before(do.renamed(words.VERSION, "vihf_version")),
        f"attribute: {words.VERSION} is missing",
    ),
    Forgery("empty structure", before(do.setting(f"@{words.STRUCTURE}", "")), f"attribute: {words.STRUCTURE} is empty"),
    Forgery(
        "elements in a text",
        before(do.inserting(f"@{words.STRUCTURE}", "<hl7:b>1990000028</hl7:b>")),
        f"attribute: {words.STRUCTURE} holds elements where a text is expected",
    ),
    Forgery(
        "something else among the values",
        before(do.inserting("AttributeStatement/Attribute", "<saml2:Value/>")),
        f"attribute: something else than AttributeValue in {words.VERSION}",
    ),
    Forgery(
        "something else among the attributes",
        before(do.inserting("AttributeStatement", "<saml2:Att/>")),
        "attribute: something else than Attribute in AttributeStatement",
    ),
    Forgery("VIHF 2.0", asking(version="2.0"), "attribute: VIHF_Version is not one that we take"),
    Forgery(
        "mode that nobody knows",
        before(do.setting(f"@{words.MODE}", "DIRECT")),
        "attribute: Authentification_Mode is not one of the three modes",
    ),
    Forgery(
        "mode with a space",
        before(do.setting(f"@{words.MODE}", "DIRECTE ")),
        "attribute: Authentification_Mode is not one of the three modes",
    ),
    Forgery(
        "another resource",
        before(do.setting(f"@{words.RESOURCE_URN}", "urn:other")),
        "attribute: Ressource_URN is not urn:dmp",
    ),
    Forgery(
        "sector of another system",
        before(do.setting(f"@{words.SECTOR}", "SA07^1.2.3")),
        "attribute: Secteur_Activite is not a code of the sectors",
    ),
    Forgery(
        "sector that nobody knows", asking(sector="SA99"), "attribute: Secteur_Activite is not a code of the sectors"
    ),
    *(
        Forgery(
            f"resource-id {text!r}",
            before(do.setting(f"@{words.RESOURCE_ID}", text)),
            "attribute: resource-id is not a CX",
        )
        for text in ("279035121518989", "279035121518989^^^1.2.250.1.213.1.4.10", "^^^&1.2.3&ISO^NH")
    ),
    Forgery(
        "purpose that nobody knows",
        before(do.coded(words.PURPOSE, code="urgence")),
        "attribute: the purpose of use is not in the tables",
    ),
    Forgery(
        "purpose of another system",
        before(do.coded(words.PURPOSE, codeSystem="1.2.3")),
        "attribute: the purpose of use is not in the tables",
    ),
    Forgery(
        "purpose as text",
        before(lambda a: (do.value_of(a, words.PURPOSE).clear(), do.setting(f"@{words.PURPOSE}", "normal")(a))),
        f"attribute: {words.PURPOSE} is not one coded element",
    ),
    Forgery(
        "role where a purpose is due",
        before(
            lambda a: do.value_of(a, words.PURPOSE).replace(
                do.value_of(a, words.PURPOSE)[0], do.value_of(a, words.ROLE)[0]
            )
        ),
        f"attribute: {words.PURPOSE} is not one coded element",
    ),
    Forgery(
        "text beside the role",
        before(do.setting(f"@{words.ROLE}", "21")),
        f"attribute: {words.ROLE} is not one coded element",
    ),
    Forgery(
        "role without system",
        before(lambda a: do.value_of(a, words.ROLE)[0].attrib.pop("codeSystem")),
        f"attribute: {words.ROLE} is not one coded element",
    ),
    Forgery("three roles", asking(roles=(*DOCTOR, *NURSE)), "attribute: not one or two roles"),
    Forgery(
        "break-glass without a reason",
        asking(purpose=Mode.BREAK_GLASS),
        "attribute: Mode_Acces_Raison is missing for bris_de_glace",
    ),
    Forgery(
        "another confidentiality code",
        lambda w: an_attempt(
            w,
            request=a_request(w.holders["doctor"], secret=True),
            before=do.coded(words.CONFIDENTIALITY, code="MASQUE_PS"),
        ),
        "attribute: a confidentiality code that a VIHF does not carry",
    ),
    Forgery(
        "unknown role",
        asking(roles=(Code("12", words.PROFESSIONS),)),
        "role: a code that is not in the tables",
    ),
    Forgery(
        "role of another system",
        asking(roles=(Code("60", "1.2.3"),)),
        "role: a code that is not in the tables",
    ),
    Forgery("doctor without know-how", asking(roles=DOCTOR[:1]), f"role: {DOCTOR_SENTENCE}"),
    Forgery(
        "doctor with a section of pharmacists",
        asking(roles=(DOCTOR[0], Code("A", words.PHARMACY_SECTIONS))),
        f"role: {DOCTOR_SENTENCE}",
    ),
    Forgery(
        "pharmacist without section",
        asking("pharmacist", roles=(Code("21", words.PROFESSIONS),)),
        f"role: {PHARMACIST_SENTENCE}",
    ),
    Forgery(
        "profession 99 without role in care",
        asking(roles=(Code("99", words.OTHER_PROFESSIONS),)),
        "role: no role in care after profession 99",
    ),
    Forgery("know-how first", asking(roles=(DOCTOR[1], DOCTOR[0])), "role: the first is not a profession"),
    Forgery(
        "two professions",
        asking(roles=(NURSE[0], Code("40", words.PROFESSIONS))),
        "role: the second is neither a know-how nor a role in care",
    ),
)


def _replayed(first: Build, second: Build) -> Build:
    """The second message, at a service that has accepted the first."""

    def build(world: World) -> Attempt:
        memory = Memory()
        replace(first(world), memory=memory).run()
        return replace(second(world), memory=memory)

    return build


USED = "replay: this ID was used with other content or by another holder"

PATIENT_AND_REPLAY = (
    Forgery(
        "patient of the body is another",
        lambda w: an_attempt(w, patient=PatientId("1", PATIENT.root)),
        "patient: the assertion and the body name different patients",
        PATIENT_CODE,
    ),
    Forgery(
        "same number, another root",
        lambda w: an_attempt(w, patient=PatientId(PATIENT.number, "1.2.250.1.213.1.4.8")),
        "patient: the assertion and the body name different patients",
        PATIENT_CODE,
    ),
    Forgery(
        "no patient in the assertion",
        lambda w: an_attempt(w, request=a_request(w.holders["doctor"], patient=None), patient=PATIENT),
        "patient: the assertion names no patient, the body does",
    ),
    Forgery("same ID, other content", _replayed(asking(), asking(patient=None)), USED),
    Forgery("same ID, another holder", _replayed(asking(), asking("nurse")), USED),
)

FORGERIES = (
    *MESSAGE,
    *SIGNATURE,
    *CERTIFICATES,
    *HOLDER,
    *DIRECTORY,
    *TIME,
    *CONTENT,
    *PATIENT_AND_REPLAY,
)
"""Every message that must be refused."""
