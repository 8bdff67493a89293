"""Make and sign the security header of a message, in any of the three modes (xds-wire 8.1 to 8.3)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml.builder import ElementMaker
from signxml import SignatureMethod, XMLSigner
from signxml.algorithms import CanonicalizationMethod

from dmp.record.actor import Authentication, ClientSystem, Mode
from dmp.record.codes import Code
from dmp.record.hl7text import Cx
from dmp.record.patient import PatientId
from dmp.wire.vihf import vocabulary as words
from dmp.wire.xml import Element

Key = RSAPrivateKey | EllipticCurvePrivateKey

SMARTCARD = f"{words.CONTEXT_CLASSES}SmartcardPKI"

_SAML = ElementMaker(namespace=words.SAML, nsmap={"saml2": words.SAML})
_HL7 = ElementMaker(namespace=words.HL7, nsmap={"hl7": words.HL7, "xsi": words.XSI})
_DS = ElementMaker(namespace=words.DS, nsmap={"ds": words.DS})
_WSSE = ElementMaker(namespace=words.WSSE, nsmap={"wsse": words.WSSE})
_ISSUER_NAMES = {
    x509.NameOID.SURNAME: "SN",
    x509.NameOID.GIVEN_NAME: "GN",
    x509.NameOID.TITLE: "T",
}


@dataclass(frozen=True)
class VihfRequest:
    """What the assertion shall say; see `assertion.Vihf` for the meaning of each.

    `user` becomes NameID; `subject` the display name, due outside direct mode.
    `context_class` and `context_declaration` say how the user was authenticated.
    `not_before` and `not_on_or_after` write Conditions, `audience` its restriction.
    """

    mode: Authentication
    user: str
    structure: str
    sector: str
    roles: tuple[Code, ...]
    patient: PatientId | None = None
    purpose: Mode = Mode.NORMAL
    reason: str = ""
    subject: str = ""
    secret: bool = False
    client: ClientSystem = ClientSystem(name="dmp", version="1", approval="DMP-TEST")
    version: str = "3.0"
    context_class: str = SMARTCARD
    context_declaration: str = ""
    authenticated_at: datetime | None = None
    not_before: datetime | None = None
    not_on_or_after: datetime | None = None
    audience: str = ""


def mint(request: VihfRequest, *, key: Key, certificate: x509.Certificate, at: datetime, new_id: str) -> Element:
    """Build `wsse:Security` with the signed assertion.

    Args:
        request: What to say.
        key: Private key, already loaded.
        certificate: Its signature certificate, the one in KeyInfo; its subject is the Issuer.
        at: IssueInstant, and AuthnInstant when the request has none.
        new_id: The ID of the assertion, an XML name such as `_` and a UUID.
    """
    return _WSSE("Security", sign(unsigned(request, certificate=certificate, at=at, new_id=new_id), key, certificate))


def unsigned(request: VihfRequest, *, certificate: x509.Certificate, at: datetime, new_id: str) -> Element:
    """Build the assertion with a placeholder where `sign` puts the signature."""
    issuer = certificate.subject.rfc4514_string(_ISSUER_NAMES)
    assertion = _SAML("Assertion", ID=new_id, IssueInstant=instant(at), Version="2.0")
    assertion.append(_SAML("Issuer", issuer, Format=words.X509_SUBJECT_NAME))
    assertion.append(_DS("Signature", Id="placeholder"))
    assertion.append(_SAML("Subject", _SAML("NameID", request.user)))
    conditions = _conditions(request)
    if conditions is not None:
        assertion.append(conditions)
    assertion.append(_SAML("AuthnStatement", _context(request), AuthnInstant=instant(request.authenticated_at or at)))
    assertion.append(_SAML("AttributeStatement", *_attributes(request)))
    return assertion


def sign(assertion: Element, key: Key, certificate: x509.Certificate) -> Element:
    """Sign an assertion: exclusive canonicalization, SHA-256, the certificate alone in KeyInfo."""
    rsa = isinstance(key, RSAPrivateKey)
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256 if rsa else SignatureMethod.ECDSA_SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    return signer.sign(assertion, key=key, cert=[certificate], id_attribute="ID", reference_uri=assertion.get("ID"))


def instant(at: datetime) -> str:
    """A time as SAML writes it, UTC to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _conditions(request: VihfRequest) -> Element | None:
    bounds = {"NotBefore": request.not_before, "NotOnOrAfter": request.not_on_or_after}
    written = {name: instant(bound) for name, bound in bounds.items() if bound is not None}
    if not written and not request.audience:
        return None
    conditions = _SAML("Conditions", **written)
    if request.audience:
        conditions.append(_SAML("AudienceRestriction", _SAML("Audience", request.audience)))
    return conditions


def _context(request: VihfRequest) -> Element:
    context = _SAML("AuthnContext")
    if request.context_class:
        context.append(_SAML("AuthnContextClassRef", request.context_class))
    if request.context_declaration:
        context.append(_SAML("AuthnContextDecl", request.context_declaration))
    return context


def _attributes(request: VihfRequest) -> list[Element]:
    client = request.client
    texts = {
        words.VERSION: request.version,
        words.MODE: request.mode.value,
        words.STRUCTURE: request.structure,
        words.SECTOR: f"{request.sector}^{words.SECTOR_SYSTEM}",
        words.SUBJECT_ID: request.subject,
        words.RESOURCE_ID: _resource(request.patient),
        words.RESOURCE_URN: words.DMP_URN,
        words.REASON: request.reason,
        words.CLIENT_SERIAL: client.serial,
        words.CLIENT_NAME: client.name,
        words.CLIENT_VERSION: client.version,
        words.CLIENT_APPROVAL: client.approval,
    }
    written = [_attribute(name, value) for name, value in texts.items() if value]
    purpose = Code(request.purpose.value, words.PURPOSE_SYSTEMS[0])
    written.append(_attribute(words.ROLE, *(_coded("Role", role) for role in request.roles)))
    written.append(_attribute(words.PURPOSE, _coded("PurposeOfUse", purpose)))
    if request.secret:
        secret = Code(words.SECRET_CONNECTION, words.CONFIDENTIALITY_SYSTEM)
        written.append(_attribute(words.CONFIDENTIALITY, _coded("ConfidentialityCode", secret)))
    return written


def _resource(patient: PatientId | None) -> str:
    return "" if patient is None else Cx(patient.number, patient.root, "NH").text


def _attribute(name: str, *values: Element | str) -> Element:
    return _SAML("Attribute", *(_SAML("AttributeValue", value) for value in values), Name=name)


def _coded(name: str, code: Code) -> Element:
    shown = {"displayName": code.display} if code.display else {}
    element = _HL7(name, code=code.code, codeSystem=code.system, **shown)
    element.set(f"{{{words.XSI}}}type", "CE")
    return element
