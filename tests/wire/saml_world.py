"""Builders for messages with a VIHF: a world with its PKI, directory and memory, and messages made in it."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from lxml import etree

from dmp.record.actor import Authentication, Caller, ClientSystem
from dmp.record.codes import Code
from dmp.record.listed import Listed
from dmp.record.patient import PatientId
from dmp.sandbox import issuing
from dmp.sandbox.issuing import Authority, Key, Span
from dmp.sandbox.people import PEOPLE
from dmp.sandbox.pki import Holder, Holders, KeyPair, load_authority, make_pki
from dmp.wire.vihf import mint
from dmp.wire.vihf import vocabulary as words
from dmp.wire.vihf.assertion import Vihf
from dmp.wire.vihf.certificates import TrustPolicy, Use
from dmp.wire.vihf.mint import VihfRequest
from dmp.wire.vihf.revocation import Crls
from dmp.wire.vihf.verify import VihfPolicy, check_patient, verify
from dmp.wire.xml import Element, parse, serialise

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AUDIENCE = "urn:dmp:service"
PATIENT = PatientId("279035121518989", "1.2.250.1.213.1.4.10")
ASSERTION_ID = "_5e0a63b0-7f3c-4b1e-9f0e-0d2f3c4b5a69"
LEGAL_ENTITY = "1990000119"
DOCTOR = (Code("10", words.PROFESSIONS, "Médecin"), Code("SM26", words.KNOW_HOW, "Médecine générale"))
NURSE = (Code("60", words.PROFESSIONS, "Infirmier"),)
AUTOMATE = (Code("AUTOMATE", words.PRODUCERS),)
SECRETARY = (Code("SECRETARIAT_MEDICAL", words.PRODUCERS),)
TLS = f"{words.CONTEXT_CLASSES}TLSClient"

Change = Callable[[Element], object]
Sign = Callable[[Element, Key, x509.Certificate], Element]


def a_line(name: str, **known: Any) -> Listed:
    """A line of the directory."""
    return Listed("", "", name, **known)


@dataclass(frozen=True)
class Register:
    """A directory in memory: everybody of the sandbox, at his own place."""

    structures: dict[str, Listed]
    professionals: dict[str, Listed]
    links: frozenset[tuple[str, str]]

    def structure(self, name: str, /) -> Listed | None:
        return self.structures.get(name)

    def professional(self, name: str, /) -> Listed | None:
        return self.professionals.get(name)

    def linked(self, professional: str, structure: str, /) -> bool:
        return (professional, structure) in self.links


def a_register() -> Register:
    """Everybody of the sandbox."""
    structures = {person.structure: a_line(person.structure_name) for person in PEOPLE}
    people = [person for person in PEOPLE if person.national_id.startswith("8")]
    return Register(
        structures,
        {person.national_id: a_line(f"{person.given} {person.family}") for person in people},
        frozenset((person.national_id, person.structure) for person in people),
    )


@dataclass
class Memory:
    """Assertions already used."""

    seen: dict[str, tuple[str, str]] = field(default_factory=dict)

    def first_or_same(self, name: str, *, content: str, holder: str, until: datetime) -> bool:  # noqa: ARG002
        return self.seen.setdefault(name, (content, holder)) == (content, holder)


@dataclass(frozen=True)
class World:
    """A PKI, a time, and what a service holds."""

    holders: Holders
    trust: TrustPolicy
    crls: Crls
    at: datetime
    register: Register

    @staticmethod
    def make(folder: Path, at: datetime) -> "World":
        holders = make_pki(folder, at=at)
        return World(holders, holders.trust(), holders.revocation(), at, a_register())

    @property
    def policy(self) -> VihfPolicy:
        return VihfPolicy(self.trust, self.crls, frozenset({AUDIENCE}))

    def authority(self, name: str) -> Authority:
        return load_authority(self.holders.folder, name)


@cache
def the_world() -> World:
    """One world for all the tests of a process: making its keys takes seconds."""
    folder = Path(tempfile.mkdtemp(prefix="dmp-test-pki-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return World.make(folder, AT)


@cache
def key_of(pair: KeyPair) -> Key:
    """A private key, read once: checking it takes longer than signing."""
    return pair.load_key()


@dataclass(frozen=True)
class Attempt:
    """One message that reaches a service."""

    message: bytes
    peer: x509.Certificate | bytes
    at: datetime
    policy: VihfPolicy
    register: Register
    memory: Memory = field(default_factory=Memory)
    patient: PatientId | None = None

    def run(self) -> tuple[Caller, Vihf]:
        """Verify it as the service does."""
        envelope = parse(self.message)
        security = next(envelope.iter(f"{{{words.WSSE}}}Security"))
        caller, vihf = verify(
            envelope,
            security,
            peer=self.peer,
            at=self.at,
            policy=self.policy,
            directory=self.register,
            replay=self.memory,
        )
        if self.patient is not None:
            check_patient(vihf, self.patient)
        return caller, vihf


def a_request(holder: Holder, **changes: object) -> VihfRequest:
    """What a holder asks by default: a card for itself, a structure for a doctor it declares."""
    person = holder.person
    direct = person.kind != "structure"
    request = VihfRequest(
        mode=Authentication.DIRECT if direct else Authentication.INDIRECT,
        user=person.national_id if direct else f"{person.structure}/77",
        structure=person.structure,
        sector=person.sector,
        roles=person.roles if direct else DOCTOR,
        patient=PATIENT,
        subject="" if direct else "Alix MOREL-TEST",
        client=ClientSystem("Logiciel Test", "4.2", "HOM-TEST-1", "SN-1"),
        context_class=mint.SMARTCARD if direct else f"{words.CONTEXT_CLASSES}Password",
    )
    return replace(request, **changes)


def an_air_request(world: World, **changes: object) -> VihfRequest:
    """A hospital for a doctor that it has authenticated strongly."""
    values = {"mode": Authentication.REINFORCED, "user": world.holders["doctor"].person.national_id} | changes
    return a_request(world.holders["hospital"], **({"context_class": TLS} | values))


def enveloped(security: Element) -> Element:
    """A message around a security header."""
    envelope = etree.Element(f"{{{words.SOAP}}}Envelope", nsmap={"env": words.SOAP})
    etree.SubElement(envelope, f"{{{words.SOAP}}}Header").append(security)
    etree.SubElement(etree.SubElement(envelope, f"{{{words.SOAP}}}Body"), "request")
    return parse(serialise(envelope))


def an_attempt(
    world: World,
    holder: str = "doctor",
    *,
    request: VihfRequest | None = None,
    before: Change | None = None,
    after: Change | None = None,
    sign: Sign = mint.sign,
    key: Key | None = None,
    certificate: x509.Certificate | None = None,
    peer: x509.Certificate | bytes | None = None,
    issued: timedelta = timedelta(0),
    **rest: object,
) -> Attempt:
    """Mint a message and bring it.

    `before` changes the assertion before it is signed, by somebody who may
    sign; `after` changes the message afterwards, by anybody. `issued` is how
    long before now.
    """
    who = world.holders[holder]
    certificate = certificate or who.sign.load_certificate()
    made = mint.unsigned(request or a_request(who), certificate=certificate, at=world.at - issued, new_id=ASSERTION_ID)
    if before is not None:
        before(made)
    security = etree.Element(f"{{{words.WSSE}}}Security", nsmap={"wsse": words.WSSE})
    security.append(sign(made, key or key_of(who.sign), certificate))
    envelope = enveloped(security)
    if after is not None:
        after(envelope)
    values = {"at": world.at, "policy": world.policy, "register": world.register} | rest
    return Attempt(serialise(envelope), peer or who.auth.load_certificate(), **values)


@dataclass(frozen=True)
class Forged:
    """A certificate made with the keys of the test authorities, and its key."""

    certificate: x509.Certificate
    key: Key


def a_certificate(
    world: World,
    use: Use,
    *,
    make_key: Callable[[], Key] = issuing.ec_key,
    policies: tuple[str, ...] | None = None,
    usage: str = "digital_signature",
    extensions: tuple[x509.ExtensionType, ...] = (),
    person: str = "doctor",
    by: Authority | None = None,
    life: timedelta = timedelta(days=365),
) -> Forged:
    """Another certificate for a person, with something changed."""
    key = make_key()
    by = by or world.authority("persons")
    model = issuing.holder_certificate(
        world.holders[person].person, use, public_key=key, by=by, span=Span.of(life, world.at)
    )
    if policies is None and usage == "digital_signature" and not extensions:
        return Forged(model, key)
    kept = model.extensions.get_extension_for_class(x509.CertificatePolicies).value
    if policies is not None:
        kept = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in policies])
    flags = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    made = issuing.leaf(
        model.subject,
        key,
        usage=x509.KeyUsage(**(flags | {usage: True})),
        extensions=[kept, *extensions] if list(kept) else extensions,
        by=by,
        span=Span.of(life, world.at),
    )
    return Forged(made, key)
