"""What forgers, careless producers and merely different producers do to an assertion or to its message."""

import base64
import copy
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from saml_world import ASSERTION_ID, Change, Sign
from signxml import DigestAlgorithm, SignatureMethod, XMLSigner
from signxml.algorithms import CanonicalizationMethod

from dmp.sandbox.issuing import Key
from dmp.wire.vihf import vocabulary as words
from dmp.wire.xml import Element

S, D = f"{{{words.SAML}}}", f"{{{words.DS}}}"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
ENVELOPED = f"{words.DS}enveloped-signature"
XENC = "http://www.w3.org/2001/04/xmlenc#"
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0


# Finding things


def assertion_of(envelope: Element) -> Element:
    """The assertion under Security."""
    return envelope.find(f".//{{{words.WSSE}}}Security/{S}Assertion")


def security_of(envelope: Element) -> Element:
    """The security header."""
    return envelope.find(f".//{{{words.WSSE}}}Security")


def body_of(envelope: Element) -> Element:
    """The body."""
    return envelope.find(f"{{{words.SOAP}}}Body")


def attribute_of(assertion: Element, name: str) -> Element:
    """One attribute of an assertion."""
    return next(each for each in assertion.iter(f"{S}Attribute") if each.get("Name") == name)


def value_of(assertion: Element, name: str) -> Element:
    """The first value of an attribute."""
    return attribute_of(assertion, name)[0]


# Changes by path


def setting(path: str, text: str) -> Change:
    """Write the text of the element at a path of SAML names below the assertion."""

    def change(element: Element) -> None:
        _at(element, path).text = text

    return change


def marking(path: str, name: str, value: str | None) -> Change:
    """Set, or remove, an XML attribute."""

    def change(element: Element) -> None:
        target = _at(element, path)
        if value is None:
            del target.attrib[name]
        else:
            target.set(name, value)

    return change


def dropping(path: str) -> Change:
    """Remove an element."""

    def change(element: Element) -> None:
        target = _at(element, path)
        target.getparent().remove(target)

    return change


def doubling(path: str) -> Change:
    """Put a copy of an element behind it."""

    def change(element: Element) -> None:
        target = _at(element, path)
        target.addnext(copy.deepcopy(target))

    return change


def inserting(path: str, xml: str, at: int = 0) -> Change:
    """Parse an element and put it inside another."""

    def change(element: Element) -> None:
        _at(element, path).insert(at, parsed(xml))

    return change


def parsed(xml: str) -> Element:
    """An element written with the usual prefixes."""
    names = {"saml2": words.SAML, "ds": words.DS, "xsi": words.XSI, "hl7": words.HL7, "wsu": WSU, "xenc": XENC}
    names |= {"wsse": words.WSSE, "xop": words.XOP, "ec": words.EXC_C14N}
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in names.items())
    wrapped = etree.fromstring(f"<w {declared}>{xml}</w>".encode())
    return wrapped[0]


def _at(element: Element, path: str) -> Element:
    """The element at a path from the assertion: `Subject/NameID`, `ds:Signature`, or `@Name` for a value."""
    root = element if element.tag == f"{S}Assertion" else assertion_of(element)
    if not path:
        return root
    if path.startswith("@"):
        return value_of(root, path[1:])
    steps = [D + step[3:] if step.startswith("ds:") else S + step for step in path.split("/")]
    found = root.find("/".join(steps))
    assert found is not None, path
    return found


def ds(path: str) -> str:
    """A path of signature names: `SignedInfo/Reference`."""
    return "/".join(f"ds:{step}" for step in ("Signature", *path.split("/")) if step)


# Attributes


def without(name: str) -> Change:
    """Leave an attribute out."""

    def change(assertion: Element) -> None:
        target = attribute_of(assertion, name)
        target.getparent().remove(target)

    return change


def twice(name: str, as_name: str = "") -> Change:
    """Give an attribute twice, perhaps in another spelling."""

    def change(assertion: Element) -> None:
        target = attribute_of(assertion, name)
        again = copy.deepcopy(target)
        again.set("Name", as_name or name)
        target.addnext(again)

    return change


def renamed(name: str, to: str) -> Change:
    """Give an attribute another name."""

    def change(assertion: Element) -> None:
        attribute_of(assertion, name).set("Name", to)

    return change


def two_values(name: str) -> Change:
    """Give an attribute its value twice."""

    def change(assertion: Element) -> None:
        target = attribute_of(assertion, name)
        target.append(copy.deepcopy(target[0]))

    return change


def coded(name: str, **values: str) -> Change:
    """Change the XML attributes of the coded element in the first value."""

    def change(assertion: Element) -> None:
        for key, value in values.items():
            value_of(assertion, name)[0].set(key, value)

    return change


