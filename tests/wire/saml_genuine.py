"""T-SAML: genuine assertions, in the many forms that producers give them, all to be accepted (security 14)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import saml_changes as do
from cryptography.hazmat.primitives.asymmetric import ec
from saml_changes import ds
from saml_world import (
    AUDIENCE,
    AUTOMATE,
    DOCTOR,
    LEGAL_ENTITY,
    NURSE,
    SECRETARY,
    TLS,
    Attempt,
    Forged,
    Memory,
    World,
    a_certificate,
    a_line,
    a_request,
    an_air_request,
    an_attempt,
)
from signxml import DigestAlgorithm, SignatureMethod

from dmp.record.actor import Authentication, Mode
from dmp.record.codes import Code
from dmp.wire.vihf import vocabulary as words
from dmp.wire.vihf.certificates import Use
from dmp.wire.vihf.mint import instant
from dmp.wire.xml import Element

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DOCTOR_NAME = "CN=899900000011+SN=ARNOUX-TEST+GN=Claire"

Build = Callable[[World], Attempt]


@dataclass(frozen=True)
class Genuine:
    """A message that must be accepted."""

    name: str
    build: Build


def before(change: do.Change, holder: str = "doctor") -> Build:
    """A holder who writes it his own way and signs."""
    return lambda world: an_attempt(world, holder, before=change)


def issuer(text: str) -> Build:
    """The name of the doctor, written in another way."""
    return before(do.setting("Issuer", text))


def signed(sign: do.Sign, holder: str = "doctor") -> Build:
    """Signed with other algorithms."""
    return lambda world: an_attempt(world, holder, sign=sign)


def asking(holder: str = "doctor", **changes: object) -> Build:
    """Asking for something else."""
    return lambda world: an_attempt(world, holder, request=a_request(world.holders[holder], **changes))


def by_air(**changes: object) -> Build:
    """A hospital for a user it has authenticated."""
    return lambda world: an_attempt(world, "hospital", request=an_air_request(world, **changes))


def bounded(**changes: timedelta) -> Build:
    """With limits of its own, counted from now."""

    def build(world: World) -> Attempt:
        bounds = {name: world.at + delay for name, delay in changes.items()}
        return an_attempt(world, request=a_request(world.holders["doctor"], **bounds))

    return build


def _other_curve(world: World) -> Attempt:
    made: Forged = a_certificate(world, Use.SIGNATURE, make_key=lambda: ec.generate_private_key(ec.SECP384R1()))
    sign = do.signing(SignatureMethod.ECDSA_SHA384, DigestAlgorithm.SHA384)
    return an_attempt(world, sign=sign, key=made.key, certificate=made.certificate)


def _non_repudiation(world: World) -> Attempt:
    made = a_certificate(world, Use.SIGNATURE, usage="content_commitment")
    return an_attempt(world, key=made.key, certificate=made.certificate)


def _geographic_entity(world: World) -> Attempt:
    """The certificate of the legal entity, the geographic one in the assertion (functional 1.6)."""
    structures = {LEGAL_ENTITY: a_line("EG", parent="1990000028")}
    request = a_request(world.holders["hospital"], structure=LEGAL_ENTITY)
    return an_attempt(world, "hospital", request=request, register=replace(world.register, structures=structures))


def _used_before(world: World) -> Attempt:
    """One assertion for several calls of its holder (DEC-50)."""
    memory = Memory()
    attempt = an_attempt(world, memory=memory)
    attempt.run()
    return attempt


def _sha1(world: World) -> Attempt:
    sign = do.signing(SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA1)
    trust = replace(world.trust, accept_sha1=True)
    return an_attempt(world, sign=sign, policy=replace(world.policy, trust=trust))


def _typed_with_prefixes(world: World) -> Attempt:
    """`xs:string` in values, its prefix declared on the assertion and listed for canonicalization."""
    return an_attempt(
        world,
        before=do.typed_values,
        sign=lambda a, key, cert: do.signing(prefixes=["xs"])(_with_xs(a), key, cert),
    )


def _with_xs(assertion: Element) -> Element:
    written = do.etree.tostring(assertion).replace(b"<saml2:Assertion ", b'<saml2:Assertion xmlns:xs="' + XS + b'" ', 1)
    return do.etree.fromstring(written)


XS = b"http://www.w3.org/2001/XMLSchema"


def _confirmed(world: World) -> Attempt:
    end = instant(world.at + HOUR)
    data = f'<saml2:SubjectConfirmationData NotOnOrAfter="{end}"/>'
    method = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    xml = f'<saml2:SubjectConfirmation Method="{method}">{data}</saml2:SubjectConfirmation>'
    return an_attempt(world, before=do.inserting("Subject", xml, 1))


def _written(text: str) -> Build:
    """IssueInstant in another spelling of the same time."""
    return before(do.marking("", "IssueInstant", text))


def _beside(xml: str) -> Build:
    """Something else in Security, which says nothing of the caller."""
    return lambda world: an_attempt(world, after=lambda e: do.security_of(e).append(do.parsed(xml)))


GENUINE = (
    Genuine("doctor", asking()),
    Genuine("doctor with an EC card", asking("doctor2")),
    Genuine("nurse", asking("nurse")),
    Genuine("pharmacist", asking("pharmacist")),
    Genuine("biologist", asking("biologist")),
    Genuine("occupational doctor", asking("occupational_doctor")),
    Genuine("secretary with a staff card", asking("secretary")),
    Genuine("doctor in training", asking(roles=(Code("10", words.PROFESSIONS_IN_TRAINING),))),
    Genuine("psychologist", asking(roles=(Code("93", words.TITLES),))),
    Genuine(
        "known by his role in care",
        asking(roles=(Code("99", words.OTHER_PROFESSIONS), Code("313", words.ROLES_IN_CARE))),
    ),
    Genuine("card of somebody without a profession of health", asking(roles=SECRETARY)),
    Genuine("hospital", asking("hospital")),
    Genuine("hospital for a national id", asking("hospital", user="899900000011")),
    Genuine("laboratory by its software", asking("laboratory", roles=AUTOMATE)),
    Genuine("legal entity for its site", _geographic_entity),
    Genuine("regulation centre", asking("regulation_centre", purpose=Mode.EMERGENCY_DISPATCH)),
    Genuine("AIR, doctor", by_air()),
    Genuine("AIR, nurse", by_air(user="899900000045", roles=NURSE)),
    Genuine("AIR simplified, declared", by_air(context_declaration=words.SIMPLIFIED_CONTEXT)),
    Genuine(
        "AIR simplified, without class",
        by_air(context_class="", context_declaration=words.SIMPLIFIED_CONTEXT),
    ),
    Genuine(
        "AIR simplified, as an element of the declaration",
        lambda w: an_attempt(
            w,
            "hospital",
            request=an_air_request(w, context_declaration="x"),
            before=lambda a: do.nested(a, "AuthnStatement/AuthnContext/AuthnContextDecl", words.SIMPLIFIED_CONTEXT),
        ),
    ),
    Genuine("AIR, employee with a local id", by_air(user="1990000028/77", roles=SECRETARY)),
    Genuine("Issuer reversed", issuer(f"C=FR,ST=TEST,T=Médecin,{DOCTOR_NAME}")),
    Genuine("Issuer as .NET writes it", issuer("CN=899900000011 + SN=ARNOUX-TEST + G=Claire, T=Médecin, S=TEST, C=FR")),
    Genuine("Issuer by OIDs", issuer(f"{DOCTOR_NAME.replace('GN=', '2.5.4.42=')},OID.2.5.4.12=Médecin,ST=TEST,C=FR")),
    Genuine("Issuer in escaped octets", issuer(f"{DOCTOR_NAME},T=M\\C3\\A9decin,ST=TEST,C=FR")),
    Genuine("Issuer in DER", issuer(f"{DOCTOR_NAME},T=#0c084dc3a9646563696e,ST=TEST,C=FR")),
    Genuine("Issuer quoted", issuer(f'{DOCTOR_NAME};T="Médecin";ST=TEST;C=FR')),
    Genuine("Issuer decomposed", issuer(f"{DOCTOR_NAME},T=Me\u0301decin,ST=TEST,C=FR")),
    Genuine(
        "Issuer with its attributes in another order",
        issuer("SURNAME=ARNOUX-TEST+GIVENNAME=Claire+CN=899900000011,TITLE=Médecin,ST=TEST,C=fr"),
    ),
    Genuine("signature first", before(do.keeping_place(0))),
    Genuine("signature last", before(do.keeping_place(-1))),
    Genuine("pretty-printed", before(do.pretty)),
    Genuine("xsi:type on the values", before(do.typed_values)),
    Genuine("xsi:type and PrefixList", _typed_with_prefixes),
    Genuine("Authentification_mode", before(do.renamed(words.MODE, "Authentification_mode"))),
    Genuine("AUTHENTIFICATION_MODE", before(do.renamed(words.MODE, "AUTHENTIFICATION_MODE"))),
    Genuine("VIHF 4.0", asking(version="4.0")),
    Genuine("purposes of the newer system", before(do.coded(words.PURPOSE, codeSystem=words.PURPOSE_SYSTEMS[1]))),
    Genuine("our audience", asking(audience=AUDIENCE)),
    Genuine("its own limits", bounded(not_before=-MINUTE, not_on_or_after=5 * MINUTE)),
    Genuine("limits within the skew", bounded(not_before=MINUTE, not_on_or_after=-MINUTE)),
    Genuine("authenticated this morning", bounded(authenticated_at=-5 * HOUR)),
    Genuine("a clock four minutes ahead", lambda w: an_attempt(w, issued=-4 * MINUTE)),
    Genuine("seven hours old, direct", lambda w: an_attempt(w, issued=7 * HOUR)),
    Genuine("twenty-nine minutes old, indirect", lambda w: an_attempt(w, "hospital", issued=29 * MINUTE)),
    Genuine("IssueInstant with an offset", _written("2026-03-02T10:00:00+01:00")),
    Genuine("IssueInstant with seven decimals", _written("2026-03-02T09:00:00.1234567Z")),
    Genuine("IssueInstant without zone", _written("2026-03-02T09:00:00")),
    Genuine("confirmed by bearer", _confirmed),
    Genuine("break-glass with its reason", asking(purpose=Mode.BREAK_GLASS, reason="Patient inconscient")),
    Genuine("secret connection", asking(secret=True)),
    Genuine("no patient", asking(patient=None)),
    Genuine("without serial number", before(do.without(words.CLIENT_SERIAL))),
    Genuine("attribute of another convention", before(do.inserting("AttributeStatement", do.OTHER_ATTRIBUTE))),
    Genuine("NameFormat and FriendlyName", before(do.friendly)),
    Genuine("used before by the same holder", _used_before),
    Genuine("RSA with SHA-512", signed(do.signing(SignatureMethod.RSA_SHA512, DigestAlgorithm.SHA512))),
    Genuine("RSA-PSS", signed(do.signing(SignatureMethod.SHA256_RSA_MGF1))),
    Genuine("P-384 with SHA-384", _other_curve),
    Genuine("nonRepudiation alone", _non_repudiation),
    Genuine("SHA-1 where it is allowed", _sha1),
    Genuine("KeyValue and KeyName beside the certificate", signed(do.signing(value=True, name="card"))),
    Genuine(
        "KeyValue of somebody else, which nobody reads",
        lambda w: an_attempt(
            w, sign=do.signing(value=True), after=do.setting(ds("KeyInfo/KeyValue/RSAKeyValue/Modulus"), "AQAB")
        ),
    ),
    Genuine(
        "subject name beside the certificate",
        lambda w: an_attempt(
            w, after=do.inserting(ds("KeyInfo/X509Data"), "<ds:X509SubjectName>CN=x</ds:X509SubjectName>")
        ),
    ),
    Genuine("Timestamp in Security", _beside('<wsu:Timestamp wsu:Id="TS-1"/>')),
    Genuine("handshake certificate in DER", lambda w: _in_der(an_attempt(w))),
    Genuine("AIR by TLS class", by_air(context_class=TLS, mode=Authentication.REINFORCED, roles=DOCTOR)),
)
"""Every message that must be accepted."""


def _in_der(attempt: Attempt) -> Attempt:
    assert not isinstance(attempt.peer, bytes)
    return replace(attempt, peer=attempt.peer.public_bytes(do.Encoding.DER))
