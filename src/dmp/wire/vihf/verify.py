"""From the security header of a message to the person who calls: the twelve checks of xds-wire 8.4, in order.

Step 10 is `check_patient`, for the reader of the body; step 11 belongs to the
access rules. One refusal, one precise reason for the trace and one public
code for the client (DEC-118, security 4.7).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from cryptography import x509

from dmp.record import nomenclature
from dmp.record.actor import Actor, Authentication, Caller, Facility, FacilitySoftware, Professional, Staff
from dmp.record.errors import DmpCode
from dmp.record.listed import Listed
from dmp.record.patient import PatientId
from dmp.record.professional import is_national
from dmp.wire.vihf import certificates, names, signature
from dmp.wire.vihf import vocabulary as words
from dmp.wire.vihf.assertion import Statements, Vihf, read_statements
from dmp.wire.vihf.attributes import RoleKnown, check_roles, read_vihf
from dmp.wire.vihf.certificates import Holder, HolderKind, TrustPolicy, Use
from dmp.wire.vihf.revocation import Crls
from dmp.wire.vihf.vocabulary import refuse
from dmp.wire.xml import Element

HEALTH_PROFESSIONS = frozenset({words.PROFESSIONS, words.PROFESSIONS_IN_TRAINING, words.TITLES})
"""Systems whose codes make a `Professional` of a person; all other roles make `Staff`."""


@dataclass(frozen=True)
class Times:
    """How far clocks and lives may go (DEC-51)."""

    ahead: timedelta = timedelta(minutes=5)
    skew: timedelta = timedelta(minutes=2)
    life: timedelta = timedelta(minutes=30)
    """Of an assertion in the indirect modes."""
    life_direct: timedelta = timedelta(hours=8)
    authentication: timedelta = timedelta(hours=24)
    """Age of the authentication of the user."""


class Directory(Protocol):
    """Who exists, and who works where (8.4-9)."""

    def structure(self, id: str, /) -> Listed | None:  # noqa: A002
        """A structure, None when unknown."""
        ...

    def professional(self, id: str, /) -> Listed | None:  # noqa: A002
        """A professional, None when unknown."""
        ...

    def linked(self, professional: str, structure: str, /) -> bool:
        """Tell whether the professional works in the structure."""
        ...


class Replay(Protocol):
    """What was seen inside its window of validity, shared by all workers (DEC-50)."""

    def first_or_same(self, name: str, *, content: str, holder: str, until: datetime) -> bool:
        """Remember an assertion; false when its id came already with other content or from another holder."""
        ...


@dataclass(frozen=True)
class VihfPolicy:
    """What this service takes: settings and tables, the same for every message."""

    trust: TrustPolicy
    crls: Crls
    audiences: frozenset[str] = frozenset()
    times: Times = Times()
    role_known: RoleKnown = nomenclature.role_known


def verify(
    envelope: Element,
    security: Element,
    *,
    peer: x509.Certificate | bytes,
    at: datetime,
    policy: VihfPolicy,
    directory: Directory,
    replay: Replay,
) -> tuple[Caller, Vihf]:
    """Verify the VIHF of a message and say who calls (xds-wire 8.4).

    Args:
        envelope: Root of the message, from the hardened parser.
        security: Its `wsse:Security`, a child of the SOAP header.
        peer: Client certificate of the TLS session, DER when octets.
        at: Time of reception.
        policy: Anchors, revocation lists, tables, times.
        directory: Professionals and structures.
        replay: Assertions already used; asked last, when all else holds.

    Raises:
        AssertionRefused: with the check that failed and the public code.
    """
    located = signature.locate(envelope, security, accept_sha1=policy.trust.accept_sha1)
    signer = _trusted(located.certificate, Use.SIGNATURE, policy, at)
    client = _trusted(_loaded(peer), Use.AUTHENTICATION, policy, at)
    if not signer.same(client):
        refuse("holder: the TLS certificate and the signing certificate are not of the same holder")
    caller, vihf, content = _believed(located, signer, at=at, policy=policy, directory=directory)
    _check_replay(content, vihf, holder=client, policy=policy, replay=replay)
    return caller, vihf


def verify_alone(
    envelope: Element, security: Element, *, at: datetime, policy: VihfPolicy, directory: Directory
) -> tuple[Caller, Vihf]:
    """Verify a VIHF that comes through a browser, without the client certificate of a message (TD0.9, TD0.10).

    The signature alone says who made it. It must name an audience, ours: what
    was signed for a message is no link, whoever got hold of it. Whether it was
    used before is for the caller to ask.

    Raises:
        AssertionRefused: with the check that failed.
    """
    located = signature.locate(envelope, security, accept_sha1=policy.trust.accept_sha1)
    signer = _trusted(located.certificate, Use.SIGNATURE, policy, at)
    caller, vihf, _ = _believed(located, signer, at=at, policy=policy, directory=directory)
    if not vihf.statements.audiences:
        refuse("audience: none, where ours is due")
    return caller, vihf


def _believed(
    located: signature.Located, signer: Holder, *, at: datetime, policy: VihfPolicy, directory: Directory
) -> tuple[Caller, Vihf, bytes]:
    """What a trusted signer says, and the octets that he signed."""
    signed = signature.open_signed(located, at=at)
    statements = read_statements(signed.element)
    _check_issuer(statements, signer)
    vihf = _read(signed.element, statements, signer=signer, policy=policy, at=at)
    _check_mode(vihf, signer)
    check_roles(vihf, policy.role_known)
    facility = _check_directory(vihf, signer, directory)
    actor = _actor(vihf, signer, facility)
    return _caller(vihf, actor), vihf, signed.content


def check_patient(vihf: Vihf, patient: PatientId) -> None:
    """Check that the patient in the body is the one of the assertion, as (number, root) (8.4-10, DEC-102, DEC-107).

    Raises:
        AssertionRefused: `DMPPatientMismatch`; `DMPInvalidVIHF` when the assertion names no patient.
    """
    if vihf.patient is None:
        refuse("patient: the assertion names no patient, the body does")
    if vihf.patient != patient:
        refuse("patient: the assertion and the body name different patients", DmpCode.PATIENT_MISMATCH)


def _trusted(certificate: x509.Certificate, use: Use, policy: VihfPolicy, at: datetime) -> Holder:
    return certificates.check(certificate, use, trust=policy.trust, crls=policy.crls, at=at)


def _loaded(peer: x509.Certificate | bytes) -> x509.Certificate:
    if isinstance(peer, x509.Certificate):
        return peer
    try:
        return x509.load_der_x509_certificate(peer)
    except (ValueError, x509.InvalidVersion):
        refuse("authentication certificate: it cannot be read", DmpCode.INVALID_CERTIFICATE)


def _check_issuer(statements: Statements, signer: Holder) -> None:
    try:
        issuer = names.parse(statements.issuer)
    except ValueError:
        refuse("issuer: not a distinguished name")
    if not issuer.same(signer.subject):
        refuse("issuer: not the subject of the signing certificate")


def _read(element: Element, statements: Statements, *, signer: Holder, policy: VihfPolicy, at: datetime) -> Vihf:
    """Times and audience first, then the attributes, in the order of the specification.

    How long an assertion lives depends on its mode, which is not read yet:
    the kind of the signer tells, and step 7 makes sure that both agree.
    """
    times = policy.times
    direct = signer.kind is not HolderKind.STRUCTURE
    _check_times(statements, times.life_direct if direct else times.life, times=times, at=at)
    if not all(policy.audiences.intersection(group) for group in statements.audiences):
        refuse("audience: none of the audiences is ours")
    return read_vihf(element, statements)


def _check_times(statements: Statements, life: timedelta, *, times: Times, at: datetime) -> None:
    """Step 5 (DEC-51): what is too old is expired, what is not valid yet is wrong."""
    if statements.issued_at > at + times.ahead:
        refuse("time: IssueInstant is in the future")
    if at - statements.issued_at > life:
        refuse("time: the assertion is older than its longest life", DmpCode.EXPIRED_VIHF)
    for window in statements.windows:
        if window.not_before is not None and window.not_before > at + times.skew:
            refuse("time: NotBefore is in the future")
        if window.not_on_or_after is not None and window.not_on_or_after <= at - times.skew:
            refuse("time: NotOnOrAfter has passed", DmpCode.EXPIRED_VIHF)
    if statements.authenticated_at > statements.issued_at + times.skew:
        refuse("time: AuthnInstant is after IssueInstant")
    if at - statements.authenticated_at > times.authentication:
        refuse("time: the authentication of the user is too old", DmpCode.EXPIRED_VIHF)


def good_until(vihf: Vihf, times: Times) -> datetime:
    """The first instant at which step 5 would refuse this assertion."""
    statements, direct = vihf.statements, vihf.mode is Authentication.DIRECT
    ends = [window.not_on_or_after + times.skew for window in statements.windows if window.not_on_or_after is not None]
    life = times.life_direct if direct else times.life
    return min((*ends, statements.issued_at + life, statements.authenticated_at + times.authentication))


def _check_mode(vihf: Vihf, signer: Holder) -> None:
    """Holder against mode (8.3): a card in direct mode, a structure in the others."""
    direct = vihf.mode is Authentication.DIRECT
    if direct is (signer.kind is HolderKind.STRUCTURE):
        refuse("holder: the certificates do not fit the mode", DmpCode.INVALID_CERTIFICATE)
    if direct and vihf.statements.name_id != signer.national_id:
        refuse("holder: NameID is not the id on the card")
    if vihf.mode is Authentication.REINFORCED:
        _check_primary_authentication(vihf.statements)


def _check_primary_authentication(statements: Statements) -> None:
    """In AIR the assertion says how the user proved himself to his structure (8.3)."""
    if statements.context_declaration not in ("", words.SIMPLIFIED_CONTEXT):
        refuse("holder: a declaration of primary authentication that we do not know")
    by_class = statements.context_class.startswith(words.CONTEXT_CLASSES)
    stated = by_class and statements.context_class != words.UNSPECIFIED_CONTEXT
    simplified = words.SIMPLIFIED_CONTEXT in (statements.context_class, statements.context_declaration)
    if not stated and not simplified:
        refuse("holder: no primary authentication of the user")


def _check_directory(vihf: Vihf, signer: Holder, directory: Directory) -> Facility:
    """Step 9: the structure lives, the certificate speaks for it, the user exists and works there.

    Both are what they say they are, as far as the directory knows: rights
    follow from the profession, the know-how and the sector, which no
    certificate of the holder proves.
    """
    listed = directory.structure(vihf.structure)
    if listed is None or not listed.active:
        refuse("directory: Structure introuvable ou Inactive")
    if listed.sector not in ("", vihf.sector):
        refuse("directory: the structure is known in another sector")
    user = vihf.statements.name_id
    if is_national(user):
        known = directory.professional(user)
        if known is None or not known.active:
            refuse("directory: the user is unknown or inactive")
        _check_profession(vihf, known)
    if signer.kind is HolderKind.PERSON:
        if not directory.linked(user, vihf.structure):
            refuse("directory: PS et Structure non liés")
    elif vihf.structure not in signer.structure_ids and listed.parent not in signer.structure_ids:
        refuse("holder: Identifiant_Structure is not the structure of the certificate")
    return Facility(vihf.structure, listed.name, vihf.sector)


def _check_profession(vihf: Vihf, known: Listed) -> None:
    if not known.may_have_profession(vihf.profession.code):
        refuse("directory: the user is known in another profession")
    if not known.may_have_know_how(vihf.know_how):
        refuse("directory: the user is not known for this know-how")


def _actor(vihf: Vihf, signer: Holder, facility: Facility) -> Actor:
    user, role, know_how = vihf.statements.name_id, vihf.profession.code, vihf.know_how
    if vihf.mode is Authentication.INDIRECT:
        return FacilitySoftware(facility, user, vihf.subject, role, know_how)
    health = vihf.profession.system in HEALTH_PROFESSIONS
    if signer.kind is HolderKind.STAFF and health:
        refuse("role: a staff card does not give a profession of health")
    if vihf.mode is Authentication.REINFORCED and not is_national(user) and health:
        refuse("holder: NameID is not a national id")
    name = signer.name if vihf.mode is Authentication.DIRECT else vihf.subject
    if health:
        return Professional(user, name, role, know_how, facility, vihf.mode)
    return Staff(user, name, know_how or role, facility, vihf.mode)


def _check_replay(content: bytes, vihf: Vihf, *, holder: Holder, policy: VihfPolicy, replay: Replay) -> None:
    """Step 12 (DEC-50): the id is kept as long as the assertion could still be accepted."""
    direct = vihf.mode is Authentication.DIRECT
    life = policy.times.life_direct if direct else policy.times.life
    fresh = replay.first_or_same(
        f"vihf:{vihf.statements.id}",
        content=hashlib.sha256(content).hexdigest(),
        holder=holder.key,
        until=vihf.statements.issued_at + life,
    )
    if not fresh:
        refuse("replay: this ID was used with other content or by another holder")


def _caller(vihf: Vihf, actor: Actor) -> Caller:
    return Caller(
        actor=actor,
        mode=vihf.purpose,
        reason=vihf.reason,
        patient=vihf.patient,
        secret=vihf.secret,
        client=vihf.client,
        assertion=vihf.statements.id,
    )