def both(*changes: Change) -> Change:
    """One after the other."""

    def change(element: Element) -> None:
        for each in changes:
            each(element)

    return change


# Wrapping (XSW)


def evil_copy(envelope: Element) -> tuple[Element, Element]:
    """Take the signed assertion away and put in its place a copy that says somebody else."""
    genuine = assertion_of(envelope)
    evil = copy.deepcopy(genuine)
    evil.find(f"{S}Subject/{S}NameID").text = "899900000029"
    genuine.getparent().replace(genuine, evil)
    return evil, genuine


def genuine_in_body(envelope: Element) -> None:
    """The signed one in the body, the evil one where it is read, with the signature."""
    evil, genuine = evil_copy(envelope)
    evil.set("ID", "_evil")
    body_of(envelope)[0].append(genuine)


def genuine_in_body_same_id(envelope: Element) -> None:
    """The same with one ID for both."""
    _, genuine = evil_copy(envelope)
    body_of(envelope)[0].append(genuine)


def evil_first(envelope: Element) -> None:
    """The evil one before the signed one."""
    evil, genuine = evil_copy(envelope)
    evil.remove(evil.find(f"{D}Signature"))
    evil.set("ID", "_evil")
    evil.addnext(genuine)


def evil_last(envelope: Element) -> None:
    """The evil one after the signed one."""
    evil, genuine = evil_copy(envelope)
    evil.remove(evil.find(f"{D}Signature"))
    evil.set("ID", "_evil")
    evil.addprevious(genuine)


def genuine_in_object(envelope: Element) -> None:
    """The signed one in an Object of the signature of the evil one."""
    evil, genuine = evil_copy(envelope)
    evil.set("ID", "_evil")
    genuine.remove(genuine.find(f"{D}Signature"))
    etree.SubElement(evil.find(f"{D}Signature"), f"{D}Object").append(genuine)


def genuine_in_subject(envelope: Element) -> None:
    """The signed one deep inside the evil one."""
    evil, genuine = evil_copy(envelope)
    evil.set("ID", "_evil")
    genuine.remove(genuine.find(f"{D}Signature"))
    evil.find(f"{S}Subject").append(genuine)


def genuine_in_advice(envelope: Element) -> None:
    """The signed one as an advice of the evil one."""
    evil, genuine = evil_copy(envelope)
    evil.set("ID", "_evil")
    etree.SubElement(evil, f"{S}Advice").append(genuine)


def second_security(envelope: Element) -> None:
    """The evil one in a security header of its own."""
    evil, genuine = evil_copy(envelope)
    other = etree.SubElement(envelope[0], f"{{{words.WSSE}}}Security")
    other.append(genuine)
    evil.set("ID", "_evil")


def signature_beside(envelope: Element) -> None:
    """The signature detached, beside the assertion."""
    assertion = assertion_of(envelope)
    security_of(envelope).append(assertion.find(f"{D}Signature"))


def signature_deeper(envelope: Element) -> None:
    """The signature inside Subject."""
    assertion = assertion_of(envelope)
    assertion.find(f"{S}Subject").append(assertion.find(f"{D}Signature"))


def signature_in_body(envelope: Element) -> None:
    """One more signature, in the body."""
    body_of(envelope)[0].append(copy.deepcopy(assertion_of(envelope).find(f"{D}Signature")))


def assertion_in_header(envelope: Element) -> None:
    """The assertion beside Security."""
    envelope[0].append(assertion_of(envelope))


def security_in_body(envelope: Element) -> None:
    """Security in the body."""
    body_of(envelope).append(security_of(envelope))


def same_id(name: str) -> Change:
    """Something in the body that bears the ID of the assertion."""

    def change(envelope: Element) -> None:
        body_of(envelope)[0].set(name, ASSERTION_ID)

    return change


def reference_to_body(envelope: Element) -> None:
    """The signature says that it signed the body."""
    body_of(envelope)[0].set("ID", "_body")
    _at(envelope, ds("SignedInfo/Reference")).set("URI", "#_body")


def looking_alike(envelope: Element) -> None:
    """Both transforms under names that a library may skip."""
    for transform in _at(envelope, ds("SignedInfo/Reference/Transforms")):
        transform.tag = f"{{{words.HL7}}}Transform"


