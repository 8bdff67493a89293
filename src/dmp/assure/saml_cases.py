"""What a service must refuse, each assertion altered or forged in one way, and what it must accept (T-SAML)."""

from datetime import timedelta

from lxml import etree
from signxml import DigestAlgorithm, SignatureMethod
from signxml.algorithms import CanonicalizationMethod

from dmp.assure.saml_desk import (
    HOUR,
    NS,
    Case,
    Change,
    about_another,
    after,
    asking,
    before,
    commented,
    double,
    drop,
    evil_first,
    evil_last,
    first,
    genuine_as_advice,
    genuine_in_an_object,
    genuine_in_body,
    genuine_in_the_subject,
    insert,
    mark,
    say,
    signing,
    value_of,
    weakly,
    wrapped,
)
from dmp.client.header import PASSWORD
from dmp.record.actor import Authentication, Mode
from dmp.record.codes import Code
from dmp.wire.vihf import vocabulary as words

TEXTS = (words.STRUCTURE, words.SECTOR, words.MODE, words.RESOURCE_ID, words.CLIENT_NAME, words.VERSION)
NEEDED = (*TEXTS, words.ROLE, words.PURPOSE, words.CLIENT_VERSION, words.RESOURCE_URN)
REFERENCE = "//d:SignedInfo/d:Reference"
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
DIFFERENT: tuple[tuple[str, Change], ...] = (
    ("the user", say("//s:NameID", "899900000045")),
    ("the issuer", say("//s:Issuer", "CN=899900000045")),
    ("the time of issue", mark("//s:Assertion", "IssueInstant", "2030-01-01T00:00:00Z")),
    ("the time of authentication", mark("//s:AuthnStatement", "AuthnInstant", "2030-01-01T00:00:00Z")),
    ("the class of authentication", say("//s:AuthnContextClassRef", PASSWORD)),
    ("the ID", mark("//s:Assertion", "ID", "_other")),
    ("the role", mark(".//s:Attribute//*[local-name()='Role']", "code", "21")),
    ("the purpose", mark(".//s:Attribute//*[local-name()='PurposeOfUse']", "code", "bris_de_glace")),
    ("the digest", say("//d:DigestValue", "A" * 43 + "=")),
    ("the signature", say("//d:SignatureValue", "AAAA")),
    ("an attribute more", insert("//s:AttributeStatement", f'<s:Attribute xmlns:s="{NS["s"]}" Name="x"/>')),
)
BROKEN: tuple[tuple[str, Change], ...] = (
    ("no assertion", drop("//s:Assertion")),
    ("no signature", drop("//d:Signature")),
    ("the signature twice", double("//d:Signature")),
    ("the assertion twice", double("//s:Assertion")),
    ("two references", double(REFERENCE)),
    ("a reference to all", mark(REFERENCE, "URI", "")),
    ("a reference elsewhere", mark(REFERENCE, "URI", "http://example.org/assertion")),
    ("no transforms", drop(f"{REFERENCE}/d:Transforms")),
    ("one transform", drop(f"{REFERENCE}/d:Transforms/d:Transform")),
    (
        "a stylesheet as transform",
        mark(f"{REFERENCE}/d:Transforms/d:Transform", "Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
    ),
    ("no algorithm", mark("//d:SignatureMethod", "Algorithm", "none")),
    ("an algorithm of another key", mark("//d:SignatureMethod", "Algorithm", SignatureMethod.HMAC_SHA256.value)),
    ("no certificate", drop("//d:X509Data")),
    ("two certificates", double("//d:X509Certificate")),
    ("a certificate that is none", say("//d:X509Certificate", "AAAA")),
    ("a key elsewhere", insert("//d:KeyInfo", f'<d:RetrievalMethod xmlns:d="{NS["d"]}" URI="#key"/>')),
    ("a comment in the user", commented),
    ("an encrypted assertion", insert("//s:Assertion", f'<s:EncryptedAssertion xmlns:s="{NS["s"]}"/>')),
    ("an included value", insert("//s:NameID", '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include"/>')),
)


def forgeries() -> tuple[Case, ...]:
    """Every message that must be refused."""
    places = (evil_first, evil_last, genuine_in_body)
    deeper = (genuine_in_an_object, genuine_in_the_subject, genuine_as_advice)
    return (
        *(Case(f"{name} altered", after(change)) for name, change in DIFFERENT),
        *(Case(f"{name} altered", after(say(value_of(name), "autre"))) for name in TEXTS),
        *(Case(name, after(change)) for name, change in BROKEN),
        *(wrapped(place, same_id=same) for place in places for same in (False, True)),
        *map(wrapped, deeper),
        *(Case(f"without {name}", before(drop(f".//s:Attribute[@Name='{name}']"))) for name in NEEDED),
        Case("signed by another", signing(key_of="nurse")),
        Case("another's certificate", signing(key_of="nurse", certificate_of="nurse")),
        Case("on another's connection", signing(by="nurse")),
        *(Case(f"a card that is {name}", asking(name)) for name in ("expired", "revoked", "foreign")),
        Case("SHA-1", weakly(SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA1, EXCLUSIVE)),
        Case("a digest in SHA-1", weakly(SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA1, EXCLUSIVE)),
        Case(
            "inclusive canonicalization",
            weakly(SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256, CanonicalizationMethod.CANONICAL_XML_1_0),
        ),
        Case("of yesterday", asking(since=24 * HOUR)),
        Case("of tomorrow", asking(since=-24 * HOUR)),
        Case("over", asking(not_on_or_after=-HOUR)),
        Case("not yet valid", asking(not_before=HOUR)),
        Case("for another audience", asking(audience="https://elsewhere.example.org")),
        Case("about another person", about_another),
        Case("in the name of somebody else", asking(user="899900000045")),
        Case("of another structure", asking(structure="1990000028")),
        Case("of another sector", asking(sector="SA99")),
        Case("with another profession", asking(roles=(Code("21", words.PROFESSIONS),))),
        Case("a doctor without specialty", asking(roles=(Code("10", words.PROFESSIONS),))),
        Case("a card that calls itself a structure", asking(mode=Authentication.INDIRECT)),
        Case("a structure that calls itself a card", asking("hospital", mode=Authentication.DIRECT)),
    )


def genuine() -> tuple[Case, ...]:
    """Messages that must be accepted, whatever the rights of their sender are."""
    people = ("doctor", "doctor2", "doctor3", "nurse", "pharmacist", "biologist", "occupational_doctor", "secretary")
    structures = ("hospital", "laboratory", "regulation_centre")
    return (
        *(Case(name, asking(name)) for name in (*people, *structures)),
        *(Case(f"the hospital for a {who}", asking("hospital", standing_for=who)) for who in ("doctor", "nurse")),
        Case("with limits", asking(not_before=-HOUR, not_on_or_after=HOUR)),
        Case("signed in this morning", asking(authenticated_at=-5 * HOUR)),
        Case("in an emergency", asking(purpose=Mode.BREAK_GLASS, reason="Patient inconscient")),
        Case("in a secret connection", asking(secret=True)),
        Case("of an hour ago", asking(since=HOUR)),
        Case("a clock a few minutes ahead", asking(since=timedelta(minutes=-3))),
        Case(
            "RSA with SHA-512",
            weakly(SignatureMethod.RSA_SHA512, DigestAlgorithm.SHA512, EXCLUSIVE),
        ),
        Case("attributes spaced", before(lambda assertion: etree.indent(first(assertion, "s:AttributeStatement")))),
    )