def versioned(envelope: Element) -> None:
    """The version of the certificate set to one that X.509 does not have."""
    found = _at(envelope, ds("KeyInfo/X509Data/X509Certificate"))
    octets = base64.b64decode(found.text)
    assert b"\xa0\x03\x02\x01\x02" in octets
    found.text = base64.b64encode(octets.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07", 1)).decode()


# Hidden content


def comment_in_name(envelope: Element) -> None:
    """`8999000…<!-- -->11`: what `.text` would cut, and canonicalization forgets."""
    name = _at(envelope, "Subject/NameID")
    text = name.text
    name.text = text[:6]
    comment = etree.Comment("x")
    comment.tail = text[6:]
    name.append(comment)


def comment_between(envelope: Element) -> None:
    """A comment that no value holds."""
    _at(envelope, "Subject").append(etree.Comment("x"))


# Signing otherwise


def signing(
    method: SignatureMethod | None = None,
    digest: DigestAlgorithm = DigestAlgorithm.SHA256,
    *,
    prefixes: list[str] | None = None,
    value: bool = False,
    c14n: CanonicalizationMethod = EXCLUSIVE,
    name: str | None = None,
) -> Sign:
    """Sign with other algorithms or another KeyInfo than ours."""

    def sign(assertion: Element, key: Key, certificate: x509.Certificate) -> Element:
        usual = SignatureMethod.RSA_SHA256 if isinstance(key, RSAPrivateKey) else SignatureMethod.ECDSA_SHA256
        signer = _LenientSigner(signature_algorithm=method or usual, digest_algorithm=digest, c14n_algorithm=c14n)
        return signer.sign(
            assertion,
            key=key,
            cert=[certificate],
            id_attribute="ID",
            reference_uri=assertion.get("ID"),
            inclusive_ns_prefixes=prefixes,
            always_add_key_value=value,
            key_name=name,
        )

    return sign


def signing_with_hmac(assertion: Element, key: Key, certificate: x509.Certificate) -> Element:
    """Key confusion: an HMAC whose secret is the public key that everybody has."""
    secret = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signer = XMLSigner(signature_algorithm=SignatureMethod.HMAC_SHA256, c14n_algorithm=EXCLUSIVE)
    signed = signer.sign(assertion, key=secret, id_attribute="ID", reference_uri=assertion.get("ID"))
    info = signed.find(f"{D}Signature/{D}KeyInfo")
    if info is None:
        info = etree.SubElement(signed.find(f"{D}Signature"), f"{D}KeyInfo")
    data = etree.SubElement(etree.SubElement(info, f"{D}X509Data"), f"{D}X509Certificate")
    data.text = "".join(certificate.public_bytes(Encoding.PEM).decode().splitlines()[1:-1])
    return signed


def not_signing(assertion: Element, key: Key, certificate: x509.Certificate) -> Element:
    """Do not sign at all."""
    assertion.remove(assertion.find(f"{D}Signature"))
    return assertion


def keeping_place(index: int) -> Callable[[Element], None]:
    """Move the placeholder of the signature to another place among the children."""

    def change(assertion: Element) -> None:
        placeholder = assertion.find(f"{D}Signature")
        assertion.remove(placeholder)
        assertion.insert(index if index >= 0 else len(assertion), placeholder)

    return change


class _LenientSigner(XMLSigner):
    """Signs with SHA-1 too, and writes the PrefixList that its digests use."""

    def check_deprecated_methods(self) -> None:
        pass

    def _build_transforms_for_reference(self, *, transforms_node, reference, **options):
        super()._build_transforms_for_reference(transforms_node=transforms_node, reference=reference, **options)
        if reference.inclusive_ns_prefixes:
            listed = etree.SubElement(transforms_node[-1], f"{{{words.EXC_C14N}}}InclusiveNamespaces")
            listed.set("PrefixList", " ".join(reference.inclusive_ns_prefixes))


def pretty(assertion: Element) -> None:
    """White space between all elements."""
    etree.indent(assertion, space="    ")


def typed_values(assertion: Element) -> None:
    """`xsi:type="xs:string"` on every text value, as OpenSAML writes it."""
    for value in assertion.iter(f"{S}AttributeValue"):
        if not len(value):
            value.set(f"{{{words.XSI}}}type", "xs:string")


OTHER_ATTRIBUTE = (
    '<saml2:Attribute Name="urn:oasis:names:tc:xspa:1.0:subject:organization">'
    "<saml2:AttributeValue>Cabinet</saml2:AttributeValue></saml2:Attribute>"
)


def friendly(assertion: Element) -> None:
    """What SAML allows on every attribute."""
    for attribute in assertion.iter(f"{S}Attribute"):
        attribute.set("NameFormat", "urn:oasis:names:tc:SAML:2.0:attrname-format:uri")
        attribute.set("FriendlyName", "x")


def nested(assertion: Element, path: str, text: str) -> None:
    """Put a text into an element of its own below the one at the path."""
    target = _at(assertion, path)
    target.text = None
    etree.SubElement(target, "{urn:example}method").text = text
